import { describe, expect, it } from 'vitest';
import { locatePatch } from './receptive-patch';

const input = { height: 64, width: 64 };

describe('locatePatch', () => {
  it('places the field of a unit', () => {
    expect(locatePatch({ sizePx: 16, stridePx: 8, startPx: -4 }, 2, 1, input)).toEqual({ left: 4 / 64, top: 12 / 64, width: 16 / 64, height: 16 / 64 });
  });
  it('cuts what reaches into the padding', () => {
    expect(locatePatch({ sizePx: 16, stridePx: 8, startPx: -4 }, 0, 7, input)).toEqual({ left: 52 / 64, top: 0, width: 12 / 64, height: 12 / 64 });
  });
  it('says null where everything is seen', () => {
    expect(locatePatch(null, 0, 0, input)).toBeNull();
  });
});
