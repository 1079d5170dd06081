import { transfer } from 'comlink';
import type { VisualizerApi } from '../contract/api';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { JobResult } from '../contract/jobs';
import { createDeathWatch, wrapApi } from '../contract/rpc';
import type { FrameSenderPort } from './frame-sender';
import type { SupervisorOptions } from './supervisor.interface';

/** One worker, alive or dead. Owned by the supervisor until `terminate`. */
export interface WorkerConnection {
  /** Typed calls; each rejects when the worker dies. `start` is done by {@link WorkerConnection.start}. */
  readonly api: Omit<VisualizerApi, 'start'>;
  readonly framePort: FrameSenderPort;
  /** The handshake: resolves when the worker's code runs and has its ports. */
  start(): Promise<void>;
  /** Ends the worker and rejects every pending call with the reason. Idempotent. */
  terminate(reason: AppError): void;
}

export interface ConnectionHandlers {
  readonly onEvent: (event: WorkerEvent) => void;
  /** The worker's script failed to load, threw outside any handler, or sent what cannot be read. */
  readonly onCrash: (error: AppError) => void;
}

export type OpenConnection = (handlers: ConnectionHandlers) => WorkerConnection;

/** iOS collects a Worker that only closures refer to; this module-level set keeps each alive until it is terminated. */
const livingWorkers = new Set<Worker>();

/**
 * Makes a worker with its two raw ports (frames, events) and wraps its control plane.
 *
 * @returns a connection whose handshake has not begun; the caller owns it until `terminate`
 */
export function openWorkerConnection(options: SupervisorOptions, handlers: ConnectionHandlers): WorkerConnection {
  const worker = new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module', name: 'innerview' });
  livingWorkers.add(worker);
  const frames = new MessageChannel();
  const events = new MessageChannel();
  const death = createDeathWatch();
  const remote = wrapApi(worker);
  let ended = false;

  worker.addEventListener('error', (event) => {
    if (ended) return;
    event.preventDefault();
    handlers.onCrash(new AppError('worker-crashed', event.message || 'the worker did not load', true));
  });
  worker.addEventListener('messageerror', () => {
    if (!ended) handlers.onCrash(new AppError('worker-crashed', 'a message of the worker could not be read', true));
  });
  events.port1.onmessage = (event: MessageEvent<WorkerEvent>) => { if (!ended) handlers.onEvent(event.data); };

  return {
    api: {
      apply: (spec) => death.race(remote.apply(spec)),
      attachSurface: (surface, canvas, layout) => death.race(remote.attachSurface(surface, transfer(canvas, [canvas]), layout)),
      layoutSurface: (surface, layout) => death.race(remote.layoutSurface(surface, layout)),
      detachSurface: (surface) => death.race(remote.detachSurface(surface)),
      watchPoint: (point) => death.race(remote.watchPoint(point)),
      readActivation: (layer) => death.race(remote.readActivation(layer)),
      readUnits: (at) => death.race(remote.readUnits(at)),
      describeNetwork: () => death.race(remote.describeNetwork()),
      describeExplanations: (unitLayer) => death.race(remote.describeExplanations(unitLayer)),
      estimateCost: (...of) => death.race(remote.estimateCost(...of)),
      readKernels: (layer) => death.race(remote.readKernels(layer)),
      // Comlink distributes over the union; the job kind decides which of them comes.
      runJob: (job, what, urgent) => death.race<JobResult>(remote.runJob(job, what, urgent) as Promise<JobResult>),
      cancelJob: (job) => death.race(remote.cancelJob(job)),
      memory: () => death.race(remote.memory()),
      breakForTest: (what) => death.race(remote.breakForTest(what)),
    },
    framePort: frames.port1,
    start: async () => {
      const ports = { framePort: frames.port2, eventPort: events.port2 };
      await death.race(remote.start(transfer({ ...ports, baseUrl: options.baseUrl, debug: options.debug }, [ports.framePort, ports.eventPort])));
    },
    terminate: (reason) => {
      if (ended) return;
      ended = true;
      worker.terminate();
      livingWorkers.delete(worker);
      frames.port1.close();
      events.port1.close();
      death.die(reason);
    },
  };
}
