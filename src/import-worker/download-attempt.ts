import { AppError } from '../contract/errors';
import type { ShelfFile } from '../contract/shelf';
import type { DownloadOptions, Keeper } from './download-file';

/** How one request ended. */
export type Outcome =
  /** The body came to its end. */
  | { readonly kind: 'complete' }
  /** Asking again would not help. */
  | { readonly kind: 'refused'; readonly why: string }
  /** What is kept does not fit this answer: from the first byte again. */
  | { readonly kind: 'restart'; readonly why: string; /** True: the server has another file than the published one. */ readonly altered?: boolean }
  /** Cut, silent or busy. `waitMs`: as the server asked. */
  | { readonly kind: 'failed'; readonly why: string; readonly newBytes: number; readonly waitMs: number | null; readonly cause?: unknown };

/** Requests of one download. */
export interface Attempt {
  /**
   * Asks once, from the byte after those that are kept.
   *
   * @throws AppError 'format-too-large', and what the store throws
   */
  run(file: ShelfFile, keptBytes: number, keptValidator: string | null, keeper: Keeper): Promise<Outcome>;
}

const defaultLimitBytes = 1024 ** 3;

/**
 * Makes single requests. Across origins they carry no header but a plain `Range`, which needs no preflight: the buckets that
 * hold networks answer none (tensorflow/tfjs #1755, huggingface/datasets #7931). `If-Range` does need one, so that across
 * origins the version is compared when the answer is here instead.
 */
export function createAttempt({ fetch = globalThis.fetch, signal, stallMs = 30_000, limitBytes = defaultLimitBytes }: DownloadOptions): Attempt {
  let rangesWork = true;

  const run: Attempt['run'] = async (file, keptBytes, keptValidator, keeper) => {
    if (keptBytes > 0 && !rangesWork) return { kind: 'restart', why: 'the server sends no parts' };
    const watch = createStallWatch(stallMs, signal);
    const before = keeper.bytes;
    let answered = false;
    try {
      const response = await watch.guard(fetch(file.address, {
        headers: requestHeaders(file.address, keptBytes, keptValidator), signal: watch.signal,
        mode: 'cors', credentials: 'omit', redirect: 'follow', cache: 'no-store', referrerPolicy: 'no-referrer',
      }));
      answered = true;
      const answer = judge(response, file, keptBytes, keptValidator);
      if (answer.kind !== 'body') {
        await response.body?.cancel().catch(() => undefined);
        return answer;
      }
      await keeper.begin(answer.offset, validatorOf(response), answer.totalBytes);
      const reader = response.body?.getReader();
      if (reader === undefined) return { kind: 'failed', why: 'an answer without a body', newBytes: 0, waitMs: null };
      try {
        for (;;) {
          const { done, value } = await watch.guard(reader.read());
          if (done) break;
          await keeper.take(value);
          if (file.bytes !== null && keeper.bytes > file.bytes) return { kind: 'complete' };
          if (keeper.bytes > limitBytes) throw new AppError('format-too-large', `${file.address}: more than ${limitBytes} bytes`);
        }
      } finally {
        await keeper.flush();
        await reader.cancel().catch(() => undefined);
      }
      // A cut inside a chunked answer can look like its end.
      const asSaid = keeper.bytes === answer.offset + (lengthOf(response) ?? Number.NaN);
      if (file.bytes !== null && keeper.bytes < file.bytes && keeper.bytes > before && !asSaid) return { kind: 'failed', why: `cut after ${keeper.bytes} of ${file.bytes} bytes`, newBytes: keeper.bytes - before, waitMs: null };
      return { kind: 'complete' };
    } catch (thrown) {
      if (thrown instanceof AppError || signal.aborted) {
        if (signal.aborted) return { kind: 'failed', why: 'cancelled', newBytes: 0, waitMs: null };
        throw thrown;
      }
      if (isStoreError(thrown)) throw thrown;
      // Some browsers ask permission for a part first and some servers do not answer that: then the whole file.
      if (!answered && keptBytes > 0 && !watch.stalled) rangesWork = false;
      const why = watch.stalled ? `silent for ${stallMs} ms` : describe(thrown);
      return { kind: 'failed', why, newBytes: Math.max(0, keeper.bytes - before), waitMs: null, cause: thrown };
    } finally {
      watch.end();
    }
  };
  return { run };
}

