import { AppError } from '../contract/errors';
import type { ImportPhase, ImportProgress } from '../contract/importer';
import type { JobId } from '../contract/ids';
import type { Clock } from './clock';
import { windowClock } from './clock';
import type { Importer } from './importer.interface';
import { openImporterConnection } from './importer-connection';
import type { ImporterConnection, OpenImporterConnection } from './importer-connection';
import { createVisit } from './visit';
import type { Visit } from './visit';
import { asAppError } from './worker-errors';

export type { Importer } from './importer.interface';

/** The worker's script may come over a slow line. */
export const startLimitMs = 45_000;
/** Without a sign of life while a file is read or checked; more for more bytes. */
export const readLimitMs = 5_000;
const readLimitBytes = 64 * 2 ** 20;
/** With signs of life, all of reading and checking. */
export const wholeLimitMs = 60_000;
/** A worker that nobody needs holds its parsers' memory. */
export const idleLimitMs = 60_000;

/** What an importer stands on; fakes in tests. */
export interface ImporterWindowParts {
  readonly openConnection: OpenImporterConnection;
  readonly clock: Clock;
  /** The page's first start of an import worker; from then on other pages know that this one may have a draft open. */
  readonly visit: Visit;
  /** Asks the browser not to clear what is kept; its answer changes nothing here. */
  readonly askToPersist: () => Promise<unknown>;
}

/** The page's own importer: a real worker, made when it is needed first. Owned by the caller until `dispose`. */
export function startImporter({ baseUrl }: { readonly baseUrl: string }): Importer {
  return createImporterOwner({
    openConnection: (handlers) => openImporterConnection(baseUrl, handlers),
    clock: windowClock,
    visit: createVisit((navigator as { readonly locks?: LockManager }).locks),
    askToPersist: async () => (navigator as { readonly storage?: StorageManager }).storage?.persist?.(),
  });
}

interface Living {
  readonly connection: ImporterConnection;
  readonly ready: Promise<void>;
}

/** An import or a reading of arrays, from the call to its end. */
interface Task {
  phase: ImportPhase | null;
  readonly onProgress: ((progress: ImportProgress) => void) | null;
  cancelSilence: (() => void) | null;
  cancelWhole: (() => void) | null;
  readonly abandon: (error: AppError) => void;
}

/** Owns one import worker at a time; see {@link Importer}. */
export function createImporterOwner(parts: ImporterWindowParts): Importer {
  const { clock } = parts;
  const tasks = new Map<JobId, Task>();
  let living: Living | null = null;
  let isFirst = true;
  let pending = 0;
  let cancelIdle: (() => void) | null = null;
  let asked = false;
  let disposed = false;
  let arrayJobs = 0;

  const end = (reason: AppError): void => {
    const old = living;
    living = null;
    old?.connection.terminate(reason);
  };
  const open = (): Living => {
    const connection = parts.openConnection({
      onProgress: (progress) => note(progress),
      onCrash: (error) => { if (living?.connection === connection) end(error); },
    });
    const cancelLimit = clock.after(startLimitMs, () => {
      if (living?.connection === connection) end(new AppError('worker-crashed', 'the import worker did not start', true));
    });
    const ready = (isFirst ? parts.visit((dropDrafts) => connection.start(dropDrafts)) : connection.start('none')).finally(cancelLimit);
    isFirst = false;
    const made = { connection, ready };
    living = made;
    ready.catch((thrown: unknown) => { if (living === made) end(asAppError(thrown)); });
    return made;
  };

  /** Every call goes through here: makes the worker, keeps it while calls are under way. */
  const call = async <T>(work: (api: ImporterConnection['api']) => Promise<T>): Promise<T> => {
    if (disposed) throw new AppError('cancelled', 'the importer ended', true);
    cancelIdle?.();
    cancelIdle = null;
    pending += 1;
    try {
      const { connection, ready } = living ?? open();
      await ready;
      return await work(connection.api);
    } catch (thrown) {
      const error = asAppError(thrown);
      // Its heap cannot be trusted to have come back.
      if (error.code === 'out-of-memory') end(error);
      throw error;
    } finally {
      pending -= 1;
      if (pending === 0 && !disposed) cancelIdle = clock.after(idleLimitMs, () => end(new AppError('cancelled', 'idle', true)));
    }
  };

  const timeOut = (): void => end(new AppError('import-timeout', 'reading took too long'));
  const watch = (task: Task, bytes: number): void => {
    const scale = Math.max(1, bytes / readLimitBytes);
    task.cancelSilence?.();
    task.cancelSilence = clock.after(readLimitMs * scale, timeOut);
    task.cancelWhole ??= clock.after(wholeLimitMs * scale, timeOut);
  };
  const unwatch = (task: Task): void => {
    task.cancelSilence?.();
    task.cancelWhole?.();
    task.cancelSilence = null;
    task.cancelWhole = null;
  };
  const note = (progress: ImportProgress): void => {
    const task = tasks.get(progress.job);
    if (task === undefined) return;
    task.phase = progress.phase;
    if (progress.phase === 'read' || progress.phase === 'check') watch(task, progress.totalBytes);
    else unwatch(task);
    task.onProgress?.(progress);
  };

  /** Runs a call that reads a file; `bytes` null: nothing is read until a progress says so. */
  const runTask = <T>(job: JobId, bytes: number | null, onProgress: Task['onProgress'], work: (api: ImporterConnection['api']) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const task: Task = { phase: null, onProgress, cancelSilence: null, cancelWhole: null, abandon: reject };
      tasks.set(job, task);
      call((api) => {
        if (!tasks.has(job)) return Promise.reject(new AppError('cancelled', job, true));
        if (bytes !== null) watch(task, bytes);
        return work(api);
      }).then(resolve, reject).finally(() => {
        unwatch(task);
        tasks.delete(job);
      });
    });

  return {
    importNetwork: (job, source, onProgress) => runTask(job, null, onProgress, (api) => api.importNetwork(job, source)),
    cancel: (job) => {
      const task = tasks.get(job);
      if (task === undefined) return;
      tasks.delete(job);
      unwatch(task);
      const reason = new AppError('cancelled', job, true);
      task.abandon(reason);
      // A parser does not look up until it is done; a download keeps what it has.
      if (task.phase === 'read' || task.phase === 'check') end(reason);
      else living?.connection.api.cancel(job).catch(() => undefined);
    },
    listKept: () => call((api) => api.listKept()),
    describeKept: (id) => call((api) => api.describeKept(id)),
    changeKept: (id, change) => {
      if (change.confirmed === true && !asked) {
        asked = true;
        parts.askToPersist().catch(() => undefined);
      }
      return call((api) => api.changeKept(id, change));
    },
    exportKept: (id) => call((api) => api.exportKept(id)),
    deleteKept: (id) => call((api) => api.deleteKept(id)),
    storage: () => call((api) => api.storage()),
    readArrays: (file) => {
      arrayJobs += 1;
      return runTask(`arrays ${arrayJobs}`, file.file.size, null, (api) => api.readArrays(file));
    },
    readLabels: (from, outputs) => call((api) => api.readLabels(from, outputs)),
    dispose: () => {
      if (disposed) return;
      disposed = true;
      cancelIdle?.();
      for (const task of tasks.values()) unwatch(task);
      end(new AppError('cancelled', 'the importer ended', true));
    },
  };
}
