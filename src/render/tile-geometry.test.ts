import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tile } from '../contract/stage-layout';
import { canvasSize, findVisible, roundRectangle, spacedChannels, tileCells } from './tile-geometry';

const square = { x: 10, y: 20, width: 100, height: 100 };

describe('tileCells', () => {
  it('gives a channel the whole tile, and nothing to a channel that does not exist', () => {
    expect(tileCells(square, { kind: 'channel', layer: 'a', channel: 3 }, [4, 4, 8])).toEqual([{ ...square, channel: 3 }]);
    expect(tileCells(square, { kind: 'channel', layer: 'a', channel: 8 }, [4, 4, 8])).toEqual([]);
  });

  it('spreads a mosaic evenly over the channels', () => {
    const cells = tileCells(square, { kind: 'mosaic', layer: 'a', side: 3 }, [4, 4, 90]);
    expect(cells.map(({ channel }) => channel)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
    expect(cells[0]).toEqual({ channel: 0, x: 10, y: 20, width: 33, height: 33 });
    expect(cells[8]).toMatchObject({ x: 77, y: 87 });
  });

  it('shows all values of a vector in a near-square grid', () => {
    expect(tileCells(square, { kind: 'mosaic', layer: 'a', side: 3 }, [1, 1, 100])).toHaveLength(100);
  });

  it('never overlaps cells nor leaves the tile', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.integer({ min: 1, max: 200 }), fc.integer({ min: -50, max: 50 }),
      (channels, side, vector, sizePx, x) => {
        const tile = { x, y: 7, width: sizePx, height: sizePx };
        const cells = tileCells(tile, { kind: 'mosaic', layer: 'a', side }, vector ? [1, 1, channels] : [5, 5, channels])
          .filter(({ width, height }) => width > 0 && height > 0);
        const inside = cells.every((cell) => cell.channel < channels && cell.x >= x && cell.y >= 7
          && cell.x + cell.width <= x + sizePx && cell.y + cell.height <= 7 + sizePx);
        const apart = cells.every((a, at) => cells.slice(at + 1).every((b) => a.x + a.width <= b.x || b.x + b.width <= a.x
          || a.y + a.height <= b.y || b.y + b.height <= a.y));
        expect(inside && apart && new Set(cells.map(({ channel }) => channel)).size === cells.length).toBe(true);
      },
    ), { numRuns: 100 });
  });
});

it('spaced channels are all different', () => {
  expect(spacedChannels(5, 9)).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(spacedChannels(7, 4)).size).toBe(4);
});

it('rounds edges, not sizes, so that neighbours stay neighbours', () => {
  const left = roundRectangle({ x: 0.3, y: 0, width: 10.4, height: 1 });
  const right = roundRectangle({ x: 10.7, y: 0, width: 10.4, height: 1 });
  expect(left.x + left.width).toBe(right.x);
});

it('keeps canvases within the limit and never empty', () => {
  expect(canvasSize({ widthPx: 9000, heightPx: 0, tiles: [] }, 4096)).toEqual({ width: 4096, height: 1 });
  expect(canvasSize({ widthPx: Number.NaN, heightPx: 10.4, tiles: [] }, 4096)).toEqual({ width: 1, height: 10 });
});

it('finds what tiles show, and which layers are open', () => {
  const mosaic = (layer: string): Tile => ({ ...square, content: { kind: 'mosaic', layer, side: 3 } });
  const first = { widthPx: 1, heightPx: 1, tiles: [mosaic('a'), mosaic('b'), { ...square, content: { kind: 'channel', layer: 'c', channel: 0 } }] } as const;
  const second = { widthPx: 1, heightPx: 1, tiles: [mosaic('b'), { ...square, content: { kind: 'explanation' } }] } as const;
  expect(findVisible([first, second])).toEqual({ layers: new Set(['a', 'b', 'c']), openLayers: new Set(['b', 'c']), explanation: true, input: false });
  expect(findVisible([])).toEqual({ layers: new Set(), openLayers: new Set(), explanation: false, input: false });
});
