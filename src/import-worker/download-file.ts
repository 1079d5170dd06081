import { AppError } from '../contract/errors';
import type { ShelfFile } from '../contract/shelf';
import type { DownloadStore } from '../store/download-store';
import { digestBytes, toHex } from './digest';
import { createAttempt } from './download-attempt';

/** How a download behaves; everything but the store and the signal has a default that suits a page. */
export interface DownloadOptions {
  /** Borrowed; what arrives is kept there so that the next try goes on from it. */
  readonly store: DownloadStore;
  readonly signal: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  /** SHA-256 in hexadecimal. */
  readonly digest?: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  /** Silence of a server after which it is asked again. Default 30 s. */
  readonly stallMs?: number;
  /** How often a file is asked for in a row without a single new byte. Default 4. */
  readonly tries?: number;
  /** Wait before the n-th repetition (1, 2, ...), unless the server names one. Default 1, 2, 4 s. */
  readonly waitMs?: (repetition: number) => number;
  /** Refuses more than this. Default 1 GiB. */
  readonly limitBytes?: number;
}

/** Told what changed: bytes of this file that are here now, and how many it has, as far as anybody said. */
export type FileProgress = (doneBytes: number, totalBytes: number | null) => void;

/** Pieces are put away in this size: a cut costs at most one, and the store sees few writes. */
const pieceBytes = 1024 * 1024;
const longestWaitMs = 30_000;
/** A server that cuts every answer somewhere else is left alone in the end. */
const mostRequests = 100;

interface Kept {
  bytes: number;
  validator: string | null;
}

/**
 * Fetches one file, going on from what an earlier try left, and checks its size and checksum where they are known.
 *
 * @returns `[n]` u8 · owned by the caller; it stays in the store until `drop`
 * @throws AppError 'cancelled' | 'address-blocked' (offline, refused, no permission to read it, gone, silent) | 'network-altered'
 *   (not the published bytes, twice) | 'format-too-large'
 */
export async function downloadFile(file: ShelfFile, options: DownloadOptions, onProgress: FileProgress = () => undefined): Promise<Uint8Array<ArrayBuffer>> {
  const { store, signal, tries = 4, waitMs = (repetition) => 1000 * 2 ** (repetition - 1) } = options;
  const attempt = createAttempt(options);
  let whole = await readFinished(file, options);
  let failures = 0;
  let restarts = 0;
  let requests = 0;
  while (whole === null) {
    throwIfCancelled(signal);
    const kept = await usableRest(file, store);
    onProgress(kept.bytes, file.bytes);
    const outcome = await attempt.run(file, kept.bytes, kept.validator, createKeeper(file.address, store, kept, (done, total) => onProgress(done, file.bytes ?? total)));
    throwIfCancelled(signal);
    if (outcome.kind === 'complete') {
      const checked = await check(file, options);
      if (checked.kind === 'good') {
        whole = checked.bytes;
        break;
      }
      // Two versions spliced together, or a proxy's doing: one more try from the first byte, past any cache.
      await store.drop(file.address);
      restarts += 1;
      if (restarts > 1) throw new AppError('network-altered', `${file.address}: ${checked.why}`, true);
      continue;
    }
    if (outcome.kind === 'refused') throw new AppError('address-blocked', `${file.address}: ${outcome.why}`, true);
    if (outcome.kind === 'restart') {
      await store.drop(file.address);
      restarts += 1;
      if (restarts > tries) throw new AppError(outcome.altered === true ? 'network-altered' : 'address-blocked', `${file.address}: ${outcome.why}`, true);
      continue;
    }
    failures = outcome.newBytes > 0 ? 1 : failures + 1;
    requests += 1;
    if (failures >= tries || requests >= mostRequests || isOffline()) throw new AppError('address-blocked', `${file.address}: ${outcome.why}`, true, { cause: outcome.cause });
    await pause(Math.min(longestWaitMs, outcome.waitMs ?? waitMs(failures)), signal);
  }
  onProgress(whole.byteLength, whole.byteLength);
  return whole;
}

