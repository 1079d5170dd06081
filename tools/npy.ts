/** An array as NumPy stores it; row major. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads a `.npy` file of float32 or float64, little endian, C order.
 *
 * @throws Error naming what is wrong with the file
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  if (bytes.byteLength < 10 || magic.some((byte, index) => bytes[index] !== byte)) throw new Error('not a .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(6);
  const start = version === 1 ? 10 : 12;
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + headerBytes > bytes.byteLength) throw new Error('the .npy header is cut off');
  const header = new TextDecoder().decode(bytes.subarray(start, start + headerBytes));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (type !== '<f4' && type !== '<f8') throw new Error(`.npy of type ${type ?? 'unknown'}, float32 is needed`);
  if (shapeText === undefined || /'fortran_order':\s*True/.test(header)) throw new Error('.npy in Fortran order, or without a shape');
  const shape = shapeText.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const size = type === '<f4' ? 4 : 8;
  const data = start + headerBytes;
  if (!Number.isSafeInteger(count) || data + count * size !== bytes.byteLength) throw new Error(`.npy of shape (${shapeText}) with ${bytes.byteLength - data} bytes`);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    values[index] = size === 4 ? view.getFloat32(data + index * 4, true) : view.getFloat64(data + index * 8, true);
  }
  return { shape, values };
}

/** A float32 array as the bytes of a `.npy` file, version 1.0. */
export function writeNpy(shape: readonly number[], values: Float32Array): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  // NumPy wants the data aligned to 64 bytes.
  const padded = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11, ' ') + '\n';
  const bytes = new Uint8Array(10 + padded.length + values.byteLength);
  bytes.set([...magic, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), 10);
  values.forEach((value, index) => view.setFloat32(10 + padded.length + index * 4, value, true));
  return bytes;
}
