import { drain } from './in-steps';

/** Values ranked between two pauses. */
const rankedAtOnce = 30_000;

/** How many of the sorted values are less than (`orEqual`: at most) a value. */
function countBelow(sorted: Float32Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle] ?? 0;
    if (found < value || (orEqual && found === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ranks from 1, ties share their mean rank; with pauses. */
export function* rankInSteps(values: Float32Array): Generator<void, Float64Array, void> {
  // Sorting the values and looking each up is many times quicker than sorting places by a comparing function.
  const sorted = values.slice().sort();
  yield;
  const ranks = new Float64Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    ranks[at] = (countBelow(sorted, value, false) + countBelow(sorted, value, true) + 1) / 2;
    if (at % rankedAtOnce === rankedAtOnce - 1) yield;
  }
  return ranks;
}

/** Correlation of two lists of ranks from 1. @returns -1..1; 0 where one side is constant (it has no order to agree with) */
export function correlateRanks(left: Float64Array, right: Float64Array): number {
  const mean = (left.length + 1) / 2;
  let both = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let index = 0; index < left.length; index += 1) {
    const x = (left[index] ?? 0) - mean;
    const y = (right[index] ?? 0) - mean;
    both += x * y;
    leftSquares += x * x;
    rightSquares += y * y;
  }
  return leftSquares === 0 || rightSquares === 0 ? 0 : both / Math.sqrt(leftSquares * rightSquares);
}

/**
 * Spearman's rank correlation, ties by mean rank.
 *
 * @returns -1..1; 0 where one side is constant (it has no order to agree with)
 */
export function spearman(a: Float32Array, b: Float32Array): number {
  return correlateRanks(drain(rankInSteps(a)), drain(rankInSteps(b)));
}
