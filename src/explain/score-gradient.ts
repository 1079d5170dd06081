import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { ActivationSet, BackwardRule, Executor, RuleAt } from '../engine/executor.interface';
import { within } from './in-steps';
import { createSeed, readScore, scoreLayerOf, type ScoreTarget } from './score-target';

/** What is run and what is explained. */
export interface ScoreRequest {
  readonly executor: Executor;
  /** `[n, h, w, c]` f32 · borrowed */
  readonly input: Tensor4D;
  readonly target: ScoreTarget;
}

/**
 * Where a backward pass from a class score starts: 1 (or the logit itself, for LRP) at the target, 0 elsewhere.
 *
 * @param logits  `[n, classes]` f32 · borrowed
 * @returns       `[n, classes]` f32 · owned by the caller
 * @throws AppError 'explain-unsupported' when there is no such class
 */
export function createScoreSeed(logits: Tensor, target: number, weighByLogit = false): Tensor {
  return createSeed(logits, { kind: 'class', index: target }, weighByLogit);
}

/** True for the rules that start from the score's value and conserve it. */
export function isRelevance(rule: BackwardRule): boolean {
  return rule.kind.startsWith('lrp-');
}

/**
 * The backward pass of a score whose forward pass was done, in steps: yields the part that is done.
 *
 * @param activations  a pass that kept the score's layer and went with `backwardTo` the layer · borrowed until the end
 * @returns            gradient or relevance at `layer`, of its shape · owned by the caller
 */
export function* goBack(
  executor: Executor, activations: ActivationSet, target: ScoreTarget, layer: LayerId, rule: BackwardRule, ruleAt?: RuleAt,
): Generator<number, Tensor, void> {
  const from = scoreLayerOf(executor.graph, target);
  const seed = createSeed(activations.get(from), target, isRelevance(rule));
  try {
    const found = (yield* executor.backwardInSteps(activations, { from, seed, to: [layer], rule, ...(ruleAt === undefined ? {} : { ruleAt }) })).get(layer);
    if (found === undefined) throw new AppError('internal', `no gradient at '${layer}'`);
    return found;
  } finally {
    seed.dispose();
  }
}

/** Gradient and value at a layer, `[n, h, w, c]`, and the score, `[n]`; all f32 and owned by the caller. */
export interface ScoreSlope {
  readonly gradient: Tensor;
  readonly activation: Tensor;
  readonly score: Tensor1D;
}

/** The forward pass's part of a forward and a backward pass. */
export function forwardShare(rule: BackwardRule): number {
  return isRelevance(rule) ? 0.1 : 0.4;
}

/** One forward and one backward pass, in steps: dS/dA of the target's score S under a rule. */
export function* differentiateScore(
  { executor, input, target }: ScoreRequest, layer: LayerId, rule: BackwardRule = { kind: 'gradient' },
): Generator<number, ScoreSlope, void> {
  const from = scoreLayerOf(executor.graph, target);
  const share = forwardShare(rule);
  const activations = yield* within(executor.forwardInSteps(input, { mode: 'live', taps: new Set([layer, from]), backwardTo: new Set([layer]), until: from }), 0, share);
  try {
    yield share;
    const gradient = yield* within(goBack(executor, activations, target, layer, rule), share, 1);
    return { gradient, activation: activations.get(layer).clone(), score: readScore(activations.get(from), target) };
  } finally {
    activations.dispose();
  }
}

/** The gradient at the input alone, `[n, h, w, c]`, and the score, `[n]`; owned by the caller. In steps. */
export function* differentiateInput(
  request: ScoreRequest, rule: BackwardRule = { kind: 'gradient' },
): Generator<number, { readonly gradient: Tensor4D; readonly score: Tensor1D }, void> {
  const { gradient, activation, score } = yield* differentiateScore(request, request.executor.graph.input, rule);
  activation.dispose();
  return { gradient: gradient as Tensor4D, score };
}

/** The score alone, `[n]` f32, owned by the caller: one forward pass, in steps. */
export function* computeScore({ executor, input, target }: ScoreRequest): Generator<number, Tensor1D, void> {
  const from = scoreLayerOf(executor.graph, target);
  const activations = yield* executor.forwardInSteps(input, { mode: 'live', taps: new Set([from]), until: from });
  try {
    return readScore(activations.get(from), target);
  } finally {
    activations.dispose();
  }
}

/** Values of a small tensor, which is freed. */
export async function readAndDrop(tensor: Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}
