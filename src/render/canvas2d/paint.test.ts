import { describe, expect, it } from 'vitest';
import { notANumberPixel, packPixel } from '../colormap';
import { mapRange, paintInput, paintNearest, paintSmooth, type PixelTarget, type ValueMapping } from './paint';

/** A table whose entry i is the pixel i. */
const indices = Uint32Array.from({ length: 256 }, (_, index) => index);
const untouched = 0xffffffff;

function target(width: number, height: number): PixelTarget {
  return { pixels: new Uint32Array(width * height).fill(untouched), width, height };
}

function mapping(min: number, max: number, constant = false, flatIndex = 0): ValueMapping {
  const made = { scale: 0, offset: 0, table: indices };
  mapRange(made, min, max, constant, flatIndex);
  return made;
}

describe('mapRange', () => {
  it('puts the ends of the range at the ends of the table', () => {
    const { scale, offset } = mapping(-2, 2);
    expect(Math.floor(-2 * scale + offset)).toBe(0);
    expect(Math.floor(2 * scale + offset)).toBe(255);
    expect(Math.floor(offset)).toBe(128);
  });
  it('is flat for a constant map and for an empty range', () => {
    expect(mapping(3, 9, true, 128)).toMatchObject({ scale: 0, offset: 128.5 });
    expect(mapping(3, 3)).toMatchObject({ scale: 0, offset: 0.5 });
  });
});

describe('paintNearest', () => {
  const values = Float32Array.of(0, 9, 255, 9, 100, 9, Number.NaN, 9);
  it('repeats each value crisply and marks what is no number', () => {
    const to = target(4, 4);
    paintNearest(to, { x: 0, y: 0, width: 4, height: 4 }, values, [2, 2, 2], 0, mapping(0, 255));
    const bad = notANumberPixel;
    expect([...to.pixels]).toEqual([0, 0, 255, 255, 0, 0, 255, 255, 100, 100, bad, bad, 100, 100, bad, bad]);
  });
  it('leaves out what lies outside, also above and to the left', () => {
    const to = target(3, 3);
    paintNearest(to, { x: -1, y: -1, width: 4, height: 3 }, values, [2, 2, 2], 0, mapping(0, 255));
    expect([...to.pixels]).toEqual([100, notANumberPixel, notANumberPixel, 100, notANumberPixel, notANumberPixel, untouched, untouched, untouched]
      .map((pixel, at) => (at < 3 ? [100, notANumberPixel, notANumberPixel][at] : pixel)));
  });
  it('clamps values beyond the range', () => {
    const to = target(2, 1);
    paintNearest(to, { x: 0, y: 0, width: 2, height: 1 }, Float32Array.of(-50, 500), [1, 2, 1], 0, mapping(0, 255));
    expect([...to.pixels]).toEqual([0, 255]);
  });
});

describe('paintSmooth', () => {
  it('interpolates between centres and holds the edges', () => {
    const to = target(4, 1);
    paintSmooth(to, { x: 0, y: 0, width: 4, height: 1 }, Float32Array.of(0, 100), [1, 2, 1], 0, mapping(0, 255));
    expect([...to.pixels]).toEqual([0, 25, 75, 100]);
  });
});

describe('painting at any size and place', () => {
  const shape = [5, 7, 3] as const;
  const values = Float32Array.from({ length: 105 }, (_, index) => (index === 40 ? Number.NaN : index === 61 ? -Infinity : ((index * 29) % 97) - 10));
  const map = mapping(0, 80);
  const pick = (value: number): number => (Number.isFinite(value) ? indices[Math.max(0, Math.min(255, Math.floor(value * map.scale + map.offset)))] as number : notANumberPixel);
  const at = (y: number, x: number): number => values[(y * 7 + x) * 3 + 1] as number;
  const blend = (a: number, b: number, share: number): number => a * (1 - share) + b * share;
  const hold = (place: number, side: number): number => Math.min(side - 1, Math.max(0, place));

  it.each([
    { x: 0, y: 0, width: 23, height: 19 }, { x: -4, y: -3, width: 30, height: 31 }, { x: 3, y: 2, width: 4, height: 3 },
    { x: 2, y: 1, width: 7, height: 5 }, { x: 15, y: 12, width: 20, height: 4 }, { x: 1, y: 1, width: 3, height: 18 },
  ])('is what each pixel by itself would be: %o', (area) => {
    for (const smooth of [false, true]) {
      const to = target(24, 20);
      (smooth ? paintSmooth : paintNearest)(to, area, values, shape, 1, map);
      for (let y = 0; y < 20; y++) {
        for (let x = 0; x < 24; x++) {
          const down = ((y - area.y + 0.5) * 5) / area.height;
          const across = ((x - area.x + 0.5) * 7) / area.width;
          const outside = down < 0 || across < 0 || down >= 5 || across >= 7;
          const top = Math.floor(hold(down - 0.5, 5));
          const left = Math.floor(hold(across - 0.5, 7));
          const shareX = Math.fround(hold(across - 0.5, 7) - left);
          const rowOf = (row: number): number => blend(at(Math.min(4, row), left), at(Math.min(4, row), Math.min(6, left + 1)), shareX);
          const value = smooth ? blend(rowOf(top), rowOf(top + 1), hold(down - 0.5, 5) - top) : at(Math.floor(hold(down, 5)), Math.floor(hold(across, 7)));
          expect(to.pixels[y * 24 + x]).toBe(outside ? untouched : pick(value));
        }
      }
    }
  });
});

describe('paintInput', () => {
  it('undoes the normalisation, clamped', () => {
    const to = target(2, 1);
    paintInput(to, { x: 0, y: 0, width: 2, height: 1 }, Float32Array.of(0, 1, -1, 9, -9, 0.5), [1, 2, 3], [100, 100, 100], [50, 50, 50], false);
    expect([...to.pixels]).toEqual([packPixel(100, 150, 50, 255), packPixel(255, 0, 125, 255)].map((pixel) => pixel >>> 0));
  });
  it('shows one channel as grey', () => {
    const to = target(1, 1);
    paintInput(to, { x: 0, y: 0, width: 1, height: 1 }, Float32Array.of(0.5), [1, 1, 1], [0], [255], true);
    expect(to.pixels[0]).toBe(packPixel(128, 128, 128, 255));
  });
});
