import type { Clock, PageVisibility } from './clock';

/** How often the watch looks. */
const lookPeriodMs = 1000;
/** A look that comes this late means that the window itself slept (a closed lid, a debugger): no verdict on the worker. */
const ownSleepMs = 4000;
/**
 * A worker whose frames flow says something at least twice a second. With WebGPU it may wait for a driver that compiles
 * shaders (seen for 8 s on a software adapter under load when another layer was opened).
 */
export const hangLimitMs = { wasm: 8000, webgpu: 20_000 } as const;
/** Loading and compiling shaders may keep a slow device busy. */
export const warmUpHangLimitMs = 45_000;

/** Notices that a worker says nothing any more. */
export interface HangWatch {
  /** The worker said something. */
  noteLife(): void;
  /** How long it may be silent from now on. */
  setLimit(limitMs: number): void;
  stop(): void;
}

/**
 * Starts watching one worker, with the patience of its warm-up.
 *
 * @param onHang  called once, with the silence in milliseconds; never while the page is hidden (timers sleep then, in both threads)
 */
export function startHangWatch(clock: Clock, visibility: PageVisibility, onHang: (silenceMs: number) => void): HangWatch {
  let lastLifeMs = clock.now();
  let lastLookMs = clock.now();
  let limitMs: number = warmUpHangLimitMs;
  const stop = clock.every(lookPeriodMs, () => {
    const now = clock.now();
    const slept = now - lastLookMs > ownSleepMs;
    lastLookMs = now;
    if (slept || visibility.hidden) {
      lastLifeMs = now;
      return;
    }
    const silenceMs = now - lastLifeMs;
    if (silenceMs <= limitMs) return;
    stop();
    onHang(silenceMs);
  });
  return {
    noteLife: () => { lastLifeMs = clock.now(); },
    setLimit: (next) => { limitMs = next; },
    stop,
  };
}
