import type { LayerId } from './ids';
import type { ColourMap, MapScale } from './session-spec';

/**
 * What is drawn where. The window decides (it knows the page), the worker draws. A *surface* is one canvas;
 * it holds *tiles*, in device pixels of that canvas. Scrolling lists are made of a pool of page-sized surfaces that the
 * browser scrolls natively; a surface that left the view is given new tiles while it is out of sight.
 */
export type TileContent =
  /** One feature map. */
  | { readonly kind: 'channel'; readonly layer: LayerId; readonly channel: number }
  /** Thumbnail of a whole layer: up to `side * side` evenly spaced channels (a vector: all its values) in one square. */
  | { readonly kind: 'mosaic'; readonly layer: LayerId; readonly side: number }
  /** The explanation, transparent where there is no evidence; smooth interpolation. */
  | { readonly kind: 'explanation' }
  /** The picture as the network receives it (de-normalised). */
  | { readonly kind: 'input' };

export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly content: TileContent;
  /** True: bilinear; false: nearest neighbour, crisp pixels. Default: false (explanation: true). */
  readonly smooth?: boolean;
}

export interface SurfaceLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly tiles: readonly Tile[];
  /** False: scrolled out of sight, kept ready for when it comes back; may be drawn less often than every frame. Default: true. */
  readonly inView?: boolean;
}

/** How maps become colours; the same for all surfaces. */
export interface DrawStyle {
  readonly scale: MapScale;
  readonly colourMap: ColourMap;
}
