import type { ImportPhase, ImportProgress } from '../contract/importer';
import type { JobId } from '../contract/ids';

/** So often at most, in milliseconds. */
const periodMs = 100;
/** While nothing else is said, a sign of life: a file that keeps the worker from answering is noticed by its absence. */
const signOfLifeMs = 500;

/** Time as the progress needs it; a fake in tests. */
export interface ProgressClock {
  now(): number;
  /** @returns what stops it */
  every(periodMs: number, callback: () => void): () => void;
}

/** Says how far one job is. */
export interface JobProgress {
  phase(phase: ImportPhase, totalBytes: number): void;
  bytes(doneBytes: number, totalBytes?: number): void;
  end(): void;
}

/** Makes the progress of one job. Phases are said at once, bytes at most ten times a second. */
export function startProgress(job: JobId, post: (progress: ImportProgress) => void, clock: ProgressClock): JobProgress {
  let current: ImportProgress | null = null;
  let postedAtMs = Number.NEGATIVE_INFINITY;
  const say = (): void => {
    if (current === null) return;
    postedAtMs = clock.now();
    post(current);
  };
  const stop = clock.every(signOfLifeMs, () => { if (clock.now() - postedAtMs >= signOfLifeMs) say(); });
  return {
    phase: (phase, totalBytes) => {
      current = { job, phase, doneBytes: 0, totalBytes };
      say();
    },
    bytes: (doneBytes, totalBytes) => {
      if (current === null) return;
      current = { ...current, doneBytes, totalBytes: totalBytes ?? current.totalBytes };
      if (clock.now() - postedAtMs >= periodMs) say();
    },
    end: () => {
      stop();
      current = null;
    },
  };
}
