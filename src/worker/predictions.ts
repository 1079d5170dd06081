import type { Prediction } from '../contract/events';

/** So many classes are reported, best first. */
const reportedClasses = 5;

/**
 * Softmax of logits.
 *
 * @returns probabilities, sum 1; all NaN when a logit is not finite
 */
export function softmax(logits: Float32Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > largest) largest = logit;
  const result = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  let total = 0;
  for (const value of result) total += value;
  return result.map((value) => value / total);
}

/**
 * How a network's last values become probabilities: `softmax` over the classes, `sigmoid` of each (a single output), or
 * `as-they-are` (the network ends in sigmoids of its own; they do not add up to 1).
 */
export type ProbabilityRule = 'softmax' | 'sigmoid' | 'as-they-are';

/** Probabilities by the rule. @returns one for each value; not finite where the value is not */
function toProbabilities(values: Float32Array, rule: ProbabilityRule): Float64Array {
  if (rule === 'softmax') return softmax(values);
  return Float64Array.from(values, rule === 'sigmoid' ? (value) => 1 / (1 + Math.exp(-value)) : (value) => value);
}

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
