import { AppError } from '../contract/errors';
import { createDeathWatch, wrapApi } from '../contract/rpc';
import type { SideApi } from '../contract/side';
import type { Clock } from './clock';
import { windowClock } from './clock';
import { needsNewWorker, asAppError } from './worker-errors';

/** Nobody paints: the worker's memory is given back. */
export const idleLimitMs = 60_000;
/** Its script may come over a slow line; a stroke takes milliseconds. */
export const answerLimitMs = 45_000;

/** One side worker, alive or dead. */
export interface SideConnection {
  /** Rejects when the worker dies. */
  readonly api: SideApi;
  /** Idempotent; rejects what is pending with the reason. */
  terminate(reason: AppError): void;
}

export interface SideParts {
  readonly open: (onCrash: (error: AppError) => void) => SideConnection;
  readonly clock: Clock;
}

/** iOS collects a Worker that only closures refer to; this module-level set keeps each alive until it is terminated. */
const livingWorkers = new Set<Worker>();

function openSideConnection(onCrash: (error: AppError) => void): SideConnection {
  const worker = new Worker(new URL('../side-worker/index.ts', import.meta.url), { type: 'module', name: 'innerview-side' });
  livingWorkers.add(worker);
  const death = createDeathWatch();
  const remote = wrapApi<SideApi>(worker);
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onCrash(new AppError('worker-crashed', event.message || 'the side worker did not load', true));
  });
  return {
    // The picture crosses as a copy: the page goes on showing its own.
    api: { paint: (painting) => death.race(remote.paint(painting)) },
    terminate: (reason) => {
      worker.terminate();
      livingWorkers.delete(worker);
      death.die(reason);
    },
  };
}

/**
 * The window's side worker: made at the first call, ended when idle or when it does not answer; the next call makes a fresh one.
 *
 * @throws AppError (of each call) 'worker-crashed' when it does not load or does not answer · what the work throws
 */
export function createSide({ open, clock }: SideParts = { open: openSideConnection, clock: windowClock }): SideApi {
  let living: SideConnection | null = null;
  let pending = 0;
  let cancelIdle: (() => void) | null = null;
  const end = (reason: AppError): void => {
    const old = living;
    living = null;
    old?.terminate(reason);
  };
  const call = async <T>(work: (api: SideApi) => Promise<T>): Promise<T> => {
    cancelIdle?.();
    pending += 1;
    const connection = living ?? open((error) => { if (living === connection) end(error); });
    living = connection;
    const cancelLimit = clock.after(answerLimitMs, () => { if (living === connection) end(new AppError('worker-crashed', 'the side worker does not answer', true)); });
    try {
      return await work(connection.api);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (needsNewWorker(error) && living === connection) end(error);
      throw error;
    } finally {
      cancelLimit();
      pending -= 1;
      if (pending === 0) cancelIdle = clock.after(idleLimitMs, () => end(new AppError('cancelled', 'idle', true)));
    }
  };
  return { paint: (painting) => call((api) => api.paint(painting)) };
}
