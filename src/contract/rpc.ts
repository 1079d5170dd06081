import { expose, transferHandlers, wrap } from 'comlink';
import type { Endpoint, Remote, TransferHandler } from 'comlink';
import type { VisualizerApi } from './api';
import { AppError, toErrorReport } from './errors';
import type { ErrorReport } from './errors';

/** comlink wraps what was thrown in an object with a private marker; only `value` is of interest here. */
interface Thrown {
  readonly value: unknown;
}

/**
 * Makes comlink keep `code`, `detail` and `recoverable` of an {@link AppError}: its own handler sends only name, message and stack.
 * Needed on both sides, before the first call. Idempotent.
 */
function installThrowHandler(): void {
  const original = transferHandlers.get('throw');
  if (original === undefined) throw new AppError('internal', 'comlink has no throw handler');
  const handler: TransferHandler<Thrown, ErrorReport> = {
    canHandle: (value: unknown): value is Thrown => original.canHandle(value),
    serialize: ({ value }) => [toErrorReport(value), []],
    deserialize: (report) => { throw new AppError(report.code, report.detail, report.recoverable); },
  };
  // The map is typed for handlers of anything; comlink calls `serialize` only with what `canHandle` accepted.
  transferHandlers.set('throw', handler as TransferHandler<unknown, unknown>);
}

/** Offers `api` to the other side of `endpoint` (default: the worker's own global scope). */
export function exposeApi<Api extends object>(api: Api, endpoint?: Endpoint): void {
  installThrowHandler();
  expose(api, endpoint);
}

/** The other side's API. Its calls stay pending for ever when the worker dies: race them with a {@link DeathWatch}. */
export function wrapApi<Api = VisualizerApi>(endpoint: Endpoint): Remote<Api> {
  installThrowHandler();
  return wrap<Api>(endpoint);
}

/** Rejects what waits for a worker that will never answer. One per worker. */
export interface DeathWatch {
  /** The call's own result, or the reason of death, whichever is first. @throws AppError given to `die` */
  race<T>(call: Promise<T>): Promise<T>;
  /** Rejects every raced call, now and later. Only the first reason counts. */
  die(reason: AppError): void;
}

/** Makes a watch over calls to one worker. A set of waiting calls, not one long-lived promise: that would keep every result alive. */
export function createDeathWatch(): DeathWatch {
  const waiting = new Set<(reason: AppError) => void>();
  let dead: AppError | null = null;
  return {
    race: <T>(call: Promise<T>) => new Promise<T>((resolve, reject) => {
      if (dead !== null) {
        call.catch(() => undefined);
        reject(dead);
        return;
      }
      waiting.add(reject);
      call.then(resolve, reject).finally(() => waiting.delete(reject));
    }),
    die: (reason) => {
      if (dead !== null) return;
      dead = reason;
      for (const reject of [...waiting]) reject(reason);
      waiting.clear();
    },
  };
}
