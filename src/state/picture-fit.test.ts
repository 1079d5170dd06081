import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPicture } from './picture-fit';

describe('fitPicture', () => {
  it('shows the whole square and cuts only margins', () => {
    const fit = fitPicture({ widthPx: 390, heightPx: 340 }, { widthPx: 480, heightPx: 640 }, { x: 0, y: 80, sizePx: 480 }, false)!;
    expect(fit.square).toMatchObject({ left: 25, width: 340, height: 340 });
    expect(fit.square.top).toBeCloseTo(0);
    expect(fit.picture.height).toBeCloseTo(453.3, 0);
  });

  it('fills the stage when the square leaves room', () => {
    const fit = fitPicture({ widthPx: 600, heightPx: 400 }, { widthPx: 640, heightPx: 480 }, { x: 80, y: 0, sizePx: 480 }, false)!;
    expect(fit.square.height).toBe(400);
    expect(fit.picture.width).toBeCloseTo(533.3, 0);
    expect(fit.picture.left).toBeCloseTo(33.3, 0);
  });

  it('keeps the square in the stage and in the picture, mirrored or not', () => {
    const size = fc.integer({ min: 20, max: 4000 });
    fc.assert(fc.property(size, size, size, size, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (sw, sh, pw, ph, mirror, place) => {
      const sizePx = Math.min(pw, ph);
      const crop = { x: Math.floor((pw - sizePx) * place), y: Math.floor((ph - sizePx) * place), sizePx };
      const { picture, square } = fitPicture({ widthPx: sw, heightPx: sh }, { widthPx: pw, heightPx: ph }, crop, mirror)!;
      const near = 1e-6 * Math.max(sw, sh, 1);
      expect(square.left).toBeGreaterThanOrEqual(-near);
      expect(square.top).toBeGreaterThanOrEqual(-near);
      expect(square.left + square.width).toBeLessThanOrEqual(sw + near);
      expect(square.top + square.height).toBeLessThanOrEqual(sh + near);
      expect(square.left).toBeGreaterThanOrEqual(picture.left - near);
      expect(square.left + square.width).toBeLessThanOrEqual(picture.left + picture.width + near);
    }));
  });

  it('has no answer before there is a picture', () => {
    expect(fitPicture({ widthPx: 100, heightPx: 100 }, { widthPx: 0, heightPx: 0 }, { x: 0, y: 0, sizePx: 0 }, false)).toBeNull();
  });
});
