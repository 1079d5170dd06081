import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnder, blur, createRandom, followProbability, sortDescending } from './faithfulness';
import { shareInCell } from './grid-pointing';
import { enlargePlane, planeOf } from '../contract/map-plane';
import { spearman } from './rank-correlation';
import { spreadCounts } from './sanity';

describe('rank correlation', () => {
  it('agrees with values worked out by hand', () => {
    expect(spearman(Float32Array.of(1, 2, 3, 4, 5), Float32Array.of(5, 6, 7, 8, 7))).toBeCloseTo(0.8207826816681233, 10);
    expect(spearman(Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1))).toBeCloseTo(-1, 12);
    expect(spearman(Float32Array.of(1, 1, 1), Float32Array.of(3, 2, 1))).toBe(0);
  });

  it('knows only the order', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 3, maxLength: 40 }), (list) => {
      const values = Float32Array.from(list);
      const expected = new Set(list).size === 1 ? 0 : 1;
      expect(spearman(values, values.map((value) => value ** 3 / 1000 + value))).toBeCloseTo(expected, 6);
    }), { seed: 5 });
  });
});

describe('importance of pixels', () => {
  it('is sorted largest first, equal values in their own order', () => {
    expect([...sortDescending(Float32Array.of(1, -3, 2, -0, 0, -0.5, 2, -1e30, 1e-40, Infinity))]).toEqual([9, 2, 6, 0, 8, 3, 4, 5, 1, 7]);
    fc.assert(fc.property(fc.float32Array({ noNaN: true, maxLength: 60 }), fc.array(fc.constantFrom(0, -0, 1, -1, 0.5), { maxLength: 20 }), (drawn, ties) => {
      const values = Float32Array.from([...drawn, ...ties]);
      const expected = Array.from(values, (_, index) => index).sort((a, b) => {
        const [left = 0, right = 0] = [values[a], values[b]];
        return left === right ? a - b : right > left ? 1 : -1;
      });
      expect([...sortDescending(values)]).toEqual(expected);
    }), { seed: 7 });
  });

  it('sums evidence and takes the largest sensitivity', () => {
    const values = Float32Array.of(1, -3, 2, 0.5, 0.5, -1);
    expect([...planeOf(values, [1, 2, 3], 'sum').values]).toEqual([0, 0]);
    expect([...planeOf(values, [1, 2, 3], 'strongest').values]).toEqual([3, 1]);
    expect([...planeOf(Float32Array.of(2, 2, 2, -1, -1, -1), [1, 2, 3], 'only').values], 'one value, however many channels hold it').toEqual([2, -1]);
  });

  it('enlarges with half-pixel centres', () => {
    expect([...enlargePlane({ height: 1, width: 2, values: Float32Array.of(0, 1) }, 1, 4)]).toEqual([0, 0.25, 0.75, 1]);
    expect([...enlargePlane({ height: 2, width: 2, values: Float32Array.of(0, 0, 4, 4) }, 4, 2)]).toEqual([0, 0, 1, 1, 3, 3, 4, 4]);
  });
});

describe('curves and mosaics', () => {
  it('measures the area by trapezoids', () => {
    expect(areaUnder([1, 1, 1])).toBe(1);
    expect(areaUnder([1, 0.5, 0])).toBe(0.5);
    expect(areaUnder([1, 0, 0])).toBe(0.25);
  });

  it('follows one class, or which of two, always within 0..1', () => {
    const logits = Float32Array.of(2, 1, -3);
    const powers = [Math.exp(2), Math.exp(1), Math.exp(-3)];
    const [a = 0, b = 0, c = 0] = powers;
    expect(followProbability(logits, 'softmax', { kind: 'class', index: 1 })).toBeCloseTo(b / (a + b + c), 12);
    // Of a softmax: p(a) / (p(a) + p(b)); the third class does not matter.
    expect(followProbability(logits, 'softmax', { kind: 'difference', index: 1, against: 0 })).toBeCloseTo(b / (a + b), 12);
    const [p, q] = [a / (1 + a), b / (1 + b)];
    expect(followProbability(logits, 'sigmoid', { kind: 'difference', index: 0, against: 1 })).toBeCloseTo((p * (1 - q)) / (p * (1 - q) + q * (1 - p)), 12);
    expect(followProbability(Float32Array.of(0.75, 0.5), 'as-they-are', { kind: 'difference', index: 0, against: 1 })).toBeCloseTo(0.75, 12);
    expect(followProbability(Float32Array.of(1, 1), 'as-they-are', { kind: 'difference', index: 0, against: 1 })).toBe(0.5);
  });

  it('gives the share of positive evidence in a cell', () => {
    const map = Float32Array.of(3, -5, 0, 0, 1, 0, -2, 0, 0, 0, 4, 0, 0, 0, 0, 2);
    expect(shareInCell(map, [4, 4], 0)).toBeCloseTo(0.4, 12);
    expect(shareInCell(map, [4, 4], 3)).toBeCloseTo(0.6, 12);
    expect(shareInCell(map.map((value) => -Math.abs(value)), [4, 4], 0)).toBeNull();
  });

  it('blurs without changing what is even, and keeps the sum away from the border', () => {
    const even = new Float32Array(7 * 9 * 2).fill(3);
    for (const value of blur(even, [7, 9, 2], 1.5)) expect(value).toBeCloseTo(3, 5);
    const spike = new Float32Array(15 * 15);
    spike[7 * 15 + 7] = 1;
    const soft = blur(spike, [15, 15, 1], 1);
    expect(soft.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(soft[7 * 15 + 7]).toBeCloseTo(0.159241, 3);
    expect(soft[7 * 15 + 8]).toBeCloseTo(soft[8 * 15 + 7] ?? 0, 7);
  });

  it('draws uniform numbers and spreads steps', () => {
    const next = createRandom(3);
    const drawn = Array.from({ length: 4000 }, next);
    expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length).toBeCloseTo(0.5, 1);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(spreadCounts(3, 8)).toEqual([1, 2, 3]);
    expect(spreadCounts(20, 4)).toEqual([5, 10, 15, 20]);
  });
});
