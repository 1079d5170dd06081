/** Weight of the newest measurement; about the last ten count. */
const newestWeight = 0.2;
/** After a pause this long the old average says nothing. */
const pauseMs = 5000;

/** A running average that follows slowly. */
export interface RunningAverage {
  readonly value: number;
  add(measured: number): void;
  reset(): void;
}

/** An exponential moving average; 0 until the first measurement. */
export function createRunningAverage(): RunningAverage {
  let value = 0;
  let empty = true;
  return {
    get value() { return value; },
    add: (measured) => {
      value = empty ? measured : value + newestWeight * (measured - value);
      empty = false;
    },
    reset: () => { value = 0; empty = true; },
  };
}

/** Counts how often something happens. */
export interface FrequencyMeter {
  readonly perSecond: number;
  note(atMs: number): void;
}

/** Frequency from the running average of the gaps, in events per second; 0 before the second one. */
export function createFrequencyMeter(): FrequencyMeter {
  const gapMs = createRunningAverage();
  let lastMs: number | null = null;
  return {
    get perSecond() { return gapMs.value === 0 ? 0 : 1000 / gapMs.value; },
    note: (atMs) => {
      if (lastMs !== null && atMs - lastMs > pauseMs) gapMs.reset();
      else if (lastMs !== null && atMs > lastMs) gapMs.add(atMs - lastMs);
      lastMs = atMs;
    },
  };
}

/** Lets something happen at most once in a period, and remembers that it is due. */
export interface Throttle {
  /** There is something new to report. */
  mark(): void;
  /** True, at most once in a period, when something was marked; then it counts as done. */
  begin(nowMs: number): boolean;
  /** Nothing waits any more: nobody would see it. */
  clear(): void;
  /** What began has ended; until then nothing else begins. */
  end(): void;
  /** Milliseconds until the next `begin` can be true; null: nothing is marked, or something is under way. */
  dueInMs(nowMs: number): number | null;
}

/** @param periodMs  least time between two beginnings */
export function createThrottle(periodMs: number): Throttle {
  let marked = false;
  let underWay = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  const dueInMs = (nowMs: number): number | null => (marked && !underWay ? Math.max(0, lastMs + periodMs - nowMs) : null);
  return {
    mark: () => { marked = true; },
    begin: (nowMs) => {
      if (dueInMs(nowMs) !== 0) return false;
      marked = false;
      underWay = true;
      lastMs = nowMs;
      return true;
    },
    clear: () => { marked = false; },
    end: () => { underWay = false; },
    dueInMs,
  };
}
