import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DownloadStore } from '../src/store/download-store';

/** Keeps unfinished downloads as files in a folder, which goes when it is empty. */
export function createFolderStore(folder: string): DownloadStore {
  const pathOf = (address: string): string => join(folder, createHash('sha256').update(address).digest('hex').slice(0, 32));
  return {
    look: (address) => {
      const path = pathOf(address);
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      const validator = existsSync(`${path}.version`) ? readFileSync(`${path}.version`, 'utf8') : null;
      return Promise.resolve(size === undefined ? null : { bytes: size, validator });
    },
    read: (address) => {
      const path = pathOf(address);
      return Promise.resolve(existsSync(path) ? new Uint8Array(readFileSync(path)) : new Uint8Array(0));
    },
    append: (address, piece, validator) => {
      mkdirSync(folder, { recursive: true });
      const path = pathOf(address);
      if (!existsSync(path) && validator !== null) writeFileSync(`${path}.version`, validator);
      appendFileSync(path, piece);
      return Promise.resolve();
    },
    drop: (address) => {
      rmSync(pathOf(address), { force: true });
      rmSync(`${pathOf(address)}.version`, { force: true });
      if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
      return Promise.resolve();
    },
    close: () => undefined,
  };
}
