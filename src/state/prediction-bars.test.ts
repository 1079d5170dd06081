import { describe, expect, it } from 'vitest';
import { chooseBars, formatPercent, smoothBars } from './prediction-bars';

const teapot = { index: 3, label: 'teapot', probability: 0.8 };
const lemon = { index: 5, label: 'lemon', probability: 0.1 };

describe('smoothBars', () => {
  it('takes the first answer as it is', () => {
    expect(smoothBars([], [lemon, teapot], 0, false)).toEqual([teapot, lemon]);
  });
  it('moves towards a new answer, and reaches it', () => {
    let bars = smoothBars([], [teapot], 0, false);
    bars = smoothBars(bars, [{ ...teapot, probability: 0.2 }], 100, false);
    expect(bars[0]!.probability).toBeLessThan(0.8);
    expect(bars[0]!.probability).toBeGreaterThan(0.2);
    for (let step = 0; step < 30; step += 1) bars = smoothBars(bars, [{ ...teapot, probability: 0.2 }], 100, false);
    expect(bars[0]!.probability).toBeCloseTo(0.2, 3);
  });
  it('lets a class that is gone fall and forgets it', () => {
    let bars = smoothBars([], [teapot], 0, false);
    bars = smoothBars(bars, [lemon], 100, false);
    expect(bars.map((bar) => bar.label)).toEqual(['teapot', 'lemon']);
    for (let step = 0; step < 40; step += 1) bars = smoothBars(bars, [lemon], 100, false);
    expect(bars.map((bar) => bar.label)).toEqual(['lemon']);
  });
  it('takes a still picture exactly, and a new one after a silence', () => {
    const before = smoothBars([], [teapot], 0, false);
    expect(smoothBars(before, [lemon], 100, true)).toEqual([lemon]);
    expect(smoothBars(before, [lemon], 5000, false)).toEqual([lemon]);
  });
});

describe('chooseBars', () => {
  it('adds the pinned class only where it is missing', () => {
    expect(chooseBars([teapot, lemon], 1, 5)).toEqual([teapot, lemon]);
    expect(chooseBars([teapot, lemon], 1, 3)).toEqual([teapot]);
    expect(chooseBars([teapot, lemon], 1, 99)).toEqual([teapot]);
    expect(chooseBars([teapot, lemon], 5, null)).toEqual([teapot, lemon]);
  });
});

describe('formatPercent', () => {
  it('is a whole number, a space and a percent sign', () => {
    expect(formatPercent(0.8749)).toBe('87 %');
    expect(formatPercent(0)).toBe('0 %');
    expect(formatPercent(1)).toBe('100 %');
  });
});
