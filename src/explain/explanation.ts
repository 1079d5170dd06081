import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { InputSpec } from '../contract/card';
import type { ExplanationFacts, ExplanationKind } from '../contract/explanations';
import type { LayerId } from '../contract/ids';
import type { JobMap, JobNote } from '../contract/jobs';
import type { Executor } from '../engine/executor.interface';
import type { NetworkGraph } from '../graph/network-graph';
import type { ScoreTarget } from './score-target';

export type { ExplanationKind } from '../contract/explanations';

/** Settings by name, as each method's `parameters` describes them; what is missing takes its default. A `JobParameters` is one. */
export type ExplanationParameters = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** How pixels became network input. */
export interface PixelFacts extends Pick<InputSpec, 'mean' | 'std' | 'channelOrder'> {
  /**
   * Of an array: for each channel, in the network's order and before mean and std, what stands for black and for white, its least
   * and largest value. Missing: a picture's 0 and 255.
   */
  readonly range?: { readonly low: readonly number[]; readonly high: readonly number[] };
}

export interface ExplanationRequest {
  readonly executor: Executor;
  /** `[n, h, w, c]` f32, preprocessed · borrowed for as long as the generator runs. Pictures of a batch do not see each other. */
  readonly input: Tensor4D;
  readonly target: ScoreTarget;
  /** Layer of a CAM method; null: the last spatial layer before the score. Ignored by methods that choose none. */
  readonly layer: LayerId | null;
  readonly parameters: ExplanationParameters;
  /** For methods that paint (black, box of possible values). Missing: black is 0, the box is the picture's own range. */
  readonly pixels?: PixelFacts;
  /** Tensors given instead of made, `[k, h, w, c]` and `[n or 1, h, w, c]` f32 · borrowed. */
  readonly given?: { readonly noise?: Tensor4D; readonly baseline?: Tensor4D };
  /** Pictures that a sampling method may put into one forward pass (1). More is faster on a GPU and yields more seldom. */
  readonly picturesPerPass?: number;
}

/** One yield of a method: how far it is, 0..1. After it the camera gets its turn, and the job can be cancelled. */
export interface ExplanationProgress {
  readonly fraction: number;
  readonly note: JobNote;
  /** The map so far, of the first picture. Call and await it before the generator is resumed, a few times a second at most: it reads back. */
  readonly partial?: () => Promise<JobMap>;
}

export interface ExplanationMap {
  readonly kind: ExplanationKind;
  /** `[n, h, w, c]` (input; c = 1 where the method reduces the channels itself) or `[n, h', w']` (layer), f32 · owned by the caller. */
  readonly map: Tensor4D | Tensor3D;
  /** The layer that decided the map: the one a CAM method explained, or whose Grad-CAM masks it (guided Grad-CAM); null where no layer was looked at. */
  readonly layer: LayerId | null;
  /** The explained score of each picture: a logit, a difference of two, or an activation. */
  readonly scores: Float32Array;
  readonly note: JobNote;
}

/** A method: yields progress, returns the map. Dropping the generator (`return()`) frees what it holds. */
export interface Explanation extends ExplanationFacts {
  /** Why the method is undefined from this score down (one plain sentence), or null. @param target  missing: any class */
  supports(graph: NetworkGraph, target?: ScoreTarget): string | null;
  /**
   * Forward and backward passes with these settings, for one picture.
   * @param layer   as in the request; left out or null: the default
   * @param target  left out: any class
   * @throws AppError 'explain-unsupported' for a setting out of range
   */
  cost(graph: NetworkGraph, parameters: ExplanationParameters, layer?: LayerId | null, target?: ScoreTarget): number;
  /** @throws AppError 'explain-unsupported' with the sentence of `supports`, or for a setting out of range */
  run(request: ExplanationRequest): AsyncGenerator<ExplanationProgress, ExplanationMap, void>;
}
