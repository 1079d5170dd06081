import { AppError } from '../contract/errors';
import type { NetworkGraph, WeightArray } from '../graph/network-graph';
import { countElements } from '../graph/shapes';
import { asArray, asInteger, asNumber, asRecord, asString, field, type JsonRecord } from './json-access';
import { readKerasTopology, type WeightLookup } from './keras-topology';

/** Name of this format in a graph and in reports. */
export const tfjsLayersFormat = 'tfjs-layers';

const bytesPerElement: ReadonlyMap<string, number> = new Map([
  ['float32', 4], ['int32', 4], ['bool', 1], ['uint8', 1], ['uint16', 2], ['float16', 2],
]);

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly storedAs: string;
  readonly scale: number;
  readonly min: number;
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function readEntry(value: unknown): WeightEntry {
  const record = asRecord(value, 'weightsManifest');
  const name = asString(field(record, 'name'), 'weight name');
  const shape = asArray(field(record, 'shape'), `shape of '${name}'`).map((size) => asInteger(size, `shape of '${name}'`));
  const elements = countElements(shape, name);
  const quantisation = field(record, 'quantization');
  let storedAs = asString(field(record, 'dtype'), `dtype of '${name}'`);
  let scale = 1;
  let min = 0;
  if (quantisation !== undefined && quantisation !== null) {
    const settings = asRecord(quantisation, `quantization of '${name}'`);
    storedAs = asString(field(settings, 'dtype'), `quantization of '${name}'`);
    if (storedAs !== 'float16') {
      scale = asNumber(field(settings, 'scale'), `quantization of '${name}'`);
      min = asNumber(field(settings, 'min'), `quantization of '${name}'`);
    }
  }
  if (!bytesPerElement.has(storedAs)) throw new AppError('op-unsupported', `weight '${name}' is stored as '${storedAs}'`);
  return { name, shape, elements, storedAs, scale, min };
}

function decode(entry: WeightEntry, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(entry.elements);
  for (let index = 0; index < values.length; index += 1) {
    switch (entry.storedAs) {
      case 'float32': values[index] = view.getFloat32(index * 4, true); break;
      case 'int32': values[index] = view.getInt32(index * 4, true); break;
      case 'float16': values[index] = halfToFloat(view.getUint16(index * 2, true)); break;
      case 'uint16': values[index] = view.getUint16(index * 2, true) * entry.scale + entry.min; break;
      default: values[index] = view.getUint8(index) * entry.scale + entry.min;
    }
  }
  return values;
}

function manifestGroups(document: JsonRecord): readonly JsonRecord[] {
  return asArray(field(document, 'weightsManifest'), 'weightsManifest').map((group) => asRecord(group, 'weightsManifest'));
}

/**
 * Paths of the weight files, relative to `model.json`, in the order in which their bytes are to be joined.
 *
 * @throws AppError 'format-malformed' also for absolute paths, addresses and paths that leave the folder
 */
export function listTfjsShards(modelJson: unknown): readonly string[] {
  const document = asRecord(modelJson, 'model.json');
  return manifestGroups(document).flatMap((group) => asArray(field(group, 'paths'), 'weightsManifest.paths').map((value) => {
    const path = asString(value, 'weightsManifest.paths');
    if (path.includes(':') || path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')) {
      throw new AppError('format-malformed', `weight file '${path}' lies outside the network's folder`);
    }
    return path;
  }));
}

/** Number of bytes the manifest declares for all shards together. @throws AppError 'format-malformed' | 'format-too-large' */
export function countTfjsWeightBytes(modelJson: unknown): number {
  return readEntries(asRecord(modelJson, 'model.json'))
    .reduce((total, entry) => total + entry.elements * (bytesPerElement.get(entry.storedAs) ?? 0), 0);
}

function readEntries(document: JsonRecord): readonly WeightEntry[] {
  return manifestGroups(document).flatMap((group) => asArray(field(group, 'weights'), 'weightsManifest.weights').map(readEntry));
}

function readWeights(document: JsonRecord, bytes: Uint8Array): ReadonlyMap<string, WeightArray> {
  const entries = readEntries(document);
  const declared = entries.reduce((total, entry) => total + entry.elements * (bytesPerElement.get(entry.storedAs) ?? 0), 0);
  if (declared !== bytes.byteLength) throw new AppError('format-malformed', `the manifest declares ${declared} bytes of weights, the files hold ${bytes.byteLength}`);
  const weights = new Map<string, WeightArray>();
  let offset = 0;
  for (const entry of entries) {
    const size = entry.elements * (bytesPerElement.get(entry.storedAs) ?? 0);
    weights.set(entry.name.replace(/:0$/, ''), { shape: entry.shape, values: decode(entry, bytes.subarray(offset, offset + size)) });
    offset += size;
  }
  return weights;
}

/** Finds arrays by `outer/inner/kernel`, `inner/kernel`, or a unique name that ends in `/inner/kernel`. */
function lookUpByName(weights: ReadonlyMap<string, WeightArray>): WeightLookup {
  const bySuffix = new Map<string, WeightArray | null>();
  for (const [name, array] of weights) {
    const suffix = name.split('/').slice(-2).join('/');
    bySuffix.set(suffix, bySuffix.has(suffix) ? null : array);
  }
  return {
    read: (path, className, names) => names.map((name) => {
      const layer = path.at(-1) ?? '';
      const found = weights.get([...path, name].join('/')) ?? weights.get(`${layer}/${name}`) ?? bySuffix.get(`${layer}/${name}`);
      if (found === undefined || found === null) throw new AppError('format-malformed', `weight '${name}' of layer '${path.join('/')}' (${className}) is not in the manifest`);
      return found;
    }),
  };
}

/**
 * Reads a TensorFlow.js LayersModel.
 *
 * @param modelJson  parsed model.json, not trusted
 * @param weights    bytes of all shards, joined in the order of {@link listTfjsShards}; not kept
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported'
 */
export function readTfjsLayers(modelJson: unknown, weights: Uint8Array): NetworkGraph {
  const document = asRecord(modelJson, 'model.json');
  const format = field(document, 'format');
  if (format !== undefined && format !== null && format !== 'layers-model') throw new AppError('op-unsupported', `TensorFlow.js format '${String(format)}', only 'layers-model' is read`);
  const topology = asRecord(field(document, 'modelTopology'), 'modelTopology');
  const wrapped = field(topology, 'model_config');
  const version = field(topology, 'keras_version') ?? field(document, 'generatedBy');
  const keras3 = typeof version === 'string' && /(^|keras v?)3\./.test(version);
  return readKerasTopology(wrapped ?? topology, lookUpByName(readWeights(document, weights)), tfjsLayersFormat, keras3);
}
