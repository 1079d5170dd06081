import { describe, expect, it } from 'vitest';
import { paintArray } from './array-picture';
import { withArray } from './array-source';
import { createBitmapSource } from './bitmap-source';
import type { FrameSource } from './frame-source';

const makeSource = (shape: readonly [number, number, number], values: Float32Array): FrameSource =>
  withArray(createBitmapSource('picture', { width: 8, height: 8 } as ImageBitmap, 'a', false), { shape, values });

describe('an array at a place', () => {
  it('holds its own numbers, one of each channel', () => {
    const source = makeSource([2, 3, 5], Float32Array.from({ length: 30 }, (_, index) => index * 100 - 7.5));
    expect([...source.valuesAt?.(0, 0) ?? []]).toEqual([-7.5, 92.5, 192.5, 292.5, 392.5]);
    expect([...source.valuesAt?.(0.51, 0.4) ?? []], 'second row, second column').toEqual([1992.5, 2092.5, 2192.5, 2292.5, 2392.5]);
    expect([...source.valuesAt?.(1, 1) ?? []], 'the last one at the very edge').toEqual([2492.5, 2592.5, 2692.5, 2792.5, 2892.5]);
  });

  it('is the pixel that is painted there, also where rows are stretched', () => {
    for (const [height, width] of [[3, 7], [8, 2], [5, 5]] as const) {
      const values = Float32Array.from({ length: height * width }, (_, index) => index);
      const { sidePx, pixels } = paintArray({ name: 'a', shape: [height, width, 1], values, min: 0, max: values.length - 1 }, null);
      const source = makeSource([height, width, 1], values);
      for (let y = 0; y < sidePx; y += 1) {
        for (let x = 0; x < sidePx; x += 1) {
          const [value = Number.NaN] = source.valuesAt?.((y + 0.5) / sidePx, (x + 0.5) / sidePx) ?? [];
          expect(Math.abs((pixels[4 * (y * sidePx + x)] ?? 0) - (value / (values.length - 1)) * 255)).toBeLessThan(1);
        }
      }
    }
  });

  it('gives no hold of the array itself', () => {
    const source = makeSource([1, 1, 2], Float32Array.of(1, 2));
    source.valuesAt?.(0, 0).fill(9);
    expect([...source.valuesAt?.(0, 0) ?? []]).toEqual([1, 2]);
  });
});
