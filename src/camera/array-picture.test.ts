import { describe, expect, it } from 'vitest';
import type { InputArray } from '../contract/importer';
import { paintArray } from './array-picture';

function makeArray(shape: InputArray['shape'], values: readonly number[]): InputArray {
  const finite = values.filter(Number.isFinite);
  return { name: 'a', shape, values: Float32Array.from(values), min: Math.min(...finite), max: Math.max(...finite) };
}

const coloursOf = (array: InputArray, channel: number | null = null): readonly (readonly number[])[] => {
  const { pixels } = paintArray(array, channel);
  return Array.from({ length: pixels.length / 4 }, (_, index) => [...pixels.slice(4 * index, 4 * index + 3)]);
};

describe('paintArray', () => {
  it('gives each of the first three of many channels its own range', () => {
    // Two pixels one above the other become a square of two by two.
    const array = makeArray([2, 1, 4], [0, -1, 500, 9, 10, 1, 1000, 9]);
    expect(coloursOf(array)).toEqual([[0, 0, 0], [0, 0, 0], [255, 255, 255], [255, 255, 255]]);
  });
  it('shares one range between the channels of a picture', () => {
    expect(coloursOf(makeArray([1, 2, 3], [0, 51, 102, 153, 204, 255]))).toEqual([[0, 51, 102], [153, 204, 255], [0, 51, 102], [153, 204, 255]]);
  });
  it('shows one channel as grey: the one of two that is first, or the one asked for', () => {
    const array = makeArray([1, 2, 2], [0, 5, 1, 7]);
    expect(coloursOf(array).slice(0, 2)).toEqual([[0, 0, 0], [255, 255, 255]]);
    expect(coloursOf(makeArray([1, 2, 4], [0, 0, 0, 8, 0, 0, 0, 4]), 3).slice(0, 2)).toEqual([[255, 255, 255], [0, 0, 0]]);
  });
  it('paints what is no number black, and an array without a range too', () => {
    expect(coloursOf(makeArray([1, 3, 1], [Number.NaN, 1, 3])).slice(0, 3)).toEqual([[0, 0, 0], [0, 0, 0], [255, 255, 255]]);
    expect(coloursOf(makeArray([1, 1, 1], [4]))).toEqual([[0, 0, 0]]);
  });
  it('never paints more than 1024 pixels a side', () => {
    expect(paintArray(makeArray([1, 3000, 1], Array.from({ length: 3000 }, (_, index) => index)), null).sidePx).toBe(1024);
  });
});
