import type { VisualizerApi } from '../contract/api';
import type { ErrorReport } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { Backend } from '../contract/session-spec';
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
 * Owns the worker and outlives it. The worker's calls, safe in every phase: what cannot be done now is done by the next worker
 * (`apply`, `watchPoint` and `setSource` are remembered and replayed) or waits for it (reads). `apply` resolves also across a
 * restart, and a change of `backend` restarts the worker; a surface attached while no worker lives is dropped, because the
 * next generation asks for a fresh one; a job dies with its worker ('worker-…').
 */
export interface Supervisor extends Omit<VisualizerApi, 'start'> {
  readonly status: SupervisorStatus;
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
