import { AppError } from '../contract/errors';
import type { InputArray } from '../contract/importer';
import { findFiniteRange } from '../contract/value-range';
import { gatherInto } from './gather-values';
import { halfToFloat } from './half-float';
import { unzipFiles } from './unzip';

/** Values of one array: 256 MB of float32, of which turning and splitting need as much again. */
const mostValues = 2 ** 26;
const mostPictures = 1000;
const longestHeader = 65_536;
/** An array of one value shrinks to a thousandth, so the ratio says nothing; bytes become up to four times as many floats. */
const archiveLimits = { maxFiles: 4096, maxBytes: 2 ** 27, maxRatio: 2000 } as const;

interface NpyHeader {
  readonly type: string;
  readonly littleEndian: boolean;
  readonly itemBytes: number;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly start: number;
}

/**
 * The pictures of a `.npy` or `.npz` file.
 *
 * `[h, w]` is one grey picture, `[h, w, c]` one picture, `[n, h, w, c]` several. Where the first of the last three sizes is the
 * smallest (`[c, h, w]`, as PyTorch has it) channels go last. Other arrays of an `.npz` (labels, scalars) are left out.
 *
 * @param name   of the file, named in errors and in the pictures
 * @param bytes  of the file · u8 · borrowed
 * @throws AppError 'format-malformed' | 'format-too-large' | 'input-mismatch' when nothing in it has the shape of a picture ·
 *         'array-not-finite' for NaN or an infinity (also a float64 past float32)
 */
export function readNumpyArrays(name: string, bytes: Uint8Array): readonly InputArray[] {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readArchive(name, bytes);
  return splitPictures(name.replace(/\.npy$/i, ''), readNpy(name, bytes));
}

function readArchive(name: string, bytes: Uint8Array): readonly InputArray[] {
  const files = unzipFiles(bytes, (path) => /\.npy$/i.test(path), name, archiveLimits);
  const found: InputArray[] = [];
  let refusal = new AppError('format-malformed', `${name} holds no arrays`);
  for (const [path, content] of files) {
    try {
      found.push(...splitPictures(path.replace(/\.npy$/i, ''), readNpy(`${name}: ${path}`, content)));
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'input-mismatch') throw thrown;
      refusal = thrown;
    }
    if (found.length > mostPictures) throw new AppError('format-too-large', `${name} holds more than ${mostPictures} pictures`);
  }
  if (found.length === 0) throw refusal;
  return found;
}

/** An array of any number of axes, in C order; float32 whatever the file stored. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * One array as a `.npy` file has it: booleans, integers and floats of every width, both byte orders, both memory orders, versions 1 to 3.
 *
 * @param name   of the file, for messages
 * @param bytes  of the file · u8 · borrowed
 * @throws AppError 'format-malformed' | 'format-too-large' | 'input-mismatch' (values that are no plain numbers)
 */
export function readNpy(name: string, bytes: Uint8Array): NpyArray {
  const header = readHeader(name, bytes);
  const count = header.shape.reduce((product, size) => product * size, 1);
  if (count > mostValues) throw new AppError('format-too-large', `${name}: ${header.shape.join(' x ')} values`);
  if (bytes.byteLength < header.start + count * header.itemBytes) {
    throw new AppError('format-malformed', `${name}: ${bytes.byteLength - header.start} bytes for ${count} values of ${header.itemBytes}`);
  }
  const read = valueReader(name, header, new DataView(bytes.buffer, bytes.byteOffset + header.start, count * header.itemBytes));
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) values[index] = read(index * header.itemBytes);
  return { shape: header.shape, values: header.fortranOrder ? fromFortranOrder(values, header.shape) : values };
}

