import type { MapShape } from '../contract/ids';
import type { SurfaceLayout, Tile } from '../contract/stage-layout';
import { roundRectangle, tileCells, type Cell, type Rectangle } from './tile-geometry';

/** A tile with what was worked out for the shape its layer has now. */
export interface PlacedTile {
  readonly tile: Tile;
  readonly area: Rectangle;
  readonly smooth: boolean;
  /** Shape for which `cells` were made; null before the first draw. */
  shape: MapShape | null;
  cells: readonly Cell[];
  /** Channels of `cells`, as the range measurement wants them. */
  channels: Int32Array;
}

/** Tiles of a layout, without cells until a shape is known. */
export function placeTiles(layout: SurfaceLayout): readonly PlacedTile[] {
  return layout.tiles.map((tile) => ({
    tile, area: roundRectangle(tile), smooth: tile.smooth ?? tile.content.kind === 'explanation',
    shape: null, cells: [], channels: new Int32Array(0),
  }));
}

/** Makes the tile's cells for `shape`; true when they changed. An explanation or input is one cell. */
export function updateCells(placed: PlacedTile, shape: MapShape): boolean {
  const known = placed.shape;
  if (known !== null && known[0] === shape[0] && known[1] === shape[1] && known[2] === shape[2]) return false;
  const { content } = placed.tile;
  const whole = content.kind === 'explanation' || content.kind === 'input';
  placed.cells = whole ? [{ ...placed.area, channel: 0 }] : tileCells(placed.tile, content, shape);
  placed.channels = Int32Array.from(placed.cells, (cell) => cell.channel);
  placed.shape = shape;
  return true;
}
