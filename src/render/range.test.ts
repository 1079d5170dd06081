import { describe, expect, it } from 'vitest';
import { attackPerFrame, displayRange, isConstant, LayerRanges, releasePerFrame, smoothEnd } from './range';

describe('displayRange', () => {
  it('starts at zero where nothing is negative', () => expect(displayRange(2, 5, false)).toEqual({ min: 0, max: 5 }));
  it('keeps an unexpected negative end', () => expect(displayRange(-1, 5, false)).toEqual({ min: -1, max: 5 }));
  it('is symmetric for signed layers', () => expect(displayRange(-1, 5, true)).toEqual({ min: -5, max: 5 }));
});

describe('isConstant', () => {
  it('takes rounding noise for constant', () => expect(isConstant(-5.00001, -5)).toBe(true));
  it('sees a small spread around zero', () => expect(isConstant(-1e-9, 1e-9)).toBe(false));
  it('takes zero everywhere for constant', () => expect(isConstant(0, 0)).toBe(true));
});

describe('smoothEnd', () => {
  it('widens fast and narrows slowly, at both ends', () => {
    expect(smoothEnd(1, 2, 1)).toBeCloseTo(1 + attackPerFrame);
    expect(smoothEnd(1, 0, 1)).toBeCloseTo(1 - releasePerFrame);
    expect(smoothEnd(-1, -2, -1)).toBeCloseTo(-1 - attackPerFrame);
    expect(smoothEnd(-1, 0, -1)).toBeCloseTo(-1 + releasePerFrame);
    expect(releasePerFrame).toBeLessThan(attackPerFrame / 4);
  });
});

describe('LayerRanges', () => {
  const shape = [2, 2, 2] as const;
  // Channel 0: 1 2 3 4, channel 1: -1 -2 -3 -4.
  const values = Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4);

  it('measures every channel and the layer; the first frame is not smoothed', () => {
    const ranges = new LayerRanges(2);
    ranges.measureAll(values, shape, false);
    expect([...ranges.min, ...ranges.max]).toEqual([1, -4, 4, -1]);
    expect([ranges.layerMin, ranges.layerMax]).toEqual([-4, 4]);
  });

  it('smooths later frames, unless they stand still', () => {
    const ranges = new LayerRanges(2);
    ranges.measureAll(values, shape, false);
    ranges.measureAll(values.map((value) => value * 2), shape, false);
    expect(ranges.max[0]).toBeCloseTo(4 + 4 * attackPerFrame);
    expect(ranges.layerMin).toBeCloseTo(-4 - 4 * attackPerFrame);
    ranges.measureAll(values, shape, true);
    expect(ranges.max[0]).toBe(4);
    expect(ranges.layerMin).toBe(-4);
  });

  it('leaves out what is not finite; a channel with nothing else is constant zero', () => {
    const ranges = new LayerRanges(2);
    ranges.measureAll(Float32Array.of(Number.NaN, Infinity, 2, -Infinity, 3, Number.NaN, 4, Infinity), shape, false);
    expect([...ranges.min, ...ranges.max]).toEqual([2, 0, 4, 0]);
    expect(ranges.channelIsConstant(0)).toBe(false);
    expect(ranges.channelIsConstant(1)).toBe(true);
  });

  it('measures some channels at some places, and the layer over those', () => {
    const ranges = new LayerRanges(2);
    ranges.measureSome(values, shape, Int32Array.of(0), 2, 1, false);
    expect([ranges.min[0], ranges.max[0], ranges.layerMin, ranges.layerMax]).toEqual([1, 2, 1, 2]);
  });
});
