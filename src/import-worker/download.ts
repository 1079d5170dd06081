import { AppError } from '../contract/errors';
import { loadShelf } from '../contract/load-shelf';
import type { ShelfEntry, ShelfFile, ShelfId } from '../contract/shelf';
import type { ShelfOffer } from '../contract/shelf-mirror';
import type { DownloadStore } from '../store/download-store';
import { downloadFile, forgetFile, throwIfCancelled, type DownloadOptions } from './download-file';
import { listShards } from './download-shards';

/** Bytes that are here now, and how many it will be: the catalogue's figure until every file has said its own. */
export type ShelfProgress = (doneBytes: number, totalBytes: number) => void;

/** What is fetched of an entry; of a network that is on no shelf nothing else is known. */
export type Fetchable = Pick<ShelfEntry, 'id' | 'files' | 'bytes'>;

/** So many requests at once: what browsers open to one server over HTTP/1.1 anyway. */
const parallelFetches = 6;
const mostFiles = 2000;

/** One entry of the catalogue. @throws AppError 'network-missing' */
export async function findShelfEntry(baseUrl: string, id: ShelfId, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<ShelfOffer> {
  const entry = (await loadShelf(baseUrl, fetch)).find((offer) => offer.id === id);
  if (entry === undefined) throw new AppError('network-missing', `${id} is not on the shelf`);
  return entry;
}

/**
 * Fetches every file of an entry, at most six at once. Finished files and the beginnings of unfinished ones stay in the store
 * until {@link forgetShelfEntry}, also after `cancelled` or a failure.
 *
 * @returns path → `[n]` u8, the file that is read first · owned by the caller
 * @throws AppError 'cancelled' | 'network-missing' (no files) | 'address-blocked' | 'network-altered' | 'format-malformed' (a `model.json` that names files outside
 *   its folder) | 'format-too-large' | 'storage-full' | 'storage-unavailable'
 */
export async function fetchShelfEntry(entry: Fetchable, options: DownloadOptions & { readonly onProgress?: ShelfProgress }): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const progress = createProgress(entry, options.onProgress ?? (() => undefined));
  const stop = new AbortController();
  const follow = (): void => stop.abort(options.signal.reason);
  options.signal.addEventListener('abort', follow, { once: true });
  if (options.signal.aborted) stop.abort();
  try {
    throwIfCancelled(options.signal);
    const inner = { ...options, signal: stop.signal };
    const [main] = entry.files;
    if (main === undefined) throw new AppError('network-missing', `${entry.id} has no files`);
    const fetched = new Map([[main.path, await downloadFile(main, inner, progress.of(main))]]);
    const rest = [...entry.files.slice(1)];
    for (const { path, bytes } of listShards(main.path, fetched.get(main.path))) {
      if (rest.every((file) => file.path !== path)) rest.push({ path, address: new URL(path, main.address).href, bytes, sha256: null });
    }
    if (rest.length > mostFiles) throw new AppError('format-too-large', `${entry.id}: ${rest.length} files`);
    progress.expect(rest);
    const queue = [...rest];
    const work = async (): Promise<void> => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        fetched.set(file.path, await downloadFile(file, inner, progress.of(file)));
      }
    };
    const workers = Array.from({ length: Math.min(parallelFetches, rest.length) }, () => work().catch((thrown: unknown) => {
      stop.abort();
      throw thrown;
    }));
    const results = await Promise.allSettled(workers);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    throwIfCancelled(options.signal);
    // The others were stopped because of the first: its reason is the one to tell.
    if (failures.length > 0) throw failures.find((thrown) => !(thrown instanceof AppError && thrown.code === 'cancelled')) ?? failures[0];
    return new Map([main, ...rest].map(({ path }) => [path, fetched.get(path) ?? new Uint8Array(0)]));
  } finally {
    options.signal.removeEventListener('abort', follow);
  }
}

/** Forgets what was kept for going on: the network is stored elsewhere now. @param paths  of the files that came */
export async function forgetShelfEntry(entry: Fetchable, paths: Iterable<string>, store: DownloadStore): Promise<void> {
  const known = new Map(entry.files.map((file) => [file.path, file.address]));
  const main = entry.files[0]?.address;
  for (const path of paths) {
    const address = known.get(path) ?? (main === undefined ? undefined : new URL(path, main).href);
    if (address !== undefined) await forgetFile(address, store);
  }
}

function createProgress(entry: Fetchable, report: ShelfProgress): { of(file: ShelfFile): (done: number, total: number | null) => void; expect(files: readonly ShelfFile[]): void } {
  const done = new Map<string, number>();
  const totals = new Map<string, number | null>(entry.files.map((file) => [file.path, file.bytes]));
  const tell = (): void => {
    const doneBytes = [...done.values()].reduce((sum, bytes) => sum + bytes, 0);
    const known = [...totals.values()];
    const total = known.some((bytes) => bytes === null) ? entry.bytes : known.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
    report(doneBytes, Math.max(total, doneBytes));
  };
  return {
    of: (file) => (doneBytes, totalBytes) => {
      done.set(file.path, doneBytes);
      if (totalBytes !== null) totals.set(file.path, totalBytes);
      tell();
    },
    expect: (files) => { for (const file of files) if (!totals.has(file.path)) totals.set(file.path, file.bytes); },
  };
}
