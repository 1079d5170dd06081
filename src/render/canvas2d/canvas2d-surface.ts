import { AppError } from '../../contract/errors';
import type { SurfaceLayout } from '../../contract/stage-layout';
import { placeTiles, type PlacedTile } from '../placed-tile';
import { canvasSize } from '../tile-geometry';
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
    this.tiles = placeTiles(layout);
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
