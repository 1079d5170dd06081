import type { Painting } from './strokes';

/** What the side worker does for the window: work that knows no network and would hold the window up. */
export interface SideApi {
  /**
   * The picture with its strokes; of the picture's own size.
   *
   * @returns owned by the caller
   * @throws AppError 'out-of-memory' without a drawing context
   */
  paint(painting: Painting): Promise<ImageBitmap>;
}
