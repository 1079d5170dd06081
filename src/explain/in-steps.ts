import type { ExplanationProgress } from './explanation';

/** What is said at every pause beside the fraction. */
export type Said = Omit<ExplanationProgress, 'fraction'>;

const nothing: Said = { note: { steps: null } };

/**
 * A part of a method that pauses by itself: its own fraction (0..1) as the method's, from `from` to `to`. Dropped, the part is
 * dropped too.
 *
 * @returns what the part gives
 */
export function* report<Result>(part: Generator<number, Result, void>, from: number, to: number, said: Said = nothing): Generator<ExplanationProgress, Result, void> {
  try {
    for (;;) {
      const next = part.next();
      if (next.done === true) return next.value;
      yield { ...said, fraction: from + (to - from) * next.value };
    }
  } finally {
    part.return(undefined as never);
  }
}

/** The same for a part of a part: fractions into a smaller range. */
export function* within<Result>(part: Generator<number, Result, void>, from: number, to: number): Generator<number, Result, void> {
  try {
    for (;;) {
      const next = part.next();
      if (next.done === true) return next.value;
      yield from + (to - from) * next.value;
    }
  } finally {
    part.return(undefined as never);
  }
}

/** Runs a part to its end without a pause. @returns what it gives */
export function drain<Result>(part: Generator<unknown, Result, void>): Result {
  for (;;) {
    const next = part.next();
    if (next.done === true) return next.value;
  }
}
