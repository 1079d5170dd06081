import { AppError } from '../../contract/errors';
import type { SurfaceLayout } from '../../contract/stage-layout';
import { placeTiles, type PlacedTile } from '../placed-tile';
import { canvasSize, type Rectangle } from '../tile-geometry';
import type { PixelTarget } from './paint';

/** Largest side of a 2D canvas that every browser can still hold. */
const canvasLimitPx = 4096;

/** One canvas: its context, its tiles and the pixels painted for it. Owned by the renderer. */
export class Canvas2dSurface {
  readonly context: OffscreenCanvasRenderingContext2D;
  readonly #canvas: OffscreenCanvas;
  #layout: SurfaceLayout;
  #image: ImageData | null = null;
  #target: PixelTarget | null = null;
  /** Around all that is painted: the only part that changes from draw to draw. */
  #painted: Rectangle = { x: 0, y: 0, width: 0, height: 0 };
  tiles: readonly PlacedTile[] = [];
  /** False: what is on the canvas is from before the last layout or was cleared. */
  drawn = false;

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
    this.tiles = placeTiles(layout);
    this.drawn = false;
    this.#painted = boundTiles(this.tiles, width, height);
    if (!this.tiles.some(isPainted)) {
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
    const { x, y, width, height } = this.#painted;
    // After a new layout all of it, for old tiles may have been elsewhere.
    if (this.#image === null) this.context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    else if (this.drawn) this.context.putImageData(this.#image, 0, 0, x, y, width, height);
    else this.context.putImageData(this.#image, 0, 0);
    this.drawn = true;
  }

  clear(): void {
    this.drawn = false;
    this.#target?.pixels.fill(0);
    this.context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }
}

function isPainted({ tile }: PlacedTile): boolean {
  return tile.content.kind !== 'explanation';
}

/** Smallest rectangle, within the canvas, around all tiles: explanations lie on what is painted, and what they covered is painted anew. */
function boundTiles(tiles: readonly PlacedTile[], width: number, height: number): Rectangle {
  let left = width;
  let top = height;
  let right = 0;
  let bottom = 0;
  for (const { area } of tiles) {
    left = Math.min(left, Math.max(0, area.x));
    top = Math.min(top, Math.max(0, area.y));
    right = Math.max(right, Math.min(width, area.x + area.width));
    bottom = Math.max(bottom, Math.min(height, area.y + area.height));
  }
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}
