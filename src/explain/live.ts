import { abs, argMax, cast, max, mul, oneHot, relu, reshape, slice, sum, tidy, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { ExplanationKind } from '../contract/explanations';
import type { LayerId } from '../contract/ids';
import type { ActivationSet, Executor } from '../engine/executor.interface';
import type { ExplanationParameters } from './explanation';
import { requireSupported } from './network-limits';
import type { OnePassExplanation } from './one-pass';
import { explanations } from './registry';
import { isRelevance } from './score-gradient';
import { createSeed, scoreLayerOf, type ScoreTarget } from './score-target';

/** `top`: the most probable class of this very frame, found on the device so that nothing waits for a readback. */
export type LiveTarget = ScoreTarget | { readonly kind: 'top' };

/** The methods that can follow the camera. */
export const liveExplanations: readonly OnePassExplanation[] = explanations.flatMap((method) => (method.live ? [method as OnePassExplanation] : []));

/** A live method by its id. @throws AppError 'explain-unsupported' */
export function findLiveExplanation(id: string): OnePassExplanation {
  const found = liveExplanations.find((method) => method.id === id);
  if (found === undefined) throw new AppError('explain-unsupported', `'${id}' needs more than one backward pass`);
  return found;
}

/** What a frame's forward pass must keep, and which layer is explained (the input for input maps). */
export interface LiveExplanationPlan {
  readonly layer: LayerId;
  readonly taps: readonly LayerId[];
  readonly backwardTo: readonly LayerId[];
}

/**
 * Decided once for a choice of method, target and layer, not for every frame.
 *
 * @param asked  layer of a CAM method, null: the default
 * @throws AppError 'explain-unsupported' with a plain sentence when the method is undefined here
 */
export function planLiveExplanation(executor: Executor, method: OnePassExplanation, target: LiveTarget, asked: LayerId | null): LiveExplanationPlan {
  const { graph } = executor;
  const scored: ScoreTarget = target.kind === 'top' ? { kind: 'class', index: 0 } : target;
  requireSupported(method.supports(graph, scored));
  const layer = method.layerFor(executor, scored, asked);
  return { layer, taps: [layer, scoreLayerOf(graph, scored)], backwardTo: [layer] };
}

/**
 * Where a backward pass from a target starts, and with what; nothing is read back.
 *
 * @param activations   of a pass that kept the target's layer · borrowed
 * @param weighByValue  for relevance
 * @returns             the layer, and a seed of its shape · owned by the caller
 * @throws AppError 'explain-unsupported' when there is no such class, channel or place
 */
export function createLiveSeed(executor: Executor, activations: ActivationSet, target: LiveTarget, weighByValue = false): { readonly from: LayerId; readonly seed: Tensor } {
  const from = target.kind === 'unit' ? target.layer : executor.graph.logits;
  return { from, seed: seedOf(activations.get(from), target, weighByValue) };
}

function seedOf(start: Tensor, target: LiveTarget, weighByValue: boolean): Tensor {
  // A network with one answer has no other winner, and tfjs makes no one-hot of depth 1.
  if (target.kind !== 'top' || start.size === 1) return createSeed(start, target.kind === 'top' ? { kind: 'class', index: 0 } : target, weighByValue);
  return tidy(() => {
    const winner = argMax<Tensor1D>(reshape(start, [1, start.size]), 1);
    // The WASM kernel writes integers whatever dtype it is asked for.
    const one = reshape(cast(oneHot(winner, start.size, 1, 0, 'int32'), 'float32'), start.shape);
    return weighByValue ? mul(start, one) : one;
  });
}

/**
 * A frame's explanation from the frame's own forward pass: one backward pass, nothing computed twice, nothing read back.
 *
 * @param activations  a pass with the plan's taps and backwardTo · borrowed
 * @returns            `[n, h, w, c]` (input) or `[n, h', w']` (layer), f32 · owned by the caller
 * @throws AppError 'explain-unsupported' when there is no such class, channel or place
 */
export function explainLive(
  executor: Executor, activations: ActivationSet, method: OnePassExplanation, target: LiveTarget, plan: LiveExplanationPlan,
  parameters: ExplanationParameters = {},
): { readonly map: Tensor3D | Tensor4D; readonly kind: ExplanationKind; readonly signed: boolean } {
  const rule = method.ruleOf(parameters);
  const { from, seed } = createLiveSeed(executor, activations, target, isRelevance(rule));
  try {
    const gradient = executor.backward(activations, { from, seed, to: [plan.layer], rule }).get(plan.layer);
    if (gradient === undefined) throw new AppError('internal', `no gradient for '${plan.layer}'`);
    try {
      return { map: method.combine(activations.get(plan.layer), gradient, parameters), kind: method.kind, signed: method.signed };
    } finally {
      gradient.dispose();
    }
  } finally {
    seed.dispose();
  }
}

/**
 * Which class was on top, found on the device: what `top` stands for in a frame.
 *
 * @param logits  any shape with one value for each class · borrowed
 * @returns       `[1]` f32, the index of the greatest · owned by the caller
 */
export function findTopClass(logits: Tensor): Tensor1D {
  return tidy(() => cast(argMax<Tensor1D>(reshape(logits, [1, logits.size]), 1), 'float32'));
}

/**
 * A live map of one picture as it lies over the camera: sensitivities by their largest absolute value over the channels,
 * evidence by its positive part; what speaks against is seen on the frozen frame.
 *
 * @param map  `[1, h, w, c]` or `[1, h, w]` · borrowed
 * @returns    `[h, w]` f32 ≥ 0 · owned by the caller
 */
export function flattenLiveMap(map: Tensor3D | Tensor4D, method: OnePassExplanation): Tensor2D {
  const [, h, w] = map.shape;
  return tidy(() => {
    const plane = map.rank === 3 ? map : method.pixel === 'strongest' ? max(abs(map), 3)
      : method.pixel === 'only' ? slice(map, [0, 0, 0, 0], [-1, -1, -1, 1]) : sum(map, 3);
    return reshape(method.pixel === 'strongest' ? abs(plane) : relu(plane), [h, w]);
  });
}
