import type { MapShape } from '../../contract/ids';
import { AppError } from '../../contract/errors';
import type { SurfaceLayout, Tile } from '../../contract/stage-layout';
import { canvasSize, roundRectangle, tileCells, type Cell, type Rectangle } from '../tile-geometry';
import type { PixelTarget } from './paint';

/** Largest side of a 2D canvas that every browser can still hold. */
const canvasLimitPx = 4096;

/** A tile with what was worked out for the shape of its layer. */
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

/** One canvas: its context, its tiles and the pixels painted for it. Owned by the renderer. */
export class Canvas2dSurface {
  readonly context: OffscreenCanvasRenderingContext2D;
  readonly #canvas: OffscreenCanvas;
  #layout: SurfaceLayout;
  #image: ImageData | null = null;
  #target: PixelTarget | null = null;
  tiles: readonly PlacedTile[] = [];

  /** @throws AppError 'internal' when the canvas already has a context of another kind */
  constructor(canvas: OffscreenCanvas, layout: SurfaceLayout) {
    const context = canvas.getContext('2d');
    if (context === null) throw new AppError('internal', 'the canvas gives no 2d context');
    this.#canvas = canvas;
    this.context = context;
    this.#layout = layout;
    this.place(layout);
  }

  get layout(): SurfaceLayout {
    return this.#layout;
  }

  /** New tiles, and a new size when it changed; what is on screen stays until the next draw unless the size changed. */
  place(layout: SurfaceLayout): void {
    this.#layout = layout;
    const { width, height } = canvasSize(layout, canvasLimitPx);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.tiles = layout.tiles.map((tile) => ({
      tile, area: roundRectangle(tile), smooth: tile.smooth ?? tile.content.kind === 'explanation',
      shape: null, cells: [], channels: new Int32Array(0),
    }));
    const painted = this.tiles.some(({ tile }) => tile.content.kind !== 'explanation');
    if (!painted) {
      this.#image = null;
      this.#target = null;
    } else if (this.#image === null || this.#image.width !== width || this.#image.height !== height) {
      this.#image = new ImageData(width, height);
      this.#target = { pixels: new Uint32Array(this.#image.data.buffer), width, height };
    } else {
      this.#target?.pixels.fill(0);
    }
  }

  /** Pixels of the whole surface; null where only explanations are shown. */
  get target(): PixelTarget | null {
    return this.#target;
  }

  /** Shows the painted pixels, or empties the canvas where there are none. */
  present(): void {
    if (this.#image === null) this.context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    else this.context.putImageData(this.#image, 0, 0);
  }

  clear(): void {
    this.#target?.pixels.fill(0);
    this.context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }
}

/** Cells of a tile for the shape its layer has now; made anew only when the shape changed. */
export function cellsFor(placed: PlacedTile, shape: MapShape): readonly Cell[] {
  const known = placed.shape;
  if (known === null || known[0] !== shape[0] || known[1] !== shape[1] || known[2] !== shape[2]) {
    placed.cells = tileCells(placed.tile, placed.tile.content, shape);
    placed.channels = Int32Array.from(placed.cells, (cell) => cell.channel);
    placed.shape = shape;
  }
  return placed.cells;
}
