import { transfer } from 'comlink';
import { AppError } from '../contract/errors';
import type { DropDrafts, ImporterApi, ImportProgress } from '../contract/importer';
import { createDeathWatch, wrapApi } from '../contract/rpc';

/** One import worker, alive or dead. Owned by the importer until `terminate`. */
export interface ImporterConnection {
  /** Typed calls; each rejects when the worker dies. */
  readonly api: Omit<ImporterApi, 'start'>;
  /** The handshake: resolves when the worker's code runs and has its port. */
  start(dropDrafts: DropDrafts): Promise<void>;
  /** Ends the worker and rejects every pending call with the reason. Idempotent. */
  terminate(reason: AppError): void;
}

export interface ImporterHandlers {
  readonly onProgress: (progress: ImportProgress) => void;
  /** The worker's script failed to load, threw outside any handler, or sent what cannot be read. */
  readonly onCrash: (error: AppError) => void;
}

export type OpenImporterConnection = (handlers: ImporterHandlers) => ImporterConnection;

/** iOS collects a Worker that only closures refer to; this module-level set keeps each alive until it is terminated. */
const livingWorkers = new Set<Worker>();

/** Makes an import worker: the other worker's script under a name of its own. Files go to it as `Blob`s: what crosses is a reference, not their bytes. */
export function openImporterConnection(baseUrl: string, handlers: ImporterHandlers): ImporterConnection {
  const worker = new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module', name: 'innerview-import' });
  livingWorkers.add(worker);
  const events = new MessageChannel();
  const death = createDeathWatch();
  const remote = wrapApi<ImporterApi>(worker);
  let ended = false;

  worker.addEventListener('error', (event) => {
    if (ended) return;
    event.preventDefault();
    const text = event.message || 'the import worker did not load';
    const code = /out of memory|allocation failed/i.test(text) ? 'out-of-memory' : 'worker-crashed';
    handlers.onCrash(new AppError(code, text, true));
  });
  worker.addEventListener('messageerror', () => {
    if (!ended) handlers.onCrash(new AppError('worker-crashed', 'a message of the import worker could not be read', true));
  });
  events.port1.onmessage = (event: MessageEvent<ImportProgress>) => { if (!ended) handlers.onProgress(event.data); };

  return {
    api: {
      importNetwork: (job, source) => death.race(remote.importNetwork(job, source)),
      cancel: (job) => death.race(remote.cancel(job)),
      listKept: () => death.race(remote.listKept()),
      describeKept: (id) => death.race(remote.describeKept(id)),
      changeKept: (id, change) => death.race(remote.changeKept(id, change)),
      exportKept: (id) => death.race(remote.exportKept(id)),
      deleteKept: (id) => death.race(remote.deleteKept(id)),
      storage: () => death.race(remote.storage()),
      readArrays: (file) => death.race(remote.readArrays(file)),
      readLabels: (from, outputs) => death.race(remote.readLabels(from, outputs)),
    },
    start: (dropDrafts) => death.race(remote.start(transfer({ eventPort: events.port2, baseUrl, dropDrafts }, [events.port2]))),
    terminate: (reason) => {
      if (ended) return;
      ended = true;
      worker.terminate();
      livingWorkers.delete(worker);
      events.port1.close();
      death.die(reason);
    },
  };
}
