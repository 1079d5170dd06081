import { AppError } from '../contract/errors';
import { describeForeign } from './foreign-formats';

/** File formats told apart by their first bytes; the name only decides where the bytes do not. */
export type NetworkFormat = 'tfjs-json' | 'keras-zip' | 'keras-h5' | 'onnx' | 'tflite';

function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return signature.every((byte, index) => bytes[offset + index] === byte);
}

/**
 * What a file is.
 *
 * @param name   its name, with extension
 * @param bytes  the file, or at least its first 64 bytes
 * @throws AppError 'format-malformed' for an empty file, 'format-foreign' for one that is not read (the detail says how to get there), 'format-unknown' when it is none that we know
 */
export function detectFormat(name: string, bytes: Uint8Array): NetworkFormat {
  if (bytes.byteLength === 0) throw new AppError('format-malformed', `${name} is empty`);
  const foreign = describeForeign(name, bytes);
  if (foreign !== null) throw new AppError('format-foreign', `${name} is ${foreign}`);
  if (startsWith(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])) return 'keras-h5';
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return 'keras-zip';
  if (startsWith(bytes, [0x54, 0x46, 0x4c, 0x33], 4)) return 'tflite';
  const first = bytes.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
  if (first === 0x7b) return 'tfjs-json';
  // ONNX has no signature: a protobuf whose first field is ir_version, or a file that says so itself.
  if (/\.onnx$/i.test(name)) return 'onnx';
  if (/\.(h5|hdf5|keras)$/i.test(name)) throw new AppError('format-malformed', `${name} is not a Keras file: its first bytes are neither HDF5 nor zip`);
  if (startsWith(bytes, [0x08]) && (bytes[1] ?? 0) < 0x20) return 'onnx';
  throw new AppError('format-unknown', `${name} is no network file we know`);
}
