import type { PointQuery } from '../contract/api';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { SessionSpec } from '../contract/session-spec';
import { observeVisibility, windowClock } from './clock';
import type { Clock, PageVisibility } from './clock';
import { openWorkerConnection } from './connection';
import type { OpenConnection, WorkerConnection } from './connection';
import { createFailurePolicy } from './failure-policy';
import { createFrameSender } from './frame-sender';
import { hangLimitMs, startHangWatch, warmUpHangLimitMs } from './hang-watch';
import type { HangWatch } from './hang-watch';
import type { Supervisor, SupervisorOptions, SupervisorPhase, SupervisorStatus } from './supervisor.interface';
import { asAppError, ignoreDeath, needsNewWorker, reportOf } from './worker-errors';

export type { Supervisor, SupervisorOptions, SupervisorPhase, SupervisorStatus } from './supervisor.interface';

/** The worker's script may come over a slow line. */
export const handshakeLimitMs = 45_000;

/** What a supervisor stands on; fakes in tests. */
export interface SupervisorParts {
  readonly openConnection: OpenConnection;
  readonly clock: Clock;
  readonly visibility: PageVisibility;
  /** Milliseconds since the epoch, for `capturedAtMs`. */
  readonly nowMs: () => number;
}

interface PendingApply {
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

/** The page's own supervisor: real workers, real time. Owned by the caller until `dispose`. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  return createSupervisor({
    openConnection: (handlers) => openWorkerConnection(options, handlers),
    clock: windowClock,
    visibility: observeVisibility(document),
    nowMs: () => performance.timeOrigin + performance.now(),
  });
}

/**
 * A state machine over one worker at a time. Crash, hang, device loss and a change of backend end in the same path:
 * terminate, count the generation up (fresh canvases), new worker, replay what was chosen.
 */
export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { clock } = parts;
  const eventListeners = new Set<(event: WorkerEvent) => void>();
  const statusListeners = new Set<(status: SupervisorStatus) => void>();
  const policy = createFailurePolicy();
  let connection: WorkerConnection | null = null;
  let watch: HangWatch | null = null;
  let cancelTimer: (() => void) | null = null;
  let spec: SessionSpec | null = null;
  /** Counts applied specs: the same object may be applied twice. */
  let specNumber = 0;
  let point: PointQuery | null = null;
  let pendingApply: PendingApply | null = null;
  let handshakeDone = false;
  /** Those who wait for a worker that answers. */
  const waiting: { readonly resolve: (connection: WorkerConnection) => void; readonly reject: (error: AppError) => void }[] = [];
  let disposed = false;
  let status: SupervisorStatus = { phase: 'starting', generation: 0, backend: null, error: null, failures: 0, fellBackToWasm: false };

  const setStatus = (change: Partial<SupervisorStatus>): void => {
    status = { ...status, ...change };
    for (const listener of [...statusListeners]) listener(status);
  };
  const emit = (event: WorkerEvent): void => { for (const listener of [...eventListeners]) listener(event); };
  const sender = createFrameSender({
    visibility: parts.visibility,
    nowMs: parts.nowMs,
    onError: (error) => emit({ kind: 'error', error: reportOf(error) }),
  });

  /** Ends the worker that is there, if any; its late events are ignored by the connection. */
  const close = (reason: AppError): void => {
    cancelTimer?.();
    cancelTimer = null;
    watch?.stop();
    watch = null;
    sender.disconnect();
    const old = connection;
    connection = null;
    handshakeDone = false;
    old?.terminate(reason);
  };

  const open = (phase: SupervisorPhase): void => {
    const opened: WorkerConnection = parts.openConnection({
      onEvent: (event) => { if (connection === opened) handleEvent(event); },
      onCrash: (error) => { if (connection === opened) fail(error); },
    });
    connection = opened;
    watch = startHangWatch(clock, parts.visibility, (silenceMs) => fail(new AppError('worker-hung', `silent for ${Math.round(silenceMs)} ms`, true)));
    cancelTimer = clock.after(handshakeLimitMs, () => fail(new AppError('worker-crashed', `no handshake within ${handshakeLimitMs} ms`, true)));
    sender.connect(opened.framePort);
    // The page hears of the generation only now: what it attaches in answer reaches this worker.
    setStatus({ phase, generation: status.generation + 1, backend: null });
    opened.start().then(() => {
      if (connection !== opened) return;
      cancelTimer?.();
      cancelTimer = null;
      handshakeDone = true;
      for (const { resolve } of waiting.splice(0)) resolve(opened);
      if (point !== null) opened.api.watchPoint(point).catch(ignoreDeath);
      if (spec !== null) replay(opened);
    }, (thrown: unknown) => { if (connection === opened) fail(asAppError(thrown)); });
  };

  const replay = (to: WorkerConnection): void => {
    if (spec === null) return;
    const sentNumber = specNumber;
    to.api.apply(status.fellBackToWasm ? { ...spec, backend: 'wasm' } : spec).then(() => {
      if (connection === to && specNumber === sentNumber) settleApply(null);
    }, (thrown: unknown) => {
      // What died is replayed by the next worker; what was superseded was settled when the newer one came.
      if (connection !== to || specNumber !== sentNumber) return;
      const error = asAppError(thrown);
      if (needsNewWorker(error)) fail(error);
      else if (error.code === 'backend-unavailable') giveUp(error);
      else if (pendingApply !== null) settleApply(error);
      else emit({ kind: 'error', error: reportOf(error) });
    });
  };