/** Name under which the store remembers that a file of unknown length is complete. */
function finishedMark(address: string): string {
  return `${address}#finished`;
}

/** Forgets a file: it is stored elsewhere now. */
export async function forgetFile(address: string, store: DownloadStore): Promise<void> {
  await store.drop(address);
  await store.drop(finishedMark(address));
}

async function readFinished(file: ShelfFile, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer> | null> {
  const kept = await options.store.look(file.address);
  if (kept === null) return null;
  const complete = file.bytes === null ? (await options.store.look(finishedMark(file.address))) !== null : kept.bytes >= file.bytes;
  if (!complete) return null;
  const checked = await check(file, options);
  if (checked.kind === 'good') return checked.bytes;
  await forgetFile(file.address, options.store);
  return null;
}

/** What may be gone on from; without a checksum or a version to compare, nothing may. */
async function usableRest(file: ShelfFile, store: DownloadStore): Promise<Kept> {
  const kept = await store.look(file.address);
  if (kept === null) return { bytes: 0, validator: null };
  if ((file.sha256 !== null || kept.validator !== null) && (file.bytes === null || kept.bytes < file.bytes)) return { ...kept };
  await store.drop(file.address);
  return { bytes: 0, validator: null };
}

/** Takes an answer's pieces into the store. */
export interface Keeper {
  /** Called once, before the first piece. */
  begin(offset: number, validator: string | null, totalBytes: number | null): Promise<void>;
  take(piece: Uint8Array): Promise<void>;
  /** Puts away what was not yet; called whichever way the answer ended. */
  flush(): Promise<void>;
  readonly bytes: number;
}

function createKeeper(address: string, store: DownloadStore, kept: Kept, onProgress: (done: number, total: number | null) => void): Keeper {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let validator: string | null = null;
  let total: number | null = null;
  let bytes = kept.bytes;
  const flush = async (): Promise<void> => {
    if (waitingBytes === 0) return;
    const piece = joinBytes(waiting);
    waiting = [];
    waitingBytes = 0;
    await store.append(address, piece, validator);
  };
  return {
    begin: async (offset, answered, totalBytes) => {
      if (offset === 0 && kept.bytes > 0) await store.drop(address);
      bytes = offset;
      validator = answered;
      total = totalBytes;
      onProgress(bytes, total);
    },
    take: async (piece) => {
      waiting.push(piece);
      waitingBytes += piece.byteLength;
      bytes += piece.byteLength;
      onProgress(bytes, total);
      if (waitingBytes >= pieceBytes) await flush();
    },
    flush,
    get bytes() { return bytes; },
  };
}

type Checked = { readonly kind: 'good'; readonly bytes: Uint8Array<ArrayBuffer> } | { readonly kind: 'bad'; readonly why: string };

async function check(file: ShelfFile, { store, digest = sha256 }: DownloadOptions): Promise<Checked> {
  const bytes = await store.read(file.address);
  if (file.bytes !== null && bytes.byteLength !== file.bytes) return { kind: 'bad', why: `${bytes.byteLength} bytes instead of ${file.bytes}` };
  if (file.sha256 !== null && (await digest(bytes)) !== file.sha256) return { kind: 'bad', why: 'the checksum is not the published one' };
  if (file.bytes === null) await store.append(finishedMark(file.address), new Uint8Array(0), null);
  return { kind: 'good', bytes };
}

/** SHA-256 in hexadecimal. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(await digestBytes(bytes));
}

/** All pieces in one array; owned by the caller. */
function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let filled = 0;
  for (const piece of pieces) {
    joined.set(piece, filled);
    filled += piece.byteLength;
  }
  return joined;
}

/** @throws AppError 'cancelled' */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'the import was cancelled', true);
}

function isOffline(): boolean {
  return typeof navigator !== 'undefined' && 'onLine' in navigator && navigator.onLine === false;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new AppError('cancelled', 'the import was cancelled', true));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
