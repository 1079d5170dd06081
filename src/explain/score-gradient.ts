import { mul, tensor2d, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { ActivationSet, BackwardRule, Executor } from '../engine/executor.interface';

/**
 * Where a backward pass from a class score starts: 1 (or the logit itself, for LRP) at the target, 0 elsewhere.
 *
 * @param logits  `[n, classes]` f32 · borrowed
 * @returns       `[n, classes]` f32 · owned by the caller
 * @throws AppError 'explain-unsupported' when there is no such class
 */
export function createScoreSeed(logits: Tensor, target: number, weighByLogit = false): Tensor {
  const [n = 1, classes = 0] = logits.shape;
  if (!Number.isInteger(target) || target < 0 || target >= classes) {
    throw new AppError('explain-unsupported', `class ${target} of ${classes}`);
  }
  // Not tfjs's oneHot: on WASM it writes the bits of int32 into a float32 tensor.
  const values = new Float32Array(n * classes);
  for (let picture = 0; picture < n; picture += 1) values[picture * classes + target] = 1;
  return tidy(() => {
    const one = tensor2d(values, [n, classes]);
    return weighByLogit ? mul(logits, one) : one;
  });
}

/**
 * One forward and one backward pass: dS/dA of the target's logit S under a rule.
 *
 * @param input  `[n, h, w, c]` f32 · borrowed
 * @returns      the gradient at `layer`, of its shape, and the layer's activation; both owned by the caller
 */
export function differentiateScore(
  executor: Executor, input: Tensor4D, target: number, layer: LayerId, rule: BackwardRule,
): { readonly gradient: Tensor; readonly activation: Tensor } {
  const { graph } = executor;
  const activations: ActivationSet = executor.forward(input, { mode: 'live', taps: new Set([layer]), backwardTo: new Set([layer]) });
  const relevance = rule.kind === 'lrp-epsilon' || rule.kind === 'lrp-alpha1-beta0';
  let seed: Tensor | null = null;
  try {
    seed = createScoreSeed(activations.logits, target, relevance);
    const found = executor.backward(activations, { from: graph.logits, seed, to: [layer], rule }).get(layer);
    if (found === undefined) throw new AppError('internal', `no gradient at '${layer}'`);
    return { gradient: found, activation: activations.get(layer).clone() };
  } finally {
    seed?.dispose();
    activations.dispose();
  }
}

/** The gradient at the input alone, `[n, h, w, c]`, owned by the caller. */
export function differentiateInput(executor: Executor, input: Tensor4D, target: number, rule: BackwardRule = { kind: 'gradient' }): Tensor4D {
  const { gradient, activation } = differentiateScore(executor, input, target, executor.graph.input, rule);
  activation.dispose();
  return gradient as Tensor4D;
}
