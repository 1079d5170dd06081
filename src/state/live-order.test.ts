import { describe, expect, it } from 'vitest';
import { orderChannels, takeOrder } from './live-order';

const first = { layer: 'a', by: 'activity' as const, channels: [2, 0, 1] };
const shown = { ...first, shownAtMs: 1000 };
const next = { ...first, channels: [1, 2, 0] };

describe('takeOrder', () => {
  it('takes the first order and one of another layer at once', () => {
    expect(takeOrder(null, first, 1000, false, false)).toEqual(shown);
    expect(takeOrder(shown, { ...next, layer: 'b' }, 1001, true, false).layer).toBe('b');
    expect(takeOrder(shown, { ...next, by: 'influence' }, 1001, true, false).by).toBe('influence');
  });
  it('moves channels seldom, and never under the finger', () => {
    expect(takeOrder(shown, next, 2900, false, false)).toBe(shown);
    expect(takeOrder(shown, next, 3000, false, false).channels).toEqual([1, 2, 0]);
    expect(takeOrder(shown, next, 9000, true, false)).toBe(shown);
  });
  it('takes the order of a still picture at once', () => {
    expect(takeOrder(shown, next, 1001, false, true).channels).toEqual([1, 2, 0]);
  });
});

describe('orderChannels', () => {
  it('shows the order only for its own layer', () => {
    expect(orderChannels(shown, 'a', 'activity', 3)).toEqual([2, 0, 1]);
    expect(orderChannels(shown, 'a', 'index', 3)).toEqual([0, 1, 2]);
    expect(orderChannels(shown, 'a', 'influence', 3)).toEqual([2, 0, 1]);
    expect(orderChannels(shown, 'b', 'activity', 2)).toEqual([0, 1]);
    expect(orderChannels(shown, 'a', 'activity', 4)).toEqual([0, 1, 2, 3]);
  });
});
