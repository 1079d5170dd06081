/** What the window knows about each method: plain JSON, sent by the worker for the network it holds. */

export interface NumberParameter {
  readonly kind: 'number';
  readonly name: string;
  readonly label: string;
  /** What it does, for everyone; one sentence. */
  readonly plain: string;
  /** null: chosen from the picture, as `plain` says. */
  readonly default: number | null;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

export interface ChoiceParameter {
  readonly kind: 'choice';
  readonly name: string;
  readonly label: string;
  readonly plain: string;
  readonly default: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

export interface FlagParameter {
  readonly kind: 'flag';
  readonly name: string;
  readonly label: string;
  readonly plain: string;
  readonly default: boolean;
}

export type ParameterDescription = NumberParameter | ChoiceParameter | FlagParameter;

/** The paper whose definition is meant. */
export interface PaperReference {
  readonly authors: string;
  readonly year: number;
  readonly title: string;
  /** arXiv number without prefix, or null. */
  readonly arxiv: string | null;
  readonly doi: string | null;
  /** Where in the paper: `eq. 1 and 2`. */
  readonly equation: string;
}

/** What a map covers: the input, `[n, h, w, c]`, or one layer, `[n, h', w']`. */
export type ExplanationKind = 'input' | 'layer';

/**
 * What one value of a map is, and so how it may be read.
 *
 * - `evidence`: a part of the score, or what the score loses without it; above 0 speaks for it, below 0 against it
 * - `excitation`: a part of the score, counting only what raised it; of the score's own sign, but for traces from additions whose summands differ in sign
 * - `sensitivity`: how fast the score changes with the pixel
 * - `spread`: how much that changes under noise
 * - `modified-gradient`: a gradient whose rule was changed on the way; a derivative of nothing
 * - `pattern`: a place along the strongest pattern of a layer, centred on 0
 * - `weighted-maps`: activity, averaged over maps that all count for something
 * - `kept-score`: mean score while the place was visible; only differences within the map mean something
 */
export type MapMeaning = (typeof mapMeanings)[number];
export const mapMeanings = ['evidence', 'excitation', 'sensitivity', 'spread', 'modified-gradient', 'pattern', 'weighted-maps', 'kept-score'] as const;

export interface ExplanationFacts {
  readonly id: string;
  readonly name: string;
  /** The formula in one line, in words and symbols. */
  readonly definition: string;
  readonly kind: ExplanationKind;
  /** True: the map's own values have both signs; false: never below 0. What is drawn: `isPlaneSigned` of `map-plane.ts`. */
  readonly signed: boolean;
  /** How an input map's channels become one value for each pixel on screen: their sum, the largest absolute value, or the one value that every channel holds. */
  readonly pixel: 'sum' | 'strongest' | 'only';
  readonly meaning: MapMeaning;
  readonly paper: PaperReference;
  readonly parameters: readonly ParameterDescription[];
  /** True: one forward and one backward pass, so that it can follow the camera. */
  readonly live: boolean;
  /** True: the person may choose the layer (Grad-CAM and its family). */
  readonly choosesLayer: boolean;
}

export interface ExplanationDescription extends ExplanationFacts {
  /** One plain sentence: why the method is undefined for this network; null: it is fine. */
  readonly unsupported: string | null;
  /** Forward and backward passes with the default settings. */
  readonly cost: number;
}
