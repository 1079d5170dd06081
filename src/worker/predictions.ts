import { reportedClasses, type Prediction } from '../contract/events';
import { toProbabilities } from '../graph/answer';
import type { ProbabilityRule } from '../graph/network-graph';

/** The most probable classes, and which one is explained. */
export interface RankedPredictions {
  readonly top: readonly Prediction[];
  readonly targetIndex: number;
}

/**
 * The five most probable classes, best first (ties: lower index first), plus the pinned one where it is not among them.
 *
 * @param logits  one for each class
 * @param pinned  index of the class that is explained; null: the most probable one
 * @param rule    how the values become probabilities
 */
export function rankPredictions(logits: Float32Array, classes: readonly string[], pinned: number | null, rule: ProbabilityRule = 'softmax'): RankedPredictions {
  const probabilities = toProbabilities(logits, rule);
  const order = Array.from(probabilities.keys()).sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0) || a - b);
  const shown = order.slice(0, reportedClasses);
  if (pinned !== null && !shown.includes(pinned)) shown.push(pinned);
  return {
    top: shown.map((index) => ({ index, label: classes[index] ?? String(index), probability: probabilities[index] ?? Number.NaN })),
    targetIndex: pinned ?? order[0] ?? 0,
  };
}

/** Channel indices by falling value; equal values keep their order. */
export function orderChannels(values: Float32Array): readonly number[] {
  return Array.from(values.keys()).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
}
