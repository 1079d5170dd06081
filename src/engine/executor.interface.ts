import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayerId } from '../contract/ids';
import type { NetworkGraph } from '../graph/network-graph';

/** How a backward pass treats nonlinearities and linear layers (`methods.md`, `vectors/README.md`). */
export type BackwardRule =
  | { readonly kind: 'gradient' }
  | { readonly kind: 'guided' }
  | { readonly kind: 'deconvnet' }
  | { readonly kind: 'lrp-epsilon'; readonly epsilon: number }
  | { readonly kind: 'lrp-alpha1-beta0' };

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
}

/** Owns the tensors of one forward pass. Disposed by whoever called `forward`. */
export interface ActivationSet {
  /** Borrowed: valid until `dispose`. `[n, h, w, c]` or `[n, c]`. @throws AppError 'layer-unknown' when it was not tapped */
  get(layer: LayerId): Tensor;
  has(layer: LayerId): boolean;
  readonly logits: Tensor;
  dispose(): void;
}

export interface BackwardRequest {
  /** Where relevance starts and its value there; shape of that layer's activation. Borrowed. */
  readonly from: LayerId;
  readonly seed: Tensor;
  readonly to: readonly LayerId[];
  readonly rule: BackwardRule;
}

/** Runs one graph on the current tfjs backend. Synchronous: on WebGPU it only records work. */
export interface Executor {
  readonly graph: NetworkGraph;
  /** Layers that exist as values in this mode without extra taps, in order (the rail shows these). */
  layers(mode: PlanMode): readonly LayerId[];
  /** @param input `[n, h, w, c]` f32, preprocessed · borrowed @throws AppError 'input-mismatch' */
  forward(input: Tensor4D, options: ForwardOptions): ActivationSet;
  /** @returns one tensor for each of `to`, owned by the caller @throws AppError 'explain-unsupported' | 'layer-unknown' */
  backward(activations: ActivationSet, request: BackwardRequest): Map<LayerId, Tensor>;
  /** Frees weights. Idempotent. */
  dispose(): void;
}
