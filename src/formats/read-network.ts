import { AppError } from '../contract/errors';
import type { NetworkGraph } from '../graph/network-graph';
import { detectFormat } from './detect';
import { countTfjsWeightBytes, listTfjsShards, readTfjsLayers } from './tfjs-layers';

/** A network file and a way to what lies beside it. */
export interface NetworkSource {
  /** File name with extension. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A file by its path relative to this one, never outside its folder. @throws AppError when it cannot be read */
  readBeside(path: string): Promise<Uint8Array>;
}

async function readTfjs(source: NetworkSource): Promise<NetworkGraph> {
  let model: unknown;
  try {
    model = JSON.parse(new TextDecoder().decode(source.bytes));
  } catch (thrown) {
    throw new AppError('format-malformed', `${source.name} is not JSON`, false, { cause: thrown });
  }
  const shards: Uint8Array[] = [];
  for (const path of listTfjsShards(model)) shards.push(await source.readBeside(path));
  const bytes = shards.reduce((sum, shard) => sum + shard.byteLength, 0);
  // Compared before anything is allocated: the manifest is not trusted.
  const declared = countTfjsWeightBytes(model);
  if (bytes !== declared) throw new AppError('format-malformed', `the manifest declares ${declared} bytes of weights, the files hold ${bytes}`);
  const joined = new Uint8Array(bytes);
  let filled = 0;
  for (const shard of shards) {
    joined.set(shard, filled);
    filled += shard.byteLength;
  }
  return readTfjsLayers(model, joined);
}

async function readOnnxWithData(source: NetworkSource): Promise<NetworkGraph> {
  const { listOnnxExternalFiles, readOnnx } = await import('./onnx');
  const external = new Map<string, Uint8Array>();
  for (const path of listOnnxExternalFiles(source.bytes)) external.set(path, await source.readBeside(path));
  return readOnnx(source.bytes, external);
}

/**
 * Reads a network of any supported format; what it is is told by its bytes. Parsers of other formats than our own are loaded
 * only when they are needed.
 *
 * @throws AppError 'format-unknown' | 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported'
 */
export async function readNetwork(source: NetworkSource): Promise<NetworkGraph> {
  const format = detectFormat(source.name, source.bytes);
  switch (format) {
    case 'tfjs-json': return readTfjs(source);
    case 'keras-h5': return (await import('./keras')).readKerasH5(source.bytes);
    case 'keras-zip': return (await import('./keras')).readKerasArchive(source.bytes);
    case 'onnx': return readOnnxWithData(source);
    default: throw new AppError('format-unknown', `${source.name}: '${format}' files are not read yet`);
  }
}
