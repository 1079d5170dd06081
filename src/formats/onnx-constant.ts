import { AppError } from '../contract/errors';
import { countElements } from '../graph/shapes';
import type { Budget } from './budget';
import { halfToFloat } from './half-float';
import type { OnnxTensor } from './onnx-proto';

/** A constant of an ONNX graph in the file's own axis order: Float32Array for real numbers, Float64Array for whole ones (exact to 2^53). */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

const typeNames: ReadonlyMap<number, string> = new Map([
  [0, 'undefined'], [8, 'string'], [14, 'complex64'], [15, 'complex128'], [17, 'float8'], [18, 'float8'], [19, 'float8'], [20, 'float8'], [21, 'uint4'], [22, 'int4'],
]);
const bytesPerElement: ReadonlyMap<number, number> = new Map([
  [1, 4], [2, 1], [3, 1], [4, 2], [5, 2], [6, 4], [7, 8], [9, 1], [10, 2], [11, 8], [12, 4], [13, 8], [16, 2],
]);
const realTypes: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** True for float, float16, double and bfloat16. */
export function isRealType(dataType: number): boolean {
  return realTypes.has(dataType);
}

/** Name of a TensorProto.DataType for messages. */
export function nameOfType(dataType: number): string {
  const known = ['undefined', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'double', 'uint32', 'uint64'];
  return known[dataType] ?? typeNames.get(dataType) ?? `type ${dataType}`;
}

const scratch = new DataView(new ArrayBuffer(4));
function brainToFloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function readOne(view: DataView, offset: number, dataType: number): number {
  switch (dataType) {
    case 1: return view.getFloat32(offset, true);
    case 2: case 9: return view.getUint8(offset);
    case 3: return view.getInt8(offset);
    case 4: return view.getUint16(offset, true);
    case 5: return view.getInt16(offset, true);
    case 6: return view.getInt32(offset, true);
    case 7: return Number(view.getBigInt64(offset, true));
    case 10: return halfToFloat(view.getUint16(offset, true));
    case 11: return view.getFloat64(offset, true);
    case 12: return view.getUint32(offset, true);
    case 13: return Number(view.getBigUint64(offset, true));
    default: return brainToFloat(view.getUint16(offset, true));
  }
}

function wholeNumber(value: string | undefined, missing: number, where: string): number {
  if (value === undefined) return missing;
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) throw new AppError('format-malformed', `${where}: external data at '${value}'`);
  return number;
}

/** The path of a file beside the network. @throws AppError 'format-malformed' for one that leaves the network's folder */
export function checkLocation(location: string): string {
  if (location === '' || location.startsWith('/') || location.includes('\\') || location.includes(':') || location.split('/').includes('..')) {
    throw new AppError('format-malformed', `external data '${location}' lies outside the network's folder`);
  }
  return location;
}

function findExternalBytes(tensor: OnnxTensor, entries: ReadonlyMap<string, string>, external: ReadonlyMap<string, Uint8Array>, size: number): Uint8Array {
  const where = `tensor '${tensor.name}'`;
  const location = checkLocation(entries.get('location') ?? '');
  const found = external.get(location) ?? external.get(location.split('/').at(-1) ?? '');
  if (found === undefined) throw new AppError('format-malformed', `${where} is stored in the file '${location}', which has to be opened together with the network`);
  const offset = wholeNumber(entries.get('offset'), 0, where);
  const length = wholeNumber(entries.get('length'), size, where);
  if (length !== size || offset + length > found.byteLength) {
    throw new AppError('format-malformed', `${where}: bytes ${offset} to ${offset + length} of '${location}', which has ${found.byteLength}, for ${size}`);
  }
  return found.subarray(offset, offset + length);
}

function decodeBytes(source: Uint8Array, dataType: number, values: Float32Array | Float64Array): void {
  if (dataType === 1) {
    // A copy of the bytes is the value on little-endian machines, which all of today's are; the source need not be aligned.
    new Uint8Array(values.buffer).set(source);
    return;
  }
  const step = bytesPerElement.get(dataType) ?? 1;
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  for (let index = 0; index < values.length; index += 1) values[index] = readOne(view, index * step, dataType);
}

/**
 * Numbers of a stored tensor; perhaps a view of the file, so never written to.
 *
 * @param external  files that lie beside the network, by path or bare name
 * @throws AppError 'format-malformed' (sizes that do not fit, missing external file), 'format-too-large', 'op-unsupported' (strings, 8-bit floats …)
 */
export function decodeTensor(tensor: OnnxTensor, external: ReadonlyMap<string, Uint8Array>, budget: Budget): Constant {
  const where = `tensor '${tensor.name}'`;
  const step = bytesPerElement.get(tensor.dataType);
  if (step === undefined) throw new AppError('op-unsupported', `${where} is stored as ${nameOfType(tensor.dataType)}`);
  if (tensor.dims.some((size) => !Number.isSafeInteger(size) || size < 0)) throw new AppError('format-malformed', `${where} of shape [${tensor.dims.join(', ')}]`);
  const elements = tensor.dims.includes(0) ? 0 : countElements(tensor.dims, where);
  const size = elements * step;
  const source = tensor.external === null ? tensor.raw : findExternalBytes(tensor, tensor.external, external, size);
  const held = source === null ? tensor.numbers.length * step : source.byteLength;
  if (held !== size) throw new AppError('format-malformed', `${where} of shape [${tensor.dims.join(', ')}] needs ${size} bytes, the file holds ${held}`);
  budget.spend(elements, where);
  if (tensor.dataType === 10 || tensor.dataType === 16) budget.dequantised = true;
  // Floats that lie on a multiple of four bytes are read where they are; all machines of today are little-endian.
  if (source !== null && tensor.dataType === 1 && source.byteOffset % 4 === 0) return { shape: tensor.dims, values: new Float32Array(source.buffer, source.byteOffset, elements) };
  const values = isRealType(tensor.dataType) ? new Float32Array(elements) : new Float64Array(elements);
  if (source !== null) decodeBytes(source, tensor.dataType, values);
  else if (tensor.dataType === 10 || tensor.dataType === 16) {
    // Halves lie as bit patterns in int32_data.
    for (let index = 0; index < elements; index += 1) values[index] = (tensor.dataType === 10 ? halfToFloat : brainToFloat)(tensor.numbers[index] ?? 0);
  } else values.set(tensor.numbers);
  return { shape: tensor.dims, values };
}
