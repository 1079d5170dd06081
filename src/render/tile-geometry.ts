import type { LayerId, MapShape } from '../contract/ids';
import type { SurfaceLayout, TileContent } from '../contract/stage-layout';

/** One rectangle of a surface that shows one channel, in device pixels of the surface (whole numbers). */
export interface Cell {
  readonly channel: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Part of a surface, in its device pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** True for `[1, 1, n]`: a vector, whose channels are single values and share one range. */
export function isVector(shape: MapShape): boolean {
  return shape[0] === 1 && shape[1] === 1;
}

/** Rectangle with whole edges, none of which moves by more than half a pixel. */
export function roundRectangle({ x, y, width, height }: Rectangle): Rectangle {
  const left = Math.round(x);
  const top = Math.round(y);
  return { x: left, y: top, width: Math.max(0, Math.round(x + width) - left), height: Math.max(0, Math.round(y + height) - top) };
}

/** `count` of `channels` channel indices, evenly spaced from 0; all of them when there are no more. */
export function spacedChannels(channels: number, count: number): readonly number[] {
  const shown = Math.min(channels, Math.max(0, count));
  return Array.from({ length: shown }, (_, index) => Math.floor((index * channels) / shown));
}

/**
 * Cells of a tile that shows `shape`. A channel fills its tile. A mosaic is a near-square grid of up to `side * side`
 * evenly spaced channels (a vector: of all its values), centred, with a gap of one pixel where cells are 8 px or larger.
 */
export function tileCells(tile: Rectangle, content: TileContent, shape: MapShape): readonly Cell[] {
  const area = roundRectangle(tile);
  if (content.kind === 'channel') {
    return content.channel >= 0 && content.channel < shape[2] ? [{ ...area, channel: content.channel }] : [];
  }
  if (content.kind !== 'mosaic') return [];
  const channels = spacedChannels(shape[2], isVector(shape) ? shape[2] : content.side * content.side);
  const columns = Math.max(1, Math.ceil(Math.sqrt(channels.length)));
  const rows = Math.ceil(channels.length / columns);
  const gap = Math.min(area.width, area.height) / columns >= 8 ? 1 : 0;
  const stepX = (area.width + gap) / columns;
  const stepY = (area.height + gap) / columns;
  const top = area.y + ((columns - rows) * stepY) / 2;
  return channels.map((channel, index) => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    const x = area.x + Math.round(column * stepX);
    const y = Math.round(top + row * stepY);
    return {
      channel, x, y,
      width: Math.max(0, area.x + Math.round((column + 1) * stepX) - gap - x),
      height: Math.max(0, Math.round(top + (row + 1) * stepY) - gap - y),
    };
  });
}

/** Size of a canvas for a layout: whole, at least 1, at most `limitPx`. */
export function canvasSize(layout: SurfaceLayout, limitPx: number): { readonly width: number; readonly height: number } {
  const clamp = (value: number): number => Math.max(1, Math.min(limitPx, Math.round(value) || 1));
  return { width: clamp(layout.widthPx), height: clamp(layout.heightPx) };
}

/** What tiles show, all surfaces together; worked out when a layout changes, asked for with every frame. */
export interface Visibility {
  readonly layers: ReadonlySet<LayerId>;
  /** Layers with a channel tile, and those on several tiles: every channel of theirs is measured. */
  readonly openLayers: ReadonlySet<LayerId>;
  readonly explanation: boolean;
  readonly input: boolean;
}

/** What the tiles of these layouts show. */
export function findVisible(layouts: Iterable<SurfaceLayout>): Visibility {
  const layers = new Set<LayerId>();
  const openLayers = new Set<LayerId>();
  const kinds = new Set<TileContent['kind']>();
  for (const { tiles } of layouts) {
    for (const { content } of tiles) {
      kinds.add(content.kind);
      if (content.kind !== 'channel' && content.kind !== 'mosaic') continue;
      if (content.kind === 'channel' || layers.has(content.layer)) openLayers.add(content.layer);
      layers.add(content.layer);
    }
  }
  return { layers, openLayers, explanation: kinds.has('explanation'), input: kinds.has('input') };
}
