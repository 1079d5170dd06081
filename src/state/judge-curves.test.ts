import { describe, expect, it } from 'vitest';
import { describeSpan, isFlat, judgeCurve, marginOf, spanOf } from './judge-curves';

describe('a curve beside that of a random order', () => {
  const wide = { least: 0, largest: 0.9 };

  it('is not judged where there is nothing to follow', () => {
    const nothing = spanOf([1e-5, 3e-6], [2e-5, 1e-5]);
    expect([judgeCurve(nothing, 1, 0), judgeCurve(spanOf([0.99, 1], [0.985]), 0.01, 0.99)]).toEqual(['flat', 'flat']);
    expect(isFlat({ least: 0.5, largest: 0.55 })).toBe(false);
  });

  it('is better or worse only by more than one random order differs from the next', () => {
    expect([0.2, 0.05, -0.05, -0.2].map((gain) => judgeCurve(wide, gain, 0.5))).toEqual(['better', 'unclear', 'unclear', 'worse']);
    // Beside an area near 1 a random order has little room.
    expect([judgeCurve(wide, 0.05, 0.95), judgeCurve(wide, 0.05, 0.05), judgeCurve(wide, 0.009, 0.999)]).toEqual(['better', 'better', 'unclear']);
    expect(marginOf(0.5)).toBeGreaterThan(marginOf(0.1));
    expect(marginOf(0.3)).toBeCloseTo(marginOf(0.7), 12);
  });

  it('holds back for about nineteen of twenty random orders: eight of each measured on a built-in picture', () => {
    // Mean area, standard deviation: digit-8, barrel, candle, lemon, soda-bottle, teapot, each deletion and insertion.
    const measured = [[0.466, 0.0622], [0.555, 0.0661], [0.635, 0.0419], [0.62, 0.0538], [0.171, 0.0368], [0.609, 0.0559], [0.445, 0.0474], [0.798, 0.0271], [0.268, 0.0391], [0.416, 0.035], [0.548, 0.0445], [0.896, 0.027]] as const;
    const deviations = measured.map(([area, deviation]) => marginOf(area) / deviation);
    expect(deviations.reduce((sum, value) => sum + value, 0) / deviations.length).toBeGreaterThan(1.7);
    expect(Math.min(...deviations)).toBeGreaterThan(1.3);
  });

  it('is told by the probabilities it stays between', () => {
    expect([describeSpan(spanOf([1e-5, 2e-5])), describeSpan(spanOf([0.9999], [1])), describeSpan(spanOf([0.001, 0.014]))])
      .toEqual(['This answer is at 0.0 % throughout', 'This answer is at 100.0 % throughout', 'This answer stays between 0.1 % and 1.4 %']);
    expect(spanOf([], [])).toEqual({ least: 0, largest: 0 });
  });
});
