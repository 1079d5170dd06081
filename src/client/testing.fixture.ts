import type { WorkerEvent } from '../contract/events';
import type { AppError } from '../contract/errors';
import type { CreditMessage, InputMessage } from '../contract/frames';
import type { SessionSpec } from '../contract/session-spec';
import type { Clock, PageVisibility } from './clock';
import type { ConnectionHandlers, OpenConnection, WorkerConnection } from './connection';
import type { FrameFeed } from './frame-feed';
import type { FrameSenderPort } from './frame-sender';

/** Lets promises that are ready run. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

interface Timer {
  atMs: number;
  readonly periodMs: number | null;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved; timers run in their order, promises between them. */
export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>;
  readonly timers: number;
}

export function createFakeClock(): FakeClock {
  let nowMs = 0;
  const timers = new Set<Timer>();
  const add = (timer: Timer): (() => void) => {
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    now: () => nowMs,
    after: (delayMs, callback) => add({ atMs: nowMs + delayMs, periodMs: null, callback }),
    every: (periodMs, callback) => add({ atMs: nowMs + periodMs, periodMs, callback }),
    advance: async (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const next = [...timers].filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        nowMs = Math.max(nowMs, next.atMs);
        if (next.periodMs === null) timers.delete(next);
        else next.atMs += next.periodMs;
        next.callback();
        await settlePromises();
      }
      nowMs = endMs;
      await settlePromises();
    },
    get timers() { return timers.size; },
  };
}

export interface FakeVisibility extends PageVisibility {
  set(hidden: boolean): void;
}

export function createFakeVisibility(): FakeVisibility {
  let hidden = false;
  const listeners = new Set<() => void>();
  return {
    get hidden() { return hidden; },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (next) => {
      hidden = next;
      for (const listener of listeners) listener();
    },
  };
}

/** The window's end of a frame port, with the worker's hand on the other. */
export interface FakeSenderPort extends FrameSenderPort {
  readonly sent: InputMessage[];
  giveCredit(): void;
}

export function createFakeSenderPort(): FakeSenderPort {
  const sent: InputMessage[] = [];
  const port: FakeSenderPort = {
    onmessage: null,
    postMessage: (message) => { sent.push(message); },
    sent,
    giveCredit: () => port.onmessage?.({ data: { kind: 'credit' } } as MessageEvent<CreditMessage>),
  };
  return port;
}

/** A source whose frames come when the test says so, and whose pictures count their closing. */
export interface FakeFeed extends FrameFeed {
  mirror: boolean;
  /** Frames that were asked for and did not come yet. */
  readonly requests: number;
  readonly taken: number;
  readonly closed: number;
  failWith: Error | null;
  /** Holds `takeFrame` back until `release`. */
  slow: boolean;
  release(): void;
  present(): void;
  change(): void;
}

export function createFakeFeed(still = false): FakeFeed {
  let callbacks: (() => void)[] = [];
  const listeners = new Set<() => void>();
  let taken = 0;
  let closed = 0;
  let release: () => void = () => undefined;
  const feed: FakeFeed = {
    crop: { x: 0, y: 0, sizePx: 8 }, mirror: false, still, failWith: null, slow: false,
    requestFrame: (callback) => {
      callbacks.push(callback);
      return () => { callbacks = callbacks.filter((other) => other !== callback); };
    },
    takeFrame: async () => {
      if (feed.failWith !== null) throw feed.failWith;
      taken += 1;
      if (feed.slow) await new Promise<void>((resolve) => { release = resolve; });
      return { width: 8, height: 8, close: () => { closed += 1; } } as ImageBitmap;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get requests() { return callbacks.length; },
    get taken() { return taken; },
    get closed() { return closed; },
    release: () => release(),
    present: () => { for (const callback of callbacks.splice(0)) callback(); },
    change: () => { for (const listener of listeners) listener(); },
  };
  return feed;
}

/** One fake worker, as a supervisor sees it. */
export interface FakeConnection extends WorkerConnection {
  readonly port: FakeSenderPort;
  readonly applied: SessionSpec[];
  readonly calls: string[];
  endedBy: AppError | null;
  emit(event: WorkerEvent): void;
  crash(error: AppError): void;
  /** Ends the handshake. */
  ready(): void;
  /** Settles the last `apply`. */
  finishApply(error?: AppError): void;
}

export interface FakeConnections {
  readonly open: OpenConnection;
  readonly all: FakeConnection[];
  readonly last: FakeConnection;
}

export function createFakeConnections(): FakeConnections {
  const all: FakeConnection[] = [];
  return {
    all,
    get last() {
      const last = all.at(-1);
      if (last === undefined) throw new Error('no worker was opened');
      return last;
    },
    open: (handlers) => {
      const connection = createFakeConnection(handlers);
      all.push(connection);
      return connection;
    },
  };
}

function createFakeConnection(handlers: ConnectionHandlers): FakeConnection {
  const port = createFakeSenderPort();
  let markReady: () => void = () => undefined;
  let settle: { resolve: () => void; reject: (error: AppError) => void } | null = null;
  const call = (name: string) => async () => { connection.calls.push(name); };
  const connection: FakeConnection = {
    port, framePort: port, applied: [], calls: [], endedBy: null,
    start: () => new Promise((resolve) => { markReady = resolve; }),
    ready: () => markReady(),
    finishApply: (error) => (error === undefined ? settle?.resolve() : settle?.reject(error)),
    emit: (event) => handlers.onEvent(event),
    crash: (error) => handlers.onCrash(error),
    terminate: (reason) => { connection.endedBy ??= reason; settle?.reject(reason); },
    api: {
      apply: (spec) => {
        connection.applied.push(spec);
        return new Promise((resolve, reject) => { settle = { resolve, reject }; });
      },
      attachSurface: call('attachSurface'), layoutSurface: call('layoutSurface'), detachSurface: call('detachSurface'),
      watchPoint: async (point) => { connection.calls.push(`watchPoint ${point?.layer ?? 'none'}`); },
      readActivation: async () => ({ shape: [1], values: new Float32Array([7]) }),
      readUnits: async () => [],
      describeNetwork: async () => ({ nodes: [], input: 'in', output: 'out', logits: 'out', firstConvolution: null }),
      describeExplanations: async () => [],
      estimateCost: async () => 7,
      readKernels: async () => ({ shape: [1], values: new Float32Array([1]) }),
      runJob: async () => { return Promise.reject(new Error('a double')); }, cancelJob: call('cancelJob'),
      memory: async () => ({ tensors: 1, bytes: 4, openFrames: 0 }),
      breakForTest: call('breakForTest'),
    },
  };
  return connection;
}
