import { strFromU8 } from 'fflate';
import { AppError } from '../contract/errors';
import type { PickedFile } from '../contract/importer';
import { unzipFiles } from '../formats/unzip';

/** Most bytes of one network, as files or unpacked. */
const maxNetworkBytes = 2 ** 30;
const maxFiles = 4096;
/** Deflate packs at most about 1000 to 1; weights hardly at all. */
const maxPackRatio = 100;

/** Longest text that is read as one. */
export const largestTextBytes = 8 * 2 ** 20;

/** Files by plain relative path (`/` between folders). */
export type FileSet = ReadonlyMap<string, Blob>;

/**
 * A path as this set uses it: no empty, `.` or `..` part, no drive, no leading slash.
 *
 * @returns null for a path that leaves the folder or is none
 */
export function normalisePath(path: string): string | null {
  const parts = path.replaceAll('\\', '/').split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..') || parts.some((part) => part.includes(':') || part.includes('\0') || part === '__proto__')) return null;
  return parts.join('/');
}

/** Metadata that file managers leave beside real files. */
function isLeftOver(path: string): boolean {
  return /(^|\/)(__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)/.test(path);
}

/**
 * What a person chose, with the `.zip` unpacked when it is only that. Nothing is read but the ends of zip files.
 *
 * @throws AppError 'format-too-large' past 1 GB or 4096 files · 'format-malformed' for a broken zip · 'format-unknown' when nothing is left
 */
export async function collectFiles(picked: readonly PickedFile[]): Promise<FileSet> {
  const files = new Map<string, Blob>();
  for (const { path, file } of picked) {
    const plain = normalisePath(path) ?? normalisePath(path.split(/[/\\]/).at(-1) ?? '');
    if (plain === null || isLeftOver(plain)) continue;
    files.set(plain, file);
    if (files.size > maxFiles) throw new AppError('format-too-large', `more than ${maxFiles} files`);
  }
  refuseTooLarge([...files.values()].reduce((sum, file) => sum + file.size, 0));
  if (files.size === 0) throw new AppError('format-unknown', 'there is no file in it');
  for (const [path, file] of [...files]) {
    // A network's own ending is believed: what is no such file inside is said by its reader.
    if (!/\.(keras|npz|h5|hdf5|onnx|tflite)$/i.test(path) && await startsLikeZip(file)) {
      const unpacked = unpack(path, new Uint8Array(await readBytes(file, path)));
      if (unpacked === null) continue;
      files.delete(path);
      for (const [inner, blob] of unpacked) if (!files.has(inner)) files.set(inner, blob);
    }
  }
  refuseTooLarge([...files.values()].reduce((sum, file) => sum + file.size, 0));
  return files;
}

/** @throws AppError 'format-too-large' */
export function refuseTooLarge(bytes: number): void {
  if (bytes > maxNetworkBytes) throw new AppError('format-too-large', `${Math.round(bytes / 2 ** 20)} MB of files; at most 1024 MB are read`);
}

/** A file's bytes. @throws AppError 'network-missing' when it moved or is not on this device */
export async function readBytes(file: Blob, path: string): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (thrown) {
    throw new AppError('network-missing', `${path}: ${String(thrown)}`, true, { cause: thrown });
  }
}

async function startsLikeZip(file: Blob): Promise<boolean> {
  if (file.size < 22) return false;
  const head = new Uint8Array(await readBytes(file.slice(0, 4), 'the file'));
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;
}

/** The files of a zip; null: it is one network in a zip's form (Keras v3), to be read as it is. */
function unpack(path: string, bytes: Uint8Array): FileSet | null {
  const limits = { maxFiles, maxBytes: maxNetworkBytes, maxRatio: maxPackRatio };
  const names = new Set<string>();
  // The names first: a Keras network need not be unpacked to be known.
  unzipFiles(bytes, (name) => { names.add(name); return false; }, path, limits);
  if (names.has('config.json') && (names.has('model.weights.h5') || names.has('metadata.json'))) return null;
  const isUseful = (name: string): boolean => {
    const plain = normalisePath(name);
    return plain !== null && !name.endsWith('/') && !isLeftOver(plain);
  };
  return new Map([...unzipFiles(bytes, isUseful, path, limits)].map(([name, content]) => [normalisePath(name) ?? name, new Blob([content as Uint8Array<ArrayBuffer>])]));
}

/** Reads a whole small text file of a set. @throws AppError 'format-too-large' for more than 8 MB */
export async function readText(file: Blob, path: string): Promise<string> {
  if (file.size > largestTextBytes) throw new AppError('format-too-large', `${path} has ${file.size} bytes`);
  return strFromU8(new Uint8Array(await readBytes(file, path)));
}
