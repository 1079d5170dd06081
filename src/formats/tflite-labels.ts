import { strFromU8 } from 'fflate';
import { AppError } from '../contract/errors';
import { readLabels } from './label-metadata';
import { unzipFiles } from './unzip';

const maxLabelBytes = 2 ** 22;

/**
 * Class names in a text file of the archive that TFLite's metadata tools append to a network.
 *
 * @param file  the whole file, not trusted
 * @returns null when there is no archive, no such file, or none that can be read: labels are a help, not a condition
 */
export function readTfliteLabels(file: Uint8Array): readonly string[] | null {
  try {
    const files = unzipFiles(file, (name) => /label.*\.(txt|csv)$/i.test(name), 'the metadata', { maxFiles: 256, maxBytes: maxLabelBytes, maxRatio: 1 });
    const [name] = [...files.keys()].sort();
    const text = name === undefined ? undefined : files.get(name);
    return text === undefined ? null : readLabels([['labels', strFromU8(text)]]);
  } catch (thrown) {
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}
