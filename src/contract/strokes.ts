import type { CropSquare } from './frames';

/** A place of the network's square as the person sees it (mirrored where the picture is), 0..1 from its top left. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
}

/** One thing painted over a frozen picture. Radii are parts of the square's side. */
export type Stroke =
  /** `erase`: the square's mean colour; `blur`: so soft that nothing can be recognised. */
  | { readonly tool: 'erase' | 'blur'; readonly points: readonly StrokePoint[]; readonly radius: number }
  /** A disc goes elsewhere; the mean colour stays behind. */
  | { readonly tool: 'move'; readonly from: StrokePoint; readonly to: StrokePoint; readonly radius: number };

/** A picture and what is painted over it, in order. */
export interface Painting {
  /** Pixels of the whole picture, not mirrored. */
  readonly picture: ImageBitmap;
  /** The square that points and radii refer to, pixels of the picture. */
  readonly crop: CropSquare;
  readonly mirror: boolean;
  readonly strokes: readonly Stroke[];
}
