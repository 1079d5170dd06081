import { AppError } from '../contract/errors';
import type { WeightArray } from '../graph/network-graph';
import { countElements, maxElements } from '../graph/shapes';
import { halfToFloat } from './half-float';
import { asArray, asInteger, asNumber, asRecord, asString, field, type JsonRecord } from './json-access';

const bytesPerElement: ReadonlyMap<string, number> = new Map([
  ['float32', 4], ['int32', 4], ['bool', 1], ['uint8', 1], ['uint16', 2], ['float16', 2],
]);

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly bytes: number;
  readonly dtype: string;
  readonly storedAs: string;
  readonly scale: number;
  readonly min: number;
}

/** One tensor of the manifest. */
export interface TfjsWeight extends WeightArray {
  /** `float32`, `int32` or `bool`: what the network sees, whatever the file stored. */
  readonly dtype: string;
}

/** All tensors of a manifest under the names that it gives them. */
export interface TfjsWeights {
  readonly byName: ReadonlyMap<string, TfjsWeight>;
  readonly dequantised: boolean;
}

function readEntry(value: unknown): WeightEntry {
  const record = asRecord(value, 'weightsManifest');
  const name = asString(field(record, 'name'), 'weight name');
  const shape = asArray(field(record, 'shape'), `shape of '${name}'`).map((size) => asInteger(size, `shape of '${name}'`));
  // An empty list is a constant of a GraphModel (no axes to squeeze), never a weight.
  const elements = shape.length === 1 && shape[0] === 0 ? 0 : countElements(shape, name);
  const quantisation = field(record, 'quantization');
  const dtype = asString(field(record, 'dtype'), `dtype of '${name}'`);
  let storedAs = dtype;
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
  const size = bytesPerElement.get(storedAs);
  if (size === undefined) throw new AppError('op-unsupported', `weight '${name}' is stored as '${storedAs}'`);
  return { name, shape, elements, bytes: elements * size, dtype, storedAs, scale, min };
}

function decode(entry: WeightEntry, bytes: Uint8Array): Float32Array {
  if (entry.storedAs === 'float32') {
    // Little-endian, as the file: a view where it is aligned, else one copy.
    if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, entry.elements);
    return new Float32Array(bytes.slice().buffer);
  }
  const values = new Float32Array(entry.elements);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { scale, min } = entry;
  switch (entry.storedAs) {
    case 'int32': for (let index = 0; index < values.length; index += 1) values[index] = view.getInt32(index * 4, true); break;
    case 'float16': for (let index = 0; index < values.length; index += 1) values[index] = halfToFloat(view.getUint16(index * 2, true)); break;
    case 'uint16': for (let index = 0; index < values.length; index += 1) values[index] = view.getUint16(index * 2, true) * scale + min; break;
    default: for (let index = 0; index < values.length; index += 1) values[index] = (bytes[index] ?? 0) * scale + min;
  }
  return values;
}

function manifestGroups(modelJson: unknown): readonly JsonRecord[] {
  const document = asRecord(modelJson, 'model.json');
  return asArray(field(document, 'weightsManifest'), 'weightsManifest').map((group) => asRecord(group, 'weightsManifest'));
}

function readEntries(modelJson: unknown): readonly WeightEntry[] {
  const entries = manifestGroups(modelJson).flatMap((group) => asArray(field(group, 'weights'), 'weightsManifest.weights').map(readEntry));
  const elements = entries.reduce((total, entry) => total + entry.elements, 0);
  if (elements > maxElements) throw new AppError('format-too-large', `the manifest declares ${elements} weights, more than ${maxElements} (1 GB)`);
  return entries;
}

/**
 * Paths of the weight files, relative to `model.json`, in the order in which their bytes are to be joined.
 *
 * @throws AppError 'format-malformed' also for absolute paths, addresses and paths that leave the folder
 */
export function listTfjsShards(modelJson: unknown): readonly string[] {
  return manifestGroups(modelJson).flatMap((group) => asArray(field(group, 'paths'), 'weightsManifest.paths').map((value) => {
    const path = asString(value, 'weightsManifest.paths');
    if (path.includes(':') || path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')) {
      throw new AppError('format-malformed', `weight file '${path}' lies outside the network's folder`);
    }
    return path;
  }));
}

/** Number of bytes the manifest declares for all shards together. @throws AppError 'format-malformed' | 'format-too-large' (over 1 GB of floats) */
export function countTfjsWeightBytes(modelJson: unknown): number {
  return readEntries(modelJson).reduce((total, entry) => total + entry.bytes, 0);
}

/**
 * Decodes the weights of a `model.json`.
 *
 * @param bytes  all shards, joined in the order of {@link listTfjsShards}; kept: arrays of float32 are views of it
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' (strings and other kinds that are no numbers)
 */
export function readTfjsWeights(modelJson: unknown, bytes: Uint8Array): TfjsWeights {
  const entries = readEntries(modelJson);
  const declared = entries.reduce((total, entry) => total + entry.bytes, 0);
  if (declared !== bytes.byteLength) throw new AppError('format-malformed', `the manifest declares ${declared} bytes of weights, the files hold ${bytes.byteLength}`);
  const byName = new Map<string, TfjsWeight>();
  let offset = 0;
  for (const entry of entries) {
    byName.set(entry.name, { shape: entry.shape, dtype: entry.dtype, values: decode(entry, bytes.subarray(offset, offset + entry.bytes)) });
    offset += entry.bytes;
  }
  return { byName, dequantised: entries.some((entry) => entry.dtype === 'float32' && entry.storedAs !== 'float32') };
}
