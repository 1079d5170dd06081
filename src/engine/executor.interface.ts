import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerId } from '../contract/ids';
import type { NetworkGraph } from '../graph/network-graph';
import type { Operation } from '../graph/ops';

/** How a backward pass treats nonlinearities and linear layers (`methods.md`, `vectors/README.md`). */
export type BackwardRule =
  | { readonly kind: 'gradient' }
  | { readonly kind: 'guided' }
  | { readonly kind: 'deconvnet' }
  | { readonly kind: 'lrp-epsilon'; readonly epsilon: number }
  | { readonly kind: 'lrp-alpha1-beta0' }
  /** Contributions of the output's own sign count 1 + gamma times; epsilon is for sums and averages. Montavon et al. 2019, section 10.2.1. */
  | { readonly kind: 'lrp-gamma'; readonly gamma: number; readonly epsilon: number }
  /** For a layer that reads pixels between `low` and `high` (of the step's input shape, borrowed). Montavon et al. 2017, z^B. */
  | { readonly kind: 'lrp-box'; readonly low: Tensor; readonly high: Tensor }
  /** For a value that is only rescaled channel by channel (preprocessing inside the network): relevance follows the element. */
  | { readonly kind: 'lrp-pass' }
  /** Multipliers against another pass of the same plan. Shrikumar et al. 2017, rescale rule. */
  | { readonly kind: 'deep-lift'; readonly reference: ActivationSet };

/** One step of a backward pass, for those that choose the rule by layer. */
export interface RuleSite {
  readonly layer: LayerId;
  readonly operation: Operation;
  readonly inputs: readonly LayerId[];
  readonly outputShape: readonly number[];
}

export type RuleAt = (site: RuleSite) => BackwardRule;

/**
 * `live`: batch norm folded, activations fused into their convolution unless the value between is tapped.
 * `inspect`: every node runs as in the file and every value can be tapped.
 */
export type PlanMode = 'live' | 'inspect';

export interface ForwardOptions {
  readonly mode: PlanMode;
  /** Layers whose values are kept in the result; others are freed as soon as their last consumer ran. */
  readonly taps: ReadonlySet<LayerId>;
  /** Keep also what a backward pass from `logits` down to these layers needs. */
  readonly backwardTo?: ReadonlySet<LayerId>;
  /** Compute no further than this layer (and the taps); it is kept as if tapped, and there are no logits. */
  readonly until?: LayerId;
}

/** Owns the tensors of one forward pass. Disposed by whoever called `forward`. */
export interface ActivationSet {
  /** Borrowed: valid until `dispose`. `[n, h, w, c]` or `[n, c]`. @throws AppError 'layer-unknown' when it was not tapped */
  get(layer: LayerId): Tensor;
  has(layer: LayerId): boolean;
  /** `[n, classes]`, borrowed. @throws AppError 'layer-unknown' when the pass was stopped before them */
  readonly logits: Tensor;
  dispose(): void;
}

export interface BackwardRequest {
  /** Where relevance starts and its value there; shape of that layer's activation. Borrowed. */
  readonly from: LayerId;
  readonly seed: Tensor;
  readonly to: readonly LayerId[];
  readonly rule: BackwardRule;
  /** Another rule of the same family for single layers (composite LRP); missing: `rule` everywhere. */
  readonly ruleAt?: RuleAt;
}

/**
 * Runs one graph on the current tfjs backend. Synchronous: on WebGPU it only records work. The `…InSteps` forms do the same to
 * the bit and pause every few milliseconds of work, yielding the part that is done (0..1, a little behind); a generator that is
 * dropped half way (`return()`) frees everything. What they borrow must stay until their end. No pause lies inside a tidy.
 */
export interface Executor {
  readonly graph: NetworkGraph;
  /** Layers that exist as values in this mode without extra taps, in order (the rail shows these). */
  layers(mode: PlanMode): readonly LayerId[];
  /** @param input `[n, h, w, c]` f32, preprocessed · borrowed @throws AppError 'input-mismatch' */
  forward(input: Tensor4D, options: ForwardOptions): ActivationSet;
  forwardInSteps(input: Tensor4D, options: ForwardOptions): Generator<number, ActivationSet, void>;
  /** @returns one tensor for each of `to`, owned by the caller @throws AppError 'explain-unsupported' | 'layer-unknown' */
  backward(activations: ActivationSet, request: BackwardRequest): Map<LayerId, Tensor>;
  backwardInSteps(activations: ActivationSet, request: BackwardRequest): Generator<number, Map<LayerId, Tensor>, void>;
  /** Frees weights. Idempotent. */
  dispose(): void;
}
