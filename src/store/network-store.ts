import type { NetworkId } from '../contract/ids';
import { openDatabase, withStoreErrors } from './database';
import type { KeptEntry, StoreDatabase } from './database';

export type { KeptEntry } from './database';

/** The networks kept on this device. Every call rejects with 'storage-full' | 'storage-unavailable'. */
export interface NetworkStore {
  /** Oldest first. */
  list(): Promise<readonly KeptEntry[]>;
  /** null: there is none of that id. */
  read(id: NetworkId): Promise<KeptEntry | null>;
  /** Bytes of one file as the browser keeps them; null: not there. */
  readFile(id: NetworkId, path: string): Promise<Blob | null>;
  /** Entry and files, all or nothing; replaces one of the same id. */
  put(entry: KeptEntry, files: ReadonlyMap<string, Blob>): Promise<void>;
  /** The entry alone; its files stay. */
  update(entry: KeptEntry): Promise<void>;
  /** Idempotent. */
  remove(id: NetworkId): Promise<void>;
  close(): void;
}

/** Every path of one network, as a range of keys. */
function filesOf(id: NetworkId): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []], false, true);
}

/** Opens the store; the caller owns it until `close`. @throws AppError 'storage-unavailable' */
export async function openNetworkStore(): Promise<NetworkStore> {
  return createNetworkStore(await openDatabase());
}

/** A store over an open database, which it closes with itself. */
function createNetworkStore(database: StoreDatabase): NetworkStore {
  return {
    list: () => withStoreErrors(async () => {
      const entries = await database.getAll('networks');
      return entries.sort((a, b) => a.report.network.importedAt.localeCompare(b.report.network.importedAt) || a.id.localeCompare(b.id));
    }),
    read: (id) => withStoreErrors(async () => (await database.get('networks', id)) ?? null),
    readFile: (id, path) => withStoreErrors(async () => (await database.get('files', [id, path])) ?? null),
    put: (entry, files) => withStoreErrors(async () => {
      const transaction = database.transaction(['networks', 'files'], 'readwrite');
      const kept = transaction.objectStore('files');
      // Nothing is awaited in between: a transaction ends by itself when it has nothing to do.
      await Promise.all([
        kept.delete(filesOf(entry.id)),
        ...[...files].map(([path, blob]) => kept.put(blob, [entry.id, path])),
        transaction.objectStore('networks').put(entry),
        transaction.done,
      ]);
    }),
    update: (entry) => withStoreErrors(async () => { await database.put('networks', entry); }),
    remove: (id) => withStoreErrors(async () => {
      const transaction = database.transaction(['networks', 'files'], 'readwrite');
      await Promise.all([transaction.objectStore('networks').delete(id), transaction.objectStore('files').delete(filesOf(id)), transaction.done]);
    }),
    close: () => database.close(),
  };
}
