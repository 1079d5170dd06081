import { AppError } from '../contract/errors';
import type { NetworkSource } from '../formats/read-network';
import { normalisePath, readBytes, refuseTooLarge } from './file-set';
import type { FileSet } from './file-set';

/** The main file of a set as the readers take it; remembers what was read beside it. */
export interface RecordedSource extends NetworkSource {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The main file and everything read beside it so far, by path relative to the main file's folder. */
  readonly used: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** How a file that lies beside the main one is found. @returns null when it does not exist */
export type FindBeside = (path: string) => Promise<ArrayBuffer | null>;

/**
 * A source over a main file. Nothing outside `find` is ever read.
 *
 * @param name  of the main file, without folders
 */
export function recordSource(name: string, main: ArrayBuffer, find: FindBeside): RecordedSource {
  const bytes = new Uint8Array(main);
  const used = new Map<string, Uint8Array<ArrayBuffer>>([[name, bytes]]);
  let total = bytes.byteLength;
  return {
    name, bytes, used,
    readBeside: async (path) => {
      const plain = normalisePath(path);
      if (plain === null || path.startsWith('/')) throw new AppError('format-malformed', `'${path}' lies outside the network's folder`);
      const known = used.get(plain);
      if (known !== undefined) return known;
      const found = await find(plain);
      if (found === null) throw new AppError('files-missing', `${name} needs “${plain}”, which was not opened with it`);
      total += found.byteLength;
      refuseTooLarge(total);
      const content = new Uint8Array(found);
      used.set(plain, content);
      return content;
    },
  };
}

/** Finds files of a set beside `main`: at their path, else the only one of that name (folders are lost when files are picked one by one). */
export function findInSet(files: FileSet, main: string): FindBeside {
  const folder = main.includes('/') ? main.slice(0, main.lastIndexOf('/') + 1) : '';
  return async (path) => {
    const exact = files.get(folder + path);
    if (exact !== undefined) return readBytes(exact, path);
    const name = path.split('/').at(-1) ?? path;
    const sameName = [...files].filter(([candidate]) => candidate !== main && (candidate.split('/').at(-1) ?? '') === name);
    const [only] = sameName;
    return sameName.length === 1 && only !== undefined ? readBytes(only[1], path) : null;
  };
}
