import { expect } from 'vitest';

export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** Largest excess of |actual - expected| over atol + rtol * |expected|, with where it is; null when all are within. */
function findOutlier(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance): string | null {
  if (actual.length !== expected.length) return `${actual.length} values instead of ${expected.length}`;
  let worst: string | null = null;
  let worstRatio = 1;
  for (let index = 0; index < expected.length; index += 1) {
    const want = expected[index] ?? Number.NaN;
    const have = actual[index] ?? Number.NaN;
    const ratio = Math.abs(have - want) / (tolerance.atol + tolerance.rtol * Math.abs(want));
    // Not `ratio > worstRatio`: a NaN must be found too.
    if (!(ratio <= worstRatio)) {
      worstRatio = Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
      worst = `value ${index} is ${have}, expected ${want} (${ratio.toFixed(2)} times the tolerance)`;
    }
  }
  return worst;
}

/** Fails with the worst value when any lies outside the tolerance. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance, what: string): void {
  expect(findOutlier(actual, expected, tolerance), what).toBeNull();
}
