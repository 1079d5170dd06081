import { strFromU8, unzipSync } from 'fflate';
import { readLabels } from './label-metadata';

const maxLabelBytes = 2 ** 22;
const endSignature = [0x50, 0x4b, 0x05, 0x06];

/** Where the zip archive behind a network begins; null when there is none. */
function findArchive(file: Uint8Array): number | null {
  const last = file.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at -= 1) {
    if (!endSignature.every((byte, index) => file[at + index] === byte)) continue;
    const view = new DataView(file.buffer, file.byteOffset + at, 22);
    // Some writers count from the beginning of the archive, some from that of the whole file.
    const start = at - view.getUint32(12, true) - view.getUint32(16, true);
    return start < 0 ? null : start;
  }
  return null;
}

/**
 * Class names in a text file of the archive that TFLite's metadata tools append to a network.
 *
 * @param file  the whole file, not trusted
 * @returns null when there is no archive, no such file, or none that can be read: labels are a help, not a condition
 */
export function readTfliteLabels(file: Uint8Array): readonly string[] | null {
  const start = findArchive(file);
  if (start === null) return null;
  try {
    const files = unzipSync(file.subarray(start), { filter: (entry) => /label.*\.(txt|csv)$/i.test(entry.name) && entry.originalSize <= maxLabelBytes && entry.size <= maxLabelBytes });
    const [name] = Object.keys(files).sort();
    const text = name === undefined ? undefined : files[name];
    return text === undefined ? null : readLabels([['labels', strFromU8(text)]]);
  } catch {
    return null;
  }
}
