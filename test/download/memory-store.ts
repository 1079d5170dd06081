import type { DownloadStore } from '../../src/store/download-store';

/** The store of unfinished downloads, in memory; `files` is open to tests that look at it or damage it. */
export interface MemoryStore extends DownloadStore {
  readonly files: Map<string, { bytes: Uint8Array<ArrayBuffer>; validator: string | null }>;
}

export function createMemoryStore(): MemoryStore {
  const files: MemoryStore['files'] = new Map();
  return {
    files,
    look: (address) => {
      const file = files.get(address);
      return Promise.resolve(file === undefined ? null : { bytes: file.bytes.byteLength, validator: file.validator });
    },
    read: (address) => Promise.resolve(Uint8Array.from(files.get(address)?.bytes ?? [])),
    append: (address, piece, validator) => {
      const before = files.get(address);
      const bytes = new Uint8Array((before?.bytes.byteLength ?? 0) + piece.byteLength);
      bytes.set(before?.bytes ?? new Uint8Array(0));
      bytes.set(piece, before?.bytes.byteLength ?? 0);
      files.set(address, { bytes, validator: before === undefined ? validator : before.validator });
      return Promise.resolve();
    },
    drop: (address) => {
      files.delete(address);
      return Promise.resolve();
    },
    close: () => undefined,
  };
}
