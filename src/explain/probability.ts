import { reshape, sigmoid, softmax, sum, mul, tidy, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { NetworkGraph, ProbabilityRule } from '../graph/network-graph';
import { createSeed, readScore, type ScoreTarget } from './score-target';

/** `graph/answer.toProbabilities` on the device, where many pictures are scored. `[n, classes]`, inside a tidy. */
function toProbabilityRows(logits: Tensor, rule: ProbabilityRule): Tensor {
  const rows = reshape(logits, [logits.shape[0] ?? 1, -1]);
  return rule === 'softmax' ? softmax(rows) : rule === 'sigmoid' ? sigmoid(rows) : rows;
}

/**
 * What the target's score means to the network: the probability of a class, the difference of two probabilities, or a unit's own value.
 *
 * @param start  value of `scoreLayerOf` · `[n, …]` f32 · borrowed
 * @returns      `[n]` f32 · owned by the caller
 * @throws AppError 'explain-unsupported' when there is no such class, channel or place
 */
export function readProbability({ probabilities }: NetworkGraph, start: Tensor, target: ScoreTarget): Tensor1D {
  if (target.kind === 'unit') return readScore(start, target);
  return tidy(() => {
    const rows = toProbabilityRows(start, probabilities);
    return sum(mul(rows, reshape(createSeed(start, target), rows.shape)), 1);
  });
}
