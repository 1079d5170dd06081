import { unzipSync } from 'fflate';
import { AppError } from '../contract/errors';
import type { InputArray } from '../contract/importer';
import { halfToFloat } from './half-float';

/** Most numbers of all arrays together; float32 they take 1 GB. */
const maxNumbers = 2 ** 28;
const maxArrays = 4096;
const maxBytes = 2 ** 30;
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

type Reader = (view: DataView, at: number, littleEndian: boolean) => number;

/** NumPy's letters for a type, with its width in bytes. */
const readers: ReadonlyMap<string, readonly [width: number, read: Reader]> = new Map([
  ['f8', [8, (view, at, little) => view.getFloat64(at, little)]], ['f4', [4, (view, at, little) => view.getFloat32(at, little)]],
  ['f2', [2, (view, at, little) => halfToFloat(view.getUint16(at, little))]],
  ['i8', [8, (view, at, little) => Number(view.getBigInt64(at, little))]], ['u8', [8, (view, at, little) => Number(view.getBigUint64(at, little))]],
  ['i4', [4, (view, at, little) => view.getInt32(at, little)]], ['u4', [4, (view, at, little) => view.getUint32(at, little)]],
  ['i2', [2, (view, at, little) => view.getInt16(at, little)]], ['u2', [2, (view, at, little) => view.getUint16(at, little)]],
  ['i1', [1, (view, at) => view.getInt8(at)]], ['u1', [1, (view, at) => view.getUint8(at)]], ['b1', [1, (view, at) => view.getUint8(at)]],
]);

/**
 * The pictures in a `.npy` or `.npz` file: `[h, w]`, `[h, w, c]`, or several of them, `[n, h, w, c]`. An npz may hold other
 * arrays as well (labels, for example); those that are no pictures are left out as long as one is.
 *
 * @param name   file name with extension
 * @param bytes  not trusted; not kept
 * @throws AppError 'format-malformed' | 'format-too-large' | 'input-mismatch' when nothing in it is a picture
 */
export function readInputArrays(name: string, bytes: Uint8Array): readonly InputArray[] {
  if (magic.every((byte, index) => bytes[index] === byte)) return readNpy(name.replace(/\.npy$/i, ''), bytes, { numbers: 0 });
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new AppError('format-malformed', `${name} is neither a .npy nor a .npz file`);
  const found: InputArray[] = [];
  const budget = { numbers: 0 };
  let mismatch: AppError | null = null;
  for (const [entry, content] of unpack(name, bytes)) {
    try {
      found.push(...readNpy(entry.replace(/\.npy$/i, ''), content, budget));
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'input-mismatch') throw thrown;
      mismatch ??= thrown;
    }
    if (found.length > maxArrays) throw new AppError('format-too-large', `${name} holds more than ${maxArrays} pictures`);
  }
  if (found.length === 0) throw mismatch ?? new AppError('input-mismatch', `${name} holds no array`);
  return found;
}

function unpack(name: string, bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] {
  let entries = 0;
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter: (entry) => {
        entries += 1;
        total += entry.originalSize;
        if (entries > maxArrays || total > maxBytes || entry.originalSize > 2 ** 22 + 1000 * entry.size) {
          throw new AppError('format-too-large', `${entry.name} in ${name} unpacks to ${entry.originalSize} bytes`);
        }
        return /\.npy$/i.test(entry.name);
      },
    });
    return Object.entries(files);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('format-malformed', `${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, false, { cause: thrown });
  }
}

function readNpy(name: string, bytes: Uint8Array, budget: { numbers: number }): readonly InputArray[] {
  const fail = (why: string): AppError => new AppError('format-malformed', `${name}: ${why}`);
  if (bytes.byteLength < 12 || magic.some((byte, index) => bytes[index] !== byte)) throw fail('not a .npy array');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint8(6) === 1 ? 10 : 12;
  const headerBytes = start === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = start + headerBytes;
  if (headerBytes > 65_536 || dataStart > bytes.byteLength) throw fail('its header is cut off');
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, dataStart));
  const type = /'descr':\s*'([<>|=]?)([a-zA-Z]\d+)'/.exec(header);
  const sides = /'shape':\s*\(([\d,\sL]*)\)/.exec(header)?.[1];
  if (sides === undefined) throw fail('its header names no shape');
  const reader = readers.get(type?.[2] ?? '');
  if (type === null || reader === undefined) throw new AppError('input-mismatch', `${name} holds no numbers: ${/'descr':\s*([^,]*)/.exec(header)?.[1] ?? 'no type'}`);
  const shape = sides.split(',').map((side) => side.trim().replace(/L$/, '')).filter((side) => side !== '').map(Number);
  const count = shape.reduce((product, side) => product * side, 1);
  const [width, read] = reader;
  if (!Number.isSafeInteger(count) || count * width !== bytes.byteLength - dataStart) throw fail(`shape (${shape.join(', ')}) with ${bytes.byteLength - dataStart} bytes`);
  budget.numbers += count;
  if (budget.numbers > maxNumbers) throw new AppError('format-too-large', `${name}: more than ${maxNumbers} numbers`);
  const [pictures, height, wide, channels] = asPictures(name, shape);
  if (pictures > maxArrays) throw new AppError('format-too-large', `${name} holds ${pictures} pictures; at most ${maxArrays} are read`);

  const little = type[1] !== '>';
  const values = new Float32Array(count);
  const strides = /'fortran_order':\s*True/.test(header) ? columnStrides(shape) : null;
  for (let index = 0; index < count; index += 1) {
    values[index] = read(view, dataStart + width * (strides === null ? index : fortranIndex(index, shape, strides)), little);
  }
  const size = height * wide * channels;
  return Array.from({ length: pictures }, (_, picture) =>
    describeArray(pictures === 1 ? name : `${name} ${picture + 1}`, [height, wide, channels], values.slice(picture * size, (picture + 1) * size)));
}

function asPictures(name: string, shape: readonly number[]): readonly [pictures: number, height: number, width: number, channels: number] {
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  if (shape.includes(0) || shape.length < 2 || shape.length > 4) {
    throw new AppError('input-mismatch', `${name} has shape (${shape.join(', ')}); a picture is (h, w), (h, w, c) or (n, h, w, c)`);
  }
  return shape.length === 2 ? [1, a, b, 1] : shape.length === 3 ? [1, a, b, c] : [a, b, c, d];
}

function columnStrides(shape: readonly number[]): readonly number[] {
  let stride = 1;
  return shape.map((side) => {
    const own = stride;
    stride *= side;
    return own;
  });
}

/** Where element `index` of row-major order lies in column-major order. */
function fortranIndex(index: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = index;
  let at = 0;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const side = shape[axis] ?? 1;
    at += (rest % side) * (strides[axis] ?? 0);
    rest = Math.floor(rest / side);
  }
  return at;
}

function describeArray(name: string, shape: InputArray['shape'], values: Float32Array): InputArray {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { name, shape, values, min: min > max ? 0 : min, max: min > max ? 0 : max };
}
