import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import { AppError } from '../contract/errors';
import type { ImportReport } from '../contract/importer';
import type { NetworkId } from '../contract/ids';

/** One kept network besides its files. */
export interface KeptEntry {
  readonly id: NetworkId;
  readonly report: ImportReport;
  /** The file that is read; the others lie beside it. */
  readonly mainPath: string;
  /** SHA-256 over all files, hexadecimal: the same bytes are kept once. */
  readonly sha256: string;
}

interface DownloadRecord {
  readonly address: string;
  /** ETag or date of the file on its server, so that the rest of another version is never put behind this one's beginning. */
  readonly validator: string | null;
  readonly bytes: number;
}

export interface StoreSchema extends DBSchema {
  readonly networks: { readonly key: NetworkId; readonly value: KeptEntry };
  /** Key: network, path. */
  readonly files: { readonly key: [NetworkId, string]; readonly value: Blob };
  readonly downloads: { readonly key: string; readonly value: DownloadRecord };
  /** Key: address, first byte. Bytes, not a Blob: a Blob goes through another process and a file of its own. Earlier versions kept Blobs. */
  readonly chunks: { readonly key: [string, number]; readonly value: Uint8Array<ArrayBuffer> | Blob };
}

export type StoreDatabase = IDBPDatabase<StoreSchema>;

const databaseName = 'innerview';
const databaseVersion = 1;

/**
 * Opens the database of this device; made at the first call. The caller owns the connection until `close`.
 *
 * @throws AppError 'storage-unavailable' where the browser keeps nothing (some private windows)
 */
export async function openDatabase(): Promise<StoreDatabase> {
  if (typeof indexedDB === 'undefined') throw new AppError('storage-unavailable', 'this browser has no IndexedDB');
  try {
    return await openDB<StoreSchema>(databaseName, databaseVersion, {
      upgrade: (database) => {
        database.createObjectStore('networks', { keyPath: 'id' });
        database.createObjectStore('files');
        database.createObjectStore('downloads', { keyPath: 'address' });
        database.createObjectStore('chunks');
      },
      // A newer version of the app in another tab waits for this connection to go.
      blocking: (_current, _blocked, event) => { (event.target as IDBDatabase).close(); },
    });
  } catch (thrown) {
    throw asStoreError(thrown, 'storage-unavailable');
  }
}

/** What the browser throws when it cannot keep or read something, as an AppError. */
export function asStoreError(thrown: unknown, otherwise: 'storage-unavailable' | 'internal' = 'internal'): AppError {
  if (thrown instanceof AppError) return thrown;
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const options = { cause: thrown };
  if (name === 'QuotaExceededError') return new AppError('storage-full', text, true, options);
  if (name === 'UnknownError' || name === 'SecurityError' || name === 'InvalidStateError') return new AppError('storage-unavailable', text, true, options);
  return new AppError(otherwise, text, false, options);
}

/** Runs one piece of work on the database and names its failures. @throws AppError 'storage-full' | 'storage-unavailable' | 'internal' */
export async function withStoreErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw asStoreError(thrown);
  }
}
