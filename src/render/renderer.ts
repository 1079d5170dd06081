import type { LayerId, MapShape, SurfaceId } from '../contract/ids';
import type { DrawStyle, SurfaceLayout } from '../contract/stage-layout';

/** Values of one layer for the frame being drawn, borrowed for the duration of `draw`. Exactly one of values/buffer is used by a tier. */
export interface LayerView {
  readonly shape: MapShape;
  readonly signed: boolean;
  /** WASM tier: `[h, w, c]` f32, row major; called only for layers that are visible. */
  readonly values?: () => Float32Array;
  /** WebGPU tier: the activation's own buffer, `[h, w, c]` f32 from `byteOffset`. */
  readonly buffer?: GPUBuffer;
  readonly byteOffset?: number;
}

/** Everything that one draw shows; borrowed for its duration. */
export interface RenderInput {
  readonly layers: ReadonlyMap<LayerId, LayerView>;
  /** `[h, w, 1]`: ≥ 0 for localisation maps and saliency; null: nothing is drawn (cleared). */
  readonly explanation: LayerView | null;
  /** Network input `[h, w, c]`, with what undoes the normalisation (pixel = value * std + mean, 0..255). */
  readonly input: { readonly view: LayerView; readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  readonly style: DrawStyle;
  /** True: a single picture, no next frame to settle in: value ranges are taken as they are instead of being smoothed. */
  readonly still?: boolean;
}

/** Lowest and highest value of what a colour bar shows. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** Draws tiles on the surfaces it was given. One per worker; owns its contexts, pipelines and scratch memory. */
export interface Renderer {
  attach(surface: SurfaceId, canvas: OffscreenCanvas, layout: SurfaceLayout): void;
  layout(surface: SurfaceId, layout: SurfaceLayout): void;
  detach(surface: SurfaceId): void;
  /** Layers that some tile shows now: the worker taps these. */
  visibleLayers(): ReadonlySet<LayerId>;
  showsExplanation(): boolean;
  showsInput(): boolean;
  /** Draws every surface once. Steady state allocates nothing on the GPU. */
  draw(input: RenderInput): void;
  /** Range of a layer (or one channel of it) as last drawn, smoothed like the drawing; for the colour bar. */
  readRange(layer: LayerId, channel: number | null): Promise<ValueRange | null>;
  /** Empties every surface (network switch, stop). */
  clear(): void;
  dispose(): void;
}