type Judged = Outcome | { readonly kind: 'body'; readonly offset: number; readonly totalBytes: number | null };

function judge(response: Response, file: ShelfFile, keptBytes: number, keptValidator: string | null): Judged {
  const { status } = response;
  if (status === 206 && keptBytes > 0) {
    const validator = validatorOf(response);
    if (validator !== null && keptValidator !== null && validator !== keptValidator) return { kind: 'restart', why: 'the file changed in between' };
    // Across origins the range is rarely readable; then size and checksum decide at the end.
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (range !== null && Number(range[1]) !== keptBytes) return { kind: 'restart', why: 'another part than asked for' };
    const total = range === null || range[2] === '*' ? null : Number(range[2]);
    if (total !== null && file.bytes !== null && total !== file.bytes) return { kind: 'restart', why: `${total} bytes instead of ${file.bytes}`, altered: true };
    return { kind: 'body', offset: keptBytes, totalBytes: total };
  }
  if (status === 200) return { kind: 'body', offset: 0, totalBytes: lengthOf(response) };
  if (status === 206 || status === 416) return { kind: 'restart', why: `HTTP ${status}`, altered: status === 416 };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { kind: 'failed', why: `HTTP ${status}`, newBytes: 0, waitMs: retryAfterMs(response) };
  }
  return { kind: 'refused', why: `HTTP ${status}` };
}

function requestHeaders(address: string, keptBytes: number, keptValidator: string | null): Record<string, string> {
  if (keptBytes === 0) return {};
  const here: { readonly origin?: string } | undefined = (globalThis as { readonly location?: { readonly origin?: string } }).location;
  const sameOrigin = here?.origin === undefined || here.origin === new URL(address).origin;
  return { Range: `bytes=${keptBytes}-`, ...(sameOrigin && keptValidator !== null ? { 'If-Range': keptValidator } : {}) };
}

/** What names this version of the file, as far as the page may read it; a weak tag does not vouch for single bytes. */
function validatorOf(response: Response): string | null {
  const tag = response.headers.get('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return response.headers.get('last-modified');
}

/** The length of a compressed answer is not that of the file. */
function lengthOf(response: Response): number | null {
  const length = Number(response.headers.get('content-length') ?? '');
  return response.headers.has('content-encoding') || !Number.isSafeInteger(length) || length <= 0 ? null : length;
}

function retryAfterMs(response: Response): number | null {
  const text = response.headers.get('retry-after');
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message} (${thrown.cause.message})` : thrown.message;
}

function isStoreError(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
}

/** Ends a request whose server says nothing for too long: browsers alone would wait for minutes. */
function createStallWatch(stallMs: number, outer: AbortSignal): {
  readonly signal: AbortSignal; readonly stalled: boolean; guard<T>(step: Promise<T>): Promise<T>; end(): void;
} {
  const controller = new AbortController();
  let stalled = false;
  const follow = (): void => controller.abort(outer.reason);
  outer.addEventListener('abort', follow, { once: true });
  if (outer.aborted) follow();
  return {
    signal: controller.signal,
    get stalled() { return stalled; },
    guard: async (step) => {
      let stop = (): void => undefined;
      const ended = new Promise<never>((_resolve, reject) => {
        stop = () => reject(controller.signal.reason instanceof Error ? controller.signal.reason : new DOMException('aborted', 'AbortError'));
      });
      const timer = setTimeout(() => {
        stalled = true;
        controller.abort();
      }, stallMs);
      controller.signal.addEventListener('abort', stop, { once: true });
      if (controller.signal.aborted) stop();
      try {
        return await Promise.race([step, ended]);
      } finally {
        clearTimeout(timer);
        controller.signal.removeEventListener('abort', stop);
      }
    },
    end: () => outer.removeEventListener('abort', follow),
  };
}
