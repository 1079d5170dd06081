/** Time and turns of the worker's event loop; a fake in tests. */
export interface Scheduler {
  /** Milliseconds since the epoch, comparable with the window's `capturedAtMs`. */
  now(): number;
  /** Resolves after messages that wait (control calls, frames) had their turn. */
  yieldToMessages(): Promise<void>;
  /** Calls back once. @returns what cancels it */
  after(delayMs: number, callback: () => void): () => void;
}

/** The worker's own scheduler. Yields by message, not by timer: nested timers wait at least 4 ms each;
 * nor by `scheduler.yield`, whose continuation goes before the messages that wait. */
export function createScheduler(): Scheduler {
  const channel = new MessageChannel();
  const resolvers: (() => void)[] = [];
  channel.port1.onmessage = () => { resolvers.shift()?.(); };
  return {
    now: () => performance.timeOrigin + performance.now(),
    yieldToMessages: () => new Promise((resolve) => {
      resolvers.push(resolve);
      channel.port2.postMessage(null);
    }),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
