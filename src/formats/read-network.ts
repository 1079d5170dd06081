import { AppError } from '../contract/errors';
import type { NetworkGraph } from '../graph/network-graph';
import { poolAnswer } from '../graph/pool-answer';
import { detectFormat } from './detect';
import { asRecord, field, parseJson } from './json-access';
import { collectFacts, type FileReading, type FormatName, type NetworkFileFacts, type ReadOptions } from './network-facts';
import { countTfjsWeightBytes, listTfjsShards } from './tfjs-weights';

/** A network file and a way to what lies beside it. */
export interface NetworkSource {
  /** File name with extension. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A file by its path relative to this one, never outside its folder. @throws AppError when it cannot be read */
  readBeside(path: string): Promise<Uint8Array>;
}

/** A network and what its file tells about its use. */
export interface NetworkWithFacts {
  readonly graph: NetworkGraph;
  readonly facts: NetworkFileFacts;
}

async function readShards(source: NetworkSource, model: unknown): Promise<Uint8Array> {
  // Known before anything is read or allocated: the manifest is not trusted.
  const declared = countTfjsWeightBytes(model);
  const shards: Uint8Array[] = [];
  for (const path of listTfjsShards(model)) shards.push(await source.readBeside(path));
  const bytes = shards.reduce((sum, shard) => sum + shard.byteLength, 0);
  if (bytes !== declared) throw new AppError('format-malformed', `the manifest declares ${declared} bytes of weights, the files hold ${bytes}`);
  const [only] = shards;
  if (shards.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(bytes);
  let filled = 0;
  for (const shard of shards) {
    joined.set(shard, filled);
    filled += shard.byteLength;
  }
  return joined;
}

/** True for a GraphModel: its topology is a list of TensorFlow nodes, a LayersModel's is Keras's description. */
function isGraphModel(model: unknown): boolean {
  const document = asRecord(model, 'model.json');
  const topology = field(document, 'modelTopology');
  if (typeof topology !== 'object' || topology === null || Array.isArray(topology)) return field(document, 'format') === 'graph-model';
  return field(asRecord(topology, 'modelTopology'), 'node') !== undefined;
}

type Read = FileReading & { readonly format: FormatName };

async function readTfjs(source: NetworkSource, options: ReadOptions): Promise<Read> {
  const model = parseJson(new TextDecoder().decode(source.bytes), source.name);
  const isGraph = isGraphModel(model);
  const weights = await readShards(source, model);
  if (isGraph) return { ...(await import('./tfjs-graph')).readTfjsGraph(model, weights, options), format: 'tfjs-graph' };
  const { readTfjsLayersFile } = await import('./tfjs-layers');
  return { ...readTfjsLayersFile(model, weights, options), format: 'tfjs-layers' };
}

async function readOnnxWithData(source: NetworkSource, options: ReadOptions): Promise<Read> {
  const { listOnnxExternalFiles, readOnnxFile } = await import('./onnx');
  const external = new Map<string, Uint8Array>();
  for (const path of listOnnxExternalFiles(source.bytes)) external.set(path, await source.readBeside(path));
  return { ...readOnnxFile(source.bytes, external, options), format: 'onnx' };
}

async function readFile(source: NetworkSource, options: ReadOptions): Promise<Read> {
  const format = detectFormat(source.name, source.bytes);
  switch (format) {
    case 'tfjs-json': return readTfjs(source, options);
    case 'keras-h5': return { ...await (await import('./keras')).readKerasH5(source.bytes, options), format: 'keras' };
    case 'keras-zip': return { ...await (await import('./keras')).readKerasArchive(source.bytes, options), format: 'keras' };
    case 'onnx': return readOnnxWithData(source, options);
    case 'tflite': return { ...(await import('./tflite')).readTfliteFile(source.bytes, options), format: 'tflite' };
    default: throw new AppError('format-unknown', `${source.name}: '${format}' files are not read yet`);
  }
}

function checkOptions(options: ReadOptions): void {
  for (const [side, sizePx] of Object.entries(options)) {
    if (sizePx !== undefined && (!Number.isSafeInteger(sizePx) || sizePx < 1)) throw new AppError('graph-unsupported', `${side} ${String(sizePx)}`);
  }
}

/**
 * Reads a network of any supported format with one answer at its end, and what its file tells about its use; what it is is told by its bytes. Parsers of
 * other formats than our own are loaded only when they are needed.
 *
 * @param source   not trusted; `bytes` and what lies beside may be kept: arrays of the graph can be views of them
 * @param options  the size at which to read it; see {@link ReadOptions}
 * @throws AppError 'format-unknown' | 'format-foreign' | 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported' | 'input-unsupported'
 */
export async function readNetworkWithFacts(source: NetworkSource, options: ReadOptions = {}): Promise<NetworkWithFacts> {
  checkOptions(options);
  const reading = await readFile(source, options);
  const { graph, map } = poolAnswer(reading.graph);
  return { graph, facts: collectFacts(reading.format, { ...reading, graph }, map) };
}

/** The graph exactly as the file has it: a map at its end stays one. Otherwise as {@link readNetworkWithFacts}. */
export async function readNetwork(source: NetworkSource, options: ReadOptions = {}): Promise<NetworkGraph> {
  checkOptions(options);
  return (await readFile(source, options)).graph;
}
