import type { JobId, LayerId } from './ids';
import type { ExplanationTarget } from './session-spec';

/** Settings of a method; names and defaults as in `explain/explanation.ts`. Plain JSON. */
export type JobParameters = Readonly<Record<string, number | string | boolean>>;

/** Explain the frame on screen with any method of the registry. */
export interface ExplainJob {
  readonly kind: 'explain';
  readonly method: string;
  readonly target: ExplanationTarget;
  /** Layer of a CAM method; null: the default. */
  readonly layer: LayerId | null;
  readonly parameters: JobParameters;
}

/** Deletion and insertion curves of a map that an earlier `explain` job made, beside a random order. Petsiuk et al. 2018. */
export interface FaithfulnessJob {
  readonly kind: 'faithfulness';
  /** The finished `explain` job whose map is judged. */
  readonly of: JobId;
  readonly steps: number;
  /** False: without the random order, whose curves are then empty and areas 0. */
  readonly random: boolean;
}

/** Cascading randomisation from the top: rank correlation of the method's map after each layer. Adebayo et al. 2018. */
export interface SanityJob {
  readonly kind: 'sanity';
  readonly of: JobId;
  readonly seed: number;
}

export type Job = ExplainJob | FaithfulnessJob | SanityJob;

/** What a running method knows about its own quality. */
export interface JobNote {
  /** Steps or samples done and wanted; null where a method has none. */
  readonly steps: { readonly done: number; readonly of: number } | null;
  /** Integrated gradients, DeepLIFT: sum of the map minus (F(x) - F(baseline)), in logits. */
  readonly completenessGap?: number;
  /** Sampling methods: mean standard error of the map, in the map's unit. */
  readonly standardError?: number;
  /** Settings in force in place of those that were asked for, which do not fit this network or picture, by their names. */
  readonly inForce?: JobParameters;
}

export interface JobMap {
  /** `[h, w, c]` of an input map (signed), `[h, w]` of a layer map. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface ExplainResult {
  readonly kind: 'explain';
  readonly method: string;
  /** `input`: one value for each input element; `layer`: a map at the layer's resolution. */
  readonly covers: 'input' | 'layer';
  readonly map: JobMap;
  /** The layer that decided the map, also of an input map (guided Grad-CAM); null where no layer was looked at. */
  readonly layer: LayerId | null;
  /** The explained class, or null where a unit is explained. */
  readonly targetIndex: number | null;
  /** The explained score: a logit, a difference of two, or an activation. */
  readonly score: number;
  readonly min: number;
  readonly max: number;
  readonly note: JobNote;
  readonly durationMs: number;
  /** Side of the network's input in pixels and the sequence of the frame it belongs to. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly sequence: number;
}

export interface FaithfulnessResult {
  readonly kind: 'faithfulness';
  /** Probability of the target (of a difference: of the first class where exactly one of the two is right) after each part is removed (or shown), from 0 to 1 of the pixels; `steps + 1` values. */
  readonly deletion: readonly number[];
  readonly insertion: readonly number[];
  readonly randomDeletion: readonly number[];
  readonly randomInsertion: readonly number[];
  /** Areas under the four curves, 0..1. Deletion: smaller is better; insertion: larger is better. */
  readonly areas: { readonly deletion: number; readonly insertion: number; readonly randomDeletion: number; readonly randomInsertion: number };
}

export interface SanityResult {
  readonly kind: 'sanity';
  /** Top down: Spearman correlation of |map| with the original after the layers up to this one were randomised. */
  readonly steps: readonly { readonly layer: LayerId; readonly correlation: number }[];
  /** False: the map hardly changed although the network forgot its upper layers, or all of them; the method does not show what was learned there. */
  readonly dependsOnWeights: boolean;
}

export type JobResult = ExplainResult | FaithfulnessResult | SanityResult;
