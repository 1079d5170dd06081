import { openDatabase, withStoreErrors } from './database';
import type { StoreDatabase } from './database';

/** The beginning of a file that was fetched, or all of it. */
export interface PartialDownload {
  readonly bytes: number;
  /** As given with the first piece: ETag or Last-Modified; null: the server gave none, so that the rest cannot be trusted to fit. */
  readonly validator: string | null;
}

/** Keeps what was downloaded, piece by piece, so that a cancelled or broken download goes on where it stopped. */
export interface DownloadStore {
  /** null: nothing of this address is here. */
  look(address: string): Promise<PartialDownload | null>;
  /** What is here, in order · `[bytes]` u8 · owned by the caller. */
  read(address: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Puts a piece behind what is here. @param validator  of the answer it came from; kept with the first piece */
  append(address: string, piece: Uint8Array<ArrayBuffer>, validator: string | null): Promise<void>;
  /** Forgets an address: it is stored elsewhere now, or was wrong. Idempotent. */
  drop(address: string): Promise<void>;
  close(): void;
}

/** What is lost in a power cut is fetched again: no waiting for the disk. */
const unhurried = { durability: 'relaxed' } as const;

function piecesOf(address: string): IDBKeyRange {
  return IDBKeyRange.bound([address], [address, []], false, true);
}

/** Opens the store; the caller owns it until `close`. @throws AppError 'storage-unavailable' */
export async function openDownloadStore(): Promise<DownloadStore> {
  return createDownloadStore(await openDatabase());
}

/** A store over an open database, which it closes with itself. */
function createDownloadStore(database: StoreDatabase): DownloadStore {
  return {
    look: (address) => withStoreErrors(async () => {
      const record = await database.get('downloads', address);
      return record === undefined ? null : { bytes: record.bytes, validator: record.validator };
    }),
    read: (address) => withStoreErrors(async () => {
      const bytes = new Uint8Array((await database.get('downloads', address))?.bytes ?? 0);
      // One piece after the other: all of them at once would need the memory twice.
      for (const key of await database.getAllKeys('chunks', piecesOf(address))) {
        const piece = await database.get('chunks', key);
        if (piece !== undefined) bytes.set(piece instanceof Blob ? new Uint8Array(await piece.arrayBuffer()) : piece, key[1]);
      }
      return bytes;
    }),
    append: (address, piece, validator) => withStoreErrors(async () => {
      const transaction = database.transaction(['downloads', 'chunks'], 'readwrite', unhurried);
      const downloads = transaction.objectStore('downloads');
      const before = await downloads.get(address);
      const bytes = before?.bytes ?? 0;
      await Promise.all([
        transaction.objectStore('chunks').put(piece, [address, bytes]),
        downloads.put({ address, validator: before === undefined ? validator : before.validator, bytes: bytes + piece.byteLength }),
        transaction.done,
      ]);
    }),
    drop: (address) => withStoreErrors(async () => {
      const transaction = database.transaction(['downloads', 'chunks'], 'readwrite', unhurried);
      await Promise.all([transaction.objectStore('downloads').delete(address), transaction.objectStore('chunks').delete(piecesOf(address)), transaction.done]);
    }),
    close: () => database.close(),
  };
}
