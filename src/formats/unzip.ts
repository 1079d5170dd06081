import { Inflate } from 'fflate';
import { AppError } from '../contract/errors';

/** What a zip of unknown origin may ask for. */
export interface UnzipLimits {
  /** Most files in the archive, wanted or not. */
  readonly maxFiles: number;
  /** Most bytes that the wanted files unpack to, together. */
  readonly maxBytes: number;
  /** Largest packing ratio of a file that is not small; what exceeds it was made to fill the memory. */
  readonly maxRatio: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
/** Files up to this size may be packed as tightly as they like. */
const smallBytes = 2 ** 22;
/** A little at a time: 16 KB can unpack to 16 MB before the size is looked at. */
const stepBytes = 2 ** 14;

function malformed(where: string, what: string): AppError {
  return new AppError('format-malformed', `${where} is not a zip file that can be read: ${what}`);
}

/** The archive's directory, and where the archive begins in the file: some have other bytes before them. */
function readDirectory(file: Uint8Array, where: string, maxFiles: number): { readonly start: number; readonly entries: readonly Entry[] } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const last = file.byteLength - endBytes;
  let end = last;
  while (end >= Math.max(0, last - 0xffff) && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < Math.max(0, last - 0xffff)) throw malformed(where, 'it has no directory');
  const count = view.getUint16(end + 10, true);
  if (count > maxFiles) throw new AppError('format-too-large', `${where} holds ${count} files, ${maxFiles} are read`);
  const first = end - view.getUint32(end + 12, true);
  const start = first - view.getUint32(end + 16, true);
  if (first < 0 || start < 0) throw malformed(where, 'its directory lies outside it');
  const entries: Entry[] = [];
  for (let at = first; entries.length < count;) {
    if (at + entryBytes > end || view.getUint32(at, true) !== 0x02014b50) throw malformed(where, 'its directory is broken');
    const next = at + entryBytes + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw malformed(where, 'its directory is broken');
    const name = new TextDecoder().decode(file.subarray(at + entryBytes, at + entryBytes + view.getUint16(at + 28, true)));
    entries.push({ name, method: view.getUint16(at + 10, true), packedBytes: view.getUint32(at + 20, true), bytes: view.getUint32(at + 24, true), offset: view.getUint32(at + 42, true) });
    at = next;
  }
  return { start, entries };
}

function inflate(packed: Uint8Array, size: number, where: string): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((chunk) => {
    if (filled + chunk.byteLength > size) throw malformed(where, `more than the ${size} bytes it says`);
    bytes.set(chunk, filled);
    filled += chunk.byteLength;
  });
  try {
    for (let at = 0; at < packed.byteLength; at += stepBytes) stream.push(packed.subarray(at, at + stepBytes), at + stepBytes >= packed.byteLength);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw malformed(where, thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (filled !== size) throw malformed(where, `${filled} bytes instead of ${size}`);
  return bytes;
}

function readEntry(file: Uint8Array, start: number, entry: Entry, where: string): Uint8Array {
  const at = start + entry.offset;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (at + localBytes > file.byteLength || view.getUint32(at, true) !== 0x04034b50) throw malformed(where, 'a file is not where the directory says');
  const from = at + localBytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (from + entry.packedBytes > file.byteLength) throw malformed(where, 'it is cut short');
  const packed = file.subarray(from, from + entry.packedBytes);
  if (entry.method === 8) return inflate(packed, entry.bytes, where);
  if (entry.method !== 0) throw malformed(where, `packing method ${entry.method}`);
  if (entry.packedBytes !== entry.bytes) throw malformed(where, 'sizes that contradict each other');
  return packed;
}

/**
 * Unpacks some files of a zip archive. Sizes are compared with the limits before memory is asked for, and unpacking ends where a file
 * turns out larger than it says: fflate's own `unzipSync` trusts the directory and would go on for as long as the bytes last.
 *
 * @param file    bytes of the archive, not trusted; files stored unpacked are views of it
 * @param wanted  which files to unpack, by name
 * @param where   the archive's name, for messages
 * @throws AppError 'format-malformed' | 'format-too-large'
 */
export function unzipFiles(file: Uint8Array, wanted: (name: string) => boolean, where: string, limits: UnzipLimits): ReadonlyMap<string, Uint8Array> {
  const { start, entries } = readDirectory(file, where, limits.maxFiles);
  const chosen = entries.filter((entry) => wanted(entry.name));
  let total = 0;
  for (const { name, bytes, packedBytes } of chosen) {
    total += bytes;
    if (total > limits.maxBytes || bytes > smallBytes + limits.maxRatio * packedBytes) throw new AppError('format-too-large', `${name} in ${where} unpacks to ${bytes} bytes`);
  }
  return new Map(chosen.map((entry) => [entry.name, readEntry(file, start, entry, `${entry.name} in ${where}`)]));
}