function readHeader(name: string, bytes: Uint8Array): NpyHeader {
  const fail = (what: string): never => { throw new AppError('format-malformed', `${name}: ${what}`); };
  if (bytes.byteLength < 12 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') return fail('not a .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (bytes[6] ?? 0) > 1;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const begin = long ? 12 : 10;
  if (length > longestHeader || begin + length > bytes.byteLength) return fail('its header is cut short');
  const text = new TextDecoder().decode(bytes.subarray(begin, begin + length));
  const [, order = '', kind = '', size = ''] = /'descr':\s*'([<>|=]?)([a-zA-Z])(\d+)'/.exec(text) ?? [];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  if (fortran === undefined || sizes === undefined) return fail('its header cannot be read');
  if (!/^(f[248]|[iu][1248]|b1)$/.test(kind + size)) throw new AppError('input-mismatch', `${name}: it holds no plain numbers (${/'descr':\s*([^,]*)/.exec(text)?.[1] ?? 'no type'})`);
  const shape = sizes.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 0)) return fail(`its shape is (${sizes})`);
  return { type: kind + size, littleEndian: order !== '>', itemBytes: Number(size), fortranOrder: fortran === 'True', shape, start: begin + length };
}

function valueReader(name: string, { type, littleEndian }: NpyHeader, view: DataView): (at: number) => number {
  switch (type) {
    case 'f2': return (at) => halfToFloat(view.getUint16(at, littleEndian));
    case 'f4': return (at) => view.getFloat32(at, littleEndian);
    case 'f8': return (at) => view.getFloat64(at, littleEndian);
    case 'i1': return (at) => view.getInt8(at);
    case 'i2': return (at) => view.getInt16(at, littleEndian);
    case 'i4': return (at) => view.getInt32(at, littleEndian);
    case 'i8': return (at) => Number(view.getBigInt64(at, littleEndian));
    case 'u1': case 'b1': return (at) => view.getUint8(at);
    case 'u2': return (at) => view.getUint16(at, littleEndian);
    case 'u4': return (at) => view.getUint32(at, littleEndian);
    case 'u8': return (at) => Number(view.getBigUint64(at, littleEndian));
    default: throw new AppError('input-mismatch', `${name}: numbers of type ${type}`);
  }
}

/** Column-major values (the first index runs fastest) in row-major order. */
function fromFortranOrder(values: Float32Array, shape: readonly number[]): Float32Array {
  return permute(values, [...shape].reverse(), shape.map((_, axis) => shape.length - 1 - axis));
}

/** Values with their axes in another order; `axes[i]` is the old axis of the new axis i. */
function permute(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const permuted = new Float32Array(values.length);
  gatherInto(permuted, values, axes.map((axis) => ({ size: shape[axis] ?? 1, step: strides[axis] ?? 1 })));
  return permuted;
}

function splitPictures(name: string, { shape, values }: { readonly shape: readonly number[]; readonly values: Float32Array }): readonly InputArray[] {
  if (shape.length < 2 || shape.length > 4 || shape.includes(0)) throw new AppError('input-mismatch', `${name}: (${shape.join(', ')}) is not the shape of a picture`);
  const [count, a, b, c] = shape.length === 4 ? shape as [number, number, number, number] : [1, shape[0] ?? 1, shape[1] ?? 1, shape[2] ?? 1] as const;
  if (count > mostPictures) throw new AppError('format-too-large', `${name}: ${count} pictures; at most ${mostPictures} are read`);
  // PyTorch's order: fewer channels than rows or columns.
  const channelsFirst = shape.length > 2 && a < Math.min(b, c);
  // A kernel that clamps would make a plausible number of it.
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new AppError('array-not-finite', `${name}: value ${odd} of ${values.length} is ${String(values[odd])}`);
  return Array.from({ length: count }, (_, index): InputArray => {
    const part = values.slice(index * a * b * c, (index + 1) * a * b * c);
    const picture = channelsFirst ? permute(part, [a, b, c], [1, 2, 0]) : part;
    return { name: count === 1 ? name : `${name} ${index + 1}`, shape: channelsFirst ? [b, c, a] : [a, b, c], values: picture, ...findFiniteRange(picture) };
  });
}
