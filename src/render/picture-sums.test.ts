import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pictureBytesPath, renderPictureBytes } from '../../tools/compile-kernels';
import { averageAreas, placeSums, placeTurned } from './area-average';
import { splitArea } from './frame-import';
import { createPictureSummer } from './picture-sums';

const summer = createPictureSummer();
const spec = { height: 6, width: 5, channels: 3, mean: [10, 20, 30], std: [50, 60, 70] };

describe('sums by SIMD', () => {
  it.each([[480, 480, 0, 480, 0, 480], [37, 23, -2.5, 40, 0.3, 22], [6, 4, 0, 6, 0, 4], [3, 2, 0.5, 2.25, -1, 3], [301, 700, 1.5, 299, 0, 700]])(
    'are those of the plain loop: %i x %i', (width, height, left, across, top, down) => {
      const plan = { rows: splitArea(top, down, 6, height), columns: splitArea(left, across, 5, width), areaPx: (across * down) / 30, sums: new Float64Array(15) };
      const placed = placeTurned(0, true, 6, 5);
      const summed = summer?.prepare(width, height, plan.rows, plan.columns);
      if (summed == null) throw new Error('no SIMD here');
      // Bright, so that a sum that is too small for its place would show.
      const pixels = Uint32Array.from({ length: width * height }, (_, index) => (Math.imul(index + 1, 2654435761) | 0x00e0e0e0) >>> 0);
      summed.pixels.set(new Uint8Array(pixels.buffer));
      const found = new Float32Array(90);
      summed.sum();
      placeSums(summed.sums, plan, placed, spec, found);
      const expected = new Float32Array(90);
      averageAreas(pixels, width, plan, placed, spec, expected);
      expected.forEach((value, index) => expect(found[index]).toBeCloseTo(value, 5));
    });
  it('leaves stretches that are too long to the plain loop', () => {
    expect(summer?.prepare(4, 2000, splitArea(0, 2000, 6, 2000), splitArea(0, 4, 4, 4))).toBeNull();
  });
  it('are committed as compiled', async () => {
    expect(readFileSync(pictureBytesPath, 'utf8')).toBe(await renderPictureBytes());
  }, 120_000);
});
