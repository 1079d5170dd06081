import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../contract/card';
import { importArray } from './array-import';

const specOf = (height: number, width: number, channels: number, change: Partial<InputSpec> = {}): InputSpec => ({
  height, width, channels, mean: Array.from({ length: channels }, () => 0), std: Array.from({ length: channels }, () => 1), ...change,
});

describe('importArray', () => {
  it('leaves an array of the right shape as it is, whatever its channels', () => {
    const values = Float32Array.from({ length: 3 * 2 * 5 }, (_, index) => Math.fround(Math.sin(index)));
    const { values: input, min, max } = importArray([3, 2, 5], values, specOf(3, 2, 5));
    expect([...input]).toEqual([...values]);
    expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
  });

  it('says what is black and white: of grey and colour one range, of other channels each its own, in the order of the network', () => {
    const ranges = ({ range }: ReturnType<typeof importArray>): unknown => [range.low, range.high];
    const five = importArray([1, 2, 5], new Float32Array([1, 20, -3, 0, 7, 2, 10, -5, 0, Number.NaN]), specOf(1, 1, 5));
    expect(ranges(five)).toEqual([[1, 10, -5, 0, 7], [2, 20, -3, 0, 7]]);
    expect(ranges(importArray([1, 1, 3], new Float32Array([10, 20, 30]), specOf(1, 1, 3, { channelOrder: 'bgr' })))).toEqual([[10, 10, 10], [30, 30, 30]]);
    expect(ranges(importArray([1, 1, 3], new Float32Array([10, 20, 30]), specOf(1, 1, 1)))).toEqual([[10], [30]]);
    expect(ranges(importArray([1, 2, 1], new Float32Array([4, 5]), specOf(1, 1, 3)))).toEqual([[4, 4, 4], [5, 5, 5]]);
  });

  it('takes the mean of each area and normalises each channel', () => {
    // Two channels of a 2 x 4 array, made 1 x 2.
    const values = new Float32Array([0, 10, 2, 20, 4, 30, 6, 40, 1, 10, 3, 20, 5, 30, 7, 40]);
    const { values: input } = importArray([2, 4, 2], values, specOf(1, 2, 2, { mean: [1, 5], std: [2, 10] }));
    expect([...input]).toEqual([(1.5 - 1) / 2, 1, (5.5 - 1) / 2, 3]);
  });

  it('shares values at borders that fall between pixels, and repeats them when it must grow', () => {
    expect([...importArray([1, 3, 1], new Float32Array([0, 3, 6]), specOf(1, 2, 1)).values]).toEqual([1, 5]);
    expect([...importArray([1, 2, 1], new Float32Array([1, 3]), specOf(2, 4, 1)).values]).toEqual([1, 1, 3, 3, 1, 1, 3, 3]);
  });

  it('makes grey of colour, colour of grey, and turns the order round', () => {
    const colour = new Float32Array([10, 20, 30]);
    expect(importArray([1, 1, 3], colour, specOf(1, 1, 1)).values[0]).toBeCloseTo(0.299 * 10 + 0.587 * 20 + 0.114 * 30, 5);
    expect([...importArray([1, 1, 1], new Float32Array([7]), specOf(1, 1, 3)).values]).toEqual([7, 7, 7]);
    expect([...importArray([1, 1, 3], colour, specOf(1, 1, 3, { channelOrder: 'bgr', mean: [1, 2, 3] })).values]).toEqual([29, 18, 7]);
  });

  it.each([[4, 3], [3, 5], [2, 1]])('refuses %i channels for %i', (given, wanted) => {
    expect(() => importArray([1, 1, given], new Float32Array(given), specOf(1, 1, wanted))).toThrow(expect.objectContaining({ code: 'input-mismatch' }));
  });

  it('ignores what is no number when it looks for the range', () => {
    expect(importArray([1, 3, 1], new Float32Array([Number.NaN, -2, 5]), specOf(1, 3, 1))).toMatchObject({ min: -2, max: 5 });
  });
});
