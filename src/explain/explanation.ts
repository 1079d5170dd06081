import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerId } from '../contract/ids';
import type { Executor } from '../engine/executor.interface';

/** What a map covers: the input, `[n, h, w, c]` and signed, or one layer, `[n, h', w']` and ≥ 0. */
export type ExplanationKind = 'input' | 'layer';

export interface ExplanationRequest {
  readonly executor: Executor;
  /** `[n, h, w, c]` f32, preprocessed · borrowed for as long as the generator runs. */
  readonly input: Tensor4D;
  /** Index of the explained class; the score is its logit. */
  readonly target: number;
  /** Layer of a CAM method; null: the last spatial layer. Ignored by methods of kind `input`. */
  readonly layer: LayerId | null;
  readonly parameters: ExplanationParameters;
}

/** Settings of the methods; each names its default where it is not given. */
export interface ExplanationParameters {
  /** Integrated gradients: number of midpoint steps (50). */
  readonly steps?: number;
  /** Integrated gradients: value of every element of the baseline, in network units (0). */
  readonly baseline?: number;
  /** SmoothGrad: number of noisy copies (25). */
  readonly samples?: number;
  /** SmoothGrad: standard deviation of the noise as a part of max x - min x (0.15). */
  readonly sigma?: number;
  /** SmoothGrad: the noise itself instead of drawing it, `[k, h, w, c]` f32 · borrowed. */
  readonly noise?: Tensor4D;
  readonly seed?: number;
  /** LRP: the stabiliser (0.01). Grad-CAM++: the constant in its denominator (1e-7). */
  readonly epsilon?: number;
}

/** One yield of a method: how far it is, 0..1. After it the camera gets its turn, and the job can be cancelled. */
export interface ExplanationProgress {
  readonly fraction: number;
}

export interface ExplanationMap {
  readonly kind: ExplanationKind;
  /** `[n, h, w, c]` (input) or `[n, h', w']` (layer), f32 · owned by the caller. */
  readonly map: Tensor4D | Tensor3D;
  /** The layer a CAM method explained; null for input maps. */
  readonly layer: LayerId | null;
}

/** A method: yields progress, returns the map. Dropping the generator (`return()`) frees what it holds. */
export interface Explanation {
  readonly id: string;
  readonly kind: ExplanationKind;
  run(request: ExplanationRequest): AsyncGenerator<ExplanationProgress, ExplanationMap, void>;
}
