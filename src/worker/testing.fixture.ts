import type { FrameMessage, InputMessage } from '../contract/frames';
import type { FramePort } from './frame-inbox';
import type { Scheduler } from './scheduler';

/** A frame that counts how often it was closed. */
export interface FakeFrame extends FrameMessage {
  readonly closed: number;
}

export function createFakeFrame(sequence: number, still = false): FakeFrame {
  let closed = 0;
  const image = { width: 8, height: 8, close: () => { closed += 1; } } as ImageBitmap;
  return {
    kind: 'frame', sequence, capturedAtMs: sequence * 10, image, crop: { x: 0, y: 0, sizePx: 8 }, mirror: false, still,
    get closed() { return closed; },
  };
}

/** The worker's end of a frame port, with the window's hand on the other. */
export interface FakePort extends FramePort {
  readonly credits: number;
  deliver(frame: InputMessage): void;
}

export function createFakePort(): FakePort {
  let credits = 0;
  const port: FakePort = {
    onmessage: null,
    postMessage: () => { credits += 1; },
    get credits() { return credits; },
    deliver: (frame) => port.onmessage?.({ data: frame }),
  };
  return port;
}

/** A scheduler whose time stands still until it is moved. */
export interface FakeScheduler extends Scheduler {
  advance(ms: number): Promise<void>;
}

/** Lets promises that are ready run. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}

export function createFakeScheduler(): FakeScheduler {
  let nowMs = 1000;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  return {
    now: () => nowMs,
    yieldToMessages: () => Promise.resolve(),
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => { timers = timers.filter((other) => other !== timer); };
    },
    advance: async (ms) => {
      nowMs += ms;
      const due = timers.filter((timer) => timer.atMs <= nowMs);
      timers = timers.filter((timer) => timer.atMs > nowMs);
      for (const timer of due) timer.callback();
      await settlePromises();
    },
  };
}
