import type { ActivationReport, KernelReport, MemoryReport, NetworkDescription, PointQuery } from '../contract/api';
import type { ErrorReport } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { ExplanationDescription } from '../contract/explanations';
import type { JobId, LayerId, SurfaceId } from '../contract/ids';
import type { Job, JobResult } from '../contract/jobs';
import type { Backend, SessionSpec } from '../contract/session-spec';
import type { SurfaceLayout } from '../contract/stage-layout';
import type { FrameFeed } from './frame-feed';

/** Where the worker's life stands. */
export type SupervisorPhase = 'starting' | 'running' | 'recovering' | 'failed';

export interface SupervisorStatus {
  readonly phase: SupervisorPhase;
  /**
   * Counts up with every new worker. A canvas handed to a worker cannot be used again: whoever shows canvases keys them by
   * this number, so that a new generation mounts fresh ones and attaches them.
   */
  readonly generation: number;
  /** What runs the network; null until the worker said `ready`. */
  readonly backend: Backend | null;
  /** Why it is recovering or failed; null otherwise. */
  readonly error: ErrorReport | null;
  /** Failures within the last minute. */
  readonly failures: number;
  /** True: WebGPU failed too often in this session and WASM runs instead, whatever the spec asks for. */
  readonly fellBackToWasm: boolean;
}

/**
 * Owns the worker and outlives it. Every call is safe in every phase: what cannot be done now is done by the next worker
 * (`apply`, `setSource`, `watchPoint` are remembered and replayed) or waits for it (`readActivation`, `memory`).
 */
export interface Supervisor {
  readonly status: SupervisorStatus;
  /**
   * Resolves when the spec is in effect, also across a restart of the worker. A change of `backend` restarts the worker.
   * @throws AppError 'superseded' when a newer spec came, else what went wrong (network-missing, backend-unavailable, …)
   */
  apply(spec: SessionSpec): Promise<void>;
  /**
   * Hands a canvas over (`element.transferControlToOffscreen()`, once per element). A surface attached while no worker
   * lives is dropped: the next generation asks for a fresh one anyway.
   */
  attachSurface(surface: SurfaceId, canvas: OffscreenCanvas, layout: SurfaceLayout): Promise<void>;
  layoutSurface(surface: SurfaceId, layout: SurfaceLayout): Promise<void>;
  detachSurface(surface: SurfaceId): Promise<void>;
  /** Remembered across restarts. Values arrive as `point` events. */
  watchPoint(point: PointQuery | null): Promise<void>;
  /** All values of a layer for the frame on screen. @throws AppError 'layer-unknown' */
  readActivation(layer: LayerId): Promise<ActivationReport>;
  /** The graph of the network on screen. */
  describeNetwork(): Promise<NetworkDescription>;
  /** Every method, and whether it is defined for the network on screen. */
  describeExplanations(): Promise<readonly ExplanationDescription[]>;
  /** The kernels of a convolution. @throws AppError 'layer-unknown' */
  readKernels(layer: LayerId): Promise<KernelReport>;
  /** As `VisualizerApi.runJob`; a job dies with its worker. @throws AppError 'cancelled' | 'explain-unsupported' | 'superseded' | 'worker-…' */
  runJob(job: JobId, what: Job): Promise<JobResult>;
  cancelJob(job: JobId): Promise<void>;
  memory(): Promise<MemoryReport>;
  /** Only with `debug`. Resolves when the order was given; the failure follows. */
  breakForTest(what: 'device-lost' | 'crash' | 'hang'): Promise<void>;
  /** Everything the workers say, heartbeats left out; also errors of replayed specs that no caller waits for. */
  onEvent(listener: (event: WorkerEvent) => void): () => void;
  /** Called on every change of status, not at once. */
  onStatus(listener: (status: SupervisorStatus) => void): () => void;
  /** Frames flow from this source (a camera layer's `FrameSource`) from now on. Borrowed: the caller disposes it after setting another. Null: no frames. */
  setSource(source: FrameFeed | null): void;
  /** After `failed`: forgets the failures and starts again. */
  retry(): void;
  /** Ends the worker. Idempotent; pending calls reject with `cancelled`. */
  dispose(): void;
}

export interface SupervisorOptions {
  /** Address under which `models/` and `wasm/` lie; ends with a slash. */
  readonly baseUrl: string;
  readonly debug: boolean;
}