  const settleApply = (error: AppError | null): void => {
    const pending = pendingApply;
    pendingApply = null;
    if (error === null) pending?.resolve();
    else pending?.reject(error);
  };

  const handleEvent = (event: WorkerEvent): void => {
    watch?.noteLife();
    switch (event.kind) {
      case 'heartbeat': return;
      case 'ready': setStatus({ phase: 'running', backend: event.backend, error: null }); break;
      case 'loading': watch?.setLimit(warmUpHangLimitMs); break;
      case 'network': sender.resendStill(); break;
      case 'drawn': watch?.setLimit(hangLimitMs[status.backend ?? 'webgpu']); break;
      case 'error': if (needsNewWorker(event.error)) {
        fail(new AppError(event.error.code, event.error.detail, event.error.recoverable));
        return;
      }
    }
    emit(event);
  };

  const fail = (error: AppError): void => {
    const onWebGpu = status.backend === 'webgpu' || (status.backend === null && spec?.backend !== 'wasm' && !status.fellBackToWasm);
    close(error);
    const now = clock.now();
    const verdict = policy.judge(now, onWebGpu);
    if (verdict.kind === 'give-up') {
      giveUp(error);
      return;
    }
    const fellBackToWasm = status.fellBackToWasm || verdict.kind === 'fall-to-wasm';
    setStatus({ phase: 'recovering', backend: null, error: reportOf(error), failures: policy.count(now), fellBackToWasm });
    cancelTimer = clock.after(verdict.delayMs, () => {
      cancelTimer = null;
      open('recovering');
    });
  };

  const giveUp = (error: AppError): void => {
    close(error);
    settleApply(error);
    for (const { reject } of waiting.splice(0)) reject(error);
    setStatus({ phase: 'failed', backend: null, error: reportOf(error), failures: policy.count(clock.now()) });
  };

  const whenConnected = (): Promise<WorkerConnection> => {
    if (disposed) return Promise.reject(new AppError('cancelled', 'the supervisor was disposed'));
    if (status.phase === 'failed') return Promise.reject(new AppError('worker-crashed', status.error?.detail ?? 'no worker', true));
    if (connection !== null && handshakeDone) return Promise.resolve(connection);
    return new Promise((resolve, reject) => { waiting.push({ resolve, reject }); });
  };

  open('starting');
  return {
    get status() { return status; },
    apply: (next) => {
      if (disposed) return Promise.reject(new AppError('cancelled', 'the supervisor was disposed'));
      settleApply(new AppError('superseded', 'a newer spec came', true));
      const otherBackend = spec !== null && spec.backend !== next.backend;
      spec = next;
      specNumber += 1;
      if (status.phase === 'failed' && !otherBackend) return Promise.reject(new AppError(status.error?.code ?? 'worker-crashed', status.error?.detail ?? 'no worker', true));
      const result = new Promise<void>((resolve, reject) => { pendingApply = { resolve, reject }; });
      if (otherBackend) {
        policy.forget();
        close(new AppError('superseded', 'another backend was chosen', true));
        status = { ...status, fellBackToWasm: false, failures: 0, error: null };
        open('starting');
      } else if (connection !== null && handshakeDone) {
        replay(connection);
      }
      return result;
    },
    attachSurface: async (surface, canvas, layout) => { await connection?.api.attachSurface(surface, canvas, layout).catch(ignoreDeath); },
    layoutSurface: async (surface, layout) => { await connection?.api.layoutSurface(surface, layout).catch(ignoreDeath); },
    detachSurface: async (surface) => { await connection?.api.detachSurface(surface).catch(ignoreDeath); },
    watchPoint: async (next) => {
      point = next;
      if (connection !== null && handshakeDone) await connection.api.watchPoint(next).catch(ignoreDeath);
    },
    describeNetwork: async () => (await whenConnected()).api.describeNetwork(),
    describeExplanations: async (unitLayer) => (await whenConnected()).api.describeExplanations(unitLayer),
    estimateCost: async (...of) => (await whenConnected()).api.estimateCost(...of),
    readKernels: async (layer) => (await whenConnected()).api.readKernels(layer),
    runJob: async (job, what, urgent) => (await whenConnected()).api.runJob(job, what, urgent),
    cancelJob: async (job) => (await whenConnected()).api.cancelJob(job),
    readUnits: async (at) => (await whenConnected()).api.readUnits(at),
    readActivation: async (layer) => (await whenConnected()).api.readActivation(layer),
    memory: async () => (await whenConnected()).api.memory(),
    breakForTest: async (what) => (await whenConnected()).api.breakForTest(what),
    onEvent: (listener) => {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onStatus: (listener) => {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    setSource: (source) => sender.setSource(source),
    retry: () => {
      if (disposed || status.phase !== 'failed') return;
      policy.forget();
      status = { ...status, fellBackToWasm: false, failures: 0, error: null };
      open('starting');
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      const reason = new AppError('cancelled', 'the supervisor was disposed');
      close(reason);
      settleApply(reason);
      for (const { reject } of waiting.splice(0)) reject(reason);
      sender.dispose();
      eventListeners.clear();
      statusListeners.clear();
    },
  };
}
