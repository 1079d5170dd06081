import { describe, expect, it } from 'vitest';
import { averageAreas, placeTurned } from './area-average';
import { packPixel } from './colormap';
import { drawnSidesPx, inputScaling, splitArea } from './frame-import';

const grey = (value: number): number => packPixel(value, value, value, 255);

function average(pixels: readonly number[], rowPx: number, rows: ReturnType<typeof splitArea>, columns: ReturnType<typeof splitArea>, areaPx: number, rotation = 0, mirror = false, channels = 1): number[] {
  const height = rotation % 180 === 0 ? rows.first.length : columns.first.length;
  const width = rotation % 180 === 0 ? columns.first.length : rows.first.length;
  const values = new Float32Array(height * width * channels);
  const spec = { height, width, channels, mean: [0], std: [1] };
  averageAreas(Uint32Array.from(pixels), rowPx, { rows, columns, areaPx, sums: new Float64Array(columns.first.length * 3) }, placeTurned(rotation, mirror, height, width), spec, values);
  return [...values].map((value) => Math.round(value * 1000) / 1000);
}

describe('averageAreas', () => {
  it('weighs parts of pixels', () => {
    // Three pixels to two: (10 + 20 / 2) / 1.5 and (20 / 2 + 40) / 1.5.
    expect(average([10, 20, 40].map(grey), 3, splitArea(0, 1, 1, 1), splitArea(0, 3, 2, 3), 1.5)).toEqual([13.333, 33.333]);
  });
  it('spreads one pixel over several', () => {
    expect(average([10, 40].map(grey), 2, splitArea(0, 1, 1, 1), splitArea(0, 2, 4, 2), 0.5)).toEqual([10, 10, 40, 40]);
  });
  it('counts what the source does not cover as white', () => {
    expect(average([0, 0].map(grey), 2, splitArea(0, 1, 1, 1), splitArea(-1, 4, 2, 2), 2)).toEqual([127.5, 127.5]);
  });
  it('sums long runs without overflow', () => {
    expect(average(Array.from({ length: 1000 }, () => grey(255)), 1000, splitArea(0, 1, 1, 1), splitArea(0, 1000, 1, 1000), 1000, 0, false, 3)).toEqual([255, 255, 255]);
  });
  it.each([[23, 17, 3, 2, -1.5, 20, 0.25, 16.5], [40, 40, 5, 4, 0, 40, 0, 40], [9, 7, 30, 30, 0, 9, 0, 7], [700, 5, 2, 3, 3.1, 600.5, 0, 5]])(
    'is the weighted mean of every pixel: %i x %i to %i x %i', (width, height, columns, rows, left, across, top, down) => {
      const pixels = Array.from({ length: width * height }, (_, index) => packPixel((index * 37) % 256, (index * 91) % 256, (index * 53 + 7) % 256, 255));
      const found = average(pixels, width, splitArea(top, down, rows, height), splitArea(left, across, columns, width), (across * down) / (rows * columns), 0, false, 3);
      const share = (start: number, length: number, of: number, index: number, at: number): number =>
        Math.max(0, Math.min(at + 1, start + ((index + 1) * length) / of) - Math.max(at, start + (index * length) / of));
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          for (let channel = 0; channel < 3; channel++) {
            let sum = 0;
            let covered = 0;
            for (let y = 0; y < height; y++) {
              for (let x = 0; x < width; x++) {
                const weight = share(top, down, rows, row, y) * share(left, across, columns, column, x);
                sum += weight * (((pixels[y * width + x] as number) >>> (8 * channel)) & 255);
                covered += weight;
              }
            }
            const area = (across * down) / (rows * columns);
            expect(found[(row * columns + column) * 3 + channel]).toBeCloseTo((sum + 255 * (area - covered)) / area, 2);
          }
        }
      }
    });
  it('gives a network that wants them blue, green and red, each with its own mean', () => {
    const values = new Float32Array(3);
    const plan = { rows: splitArea(0, 1, 1, 1), columns: splitArea(0, 1, 1, 1), areaPx: 1, sums: new Float64Array(3) };
    const spec = { height: 1, width: 1, channels: 3, mean: [1, 2, 3], std: [1, 1, 2], channelOrder: 'bgr' } as const;
    averageAreas(Uint32Array.of(packPixel(10, 20, 40, 255)), 1, plan, placeTurned(0, false, 1, 1), spec, values);
    expect([...values]).toEqual([39, 18, 3.5]);
  });
  it.each([
    [0, false, [1, 2, 3, 4, 5, 6]], [0, true, [3, 2, 1, 6, 5, 4]],
    [90, false, [4, 1, 5, 2, 6, 3]], [180, false, [6, 5, 4, 3, 2, 1]], [270, false, [3, 6, 2, 5, 1, 4]], [270, true, [6, 3, 5, 2, 4, 1]],
  ] as const)('turns clockwise by %i, mirrored %s', (rotation, mirror, expected) => {
    expect(average([1, 2, 3, 4, 5, 6].map(grey), 3, splitArea(0, 2, 2, 2), splitArea(0, 3, 3, 3), 1, rotation, mirror)).toEqual([...expected]);
  });
});

describe('drawnSidesPx', () => {
  it('draws small crops as they are and halves large ones until they can be read', () => {
    expect(drawnSidesPx(333, 64)).toEqual([333]);
    expect(drawnSidesPx(1080, 64)).toEqual([540]);
    expect(drawnSidesPx(3000, 64)).toEqual([1500, 750]);
  });
  it('never goes below the input', () => expect(drawnSidesPx(2000, 900)).toEqual([1000]));
});

describe('inputScaling', () => {
  it('is (pixel - mean) / std for each channel', () => {
    expect(inputScaling({ height: 1, width: 1, channels: 1, mean: [50], std: [25] })).toEqual({ factor: [0.04], offset: [-2] });
  });
  it('refuses what is no picture', () => {
    expect(() => inputScaling({ height: 1, width: 1, channels: 4, mean: [], std: [] })).toThrow(expect.objectContaining({ code: 'input-mismatch' }));
  });
});
