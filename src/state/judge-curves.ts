import type { FaithfulnessResult } from '../contract/jobs';

/** Least and largest probability of some curves, 0..1. */
export interface CurveSpan {
  readonly least: number;
  readonly largest: number;
}

/** Curves that stay within so much have nothing to follow, and their areas differ by less than the two decimals that are shown. */
const flatSpan = 0.02;

/**
 * How far the area of one random order lies from that of another: its standard deviation is about so much of `area (1 - area)`. Measured with
 * 64 steps for the top answer of the 20 built-in pictures, eight orders each, deletion and insertion: 0.21 in the root mean square
 * (0.004 to 0.07 in the area itself).
 */
const randomSpread = 0.21;
/** The table's last decimal: areas that look the same are not told apart. */
const leastMargin = 0.01;

/** By how much an area has to differ from that of one random order before it is called better or worse: two standard deviations of such an order. */
export function marginOf(randomArea: number): number {
  return Math.max(leastMargin, 2 * randomSpread * randomArea * (1 - randomArea));
}

/** @returns zeros for no values */
export function spanOf(...curves: readonly (readonly number[])[]): CurveSpan {
  const values = curves.flat();
  return values.length === 0 ? { least: 0, largest: 0 } : { least: Math.min(...values), largest: Math.max(...values) };
}

export function isFlat({ least, largest }: CurveSpan): boolean {
  return largest - least <= flatSpan;
}

/** `This answer is at 0.0 % throughout`, `This answer stays between 0.0 % and 1.4 %`. */
export function describeSpan({ least, largest }: CurveSpan): string {
  const [from, to] = [least, largest].map((probability) => `${(probability * 100).toFixed(1)} %`);
  return from === to ? `This answer is at ${from} throughout` : `This answer stays between ${from} and ${to}`;
}

const verdictWords: Readonly<Record<Exclude<CurveVerdict, 'flat'>, string>> = {
  better: 'Better than a random order', worse: 'Worse than a random order', unclear: 'No clear difference from a random order',
};

/** `flat`: there is nothing to follow. `unclear`: another random order might have done as well, or as badly. */
export type CurveVerdict = 'better' | 'unclear' | 'worse' | 'flat';

/**
 * A map's curve beside that of a random order.
 *
 * @param gain  by how much the map's area is better, negative where it is worse · @param randomArea  0..1
 */
export function judgeCurve(span: CurveSpan, gain: number, randomArea: number): CurveVerdict {
  if (isFlat(span)) return 'flat';
  const margin = marginOf(randomArea);
  return gain > margin ? 'better' : gain < -margin ? 'worse' : 'unclear';
}

/** The verdict in words: `Better than a random order`, `This answer is at 0.0 % throughout: this curve cannot tell`. */
function describeJudged(span: CurveSpan, verdict: CurveVerdict): string {
  return verdict === 'flat' ? `${describeSpan(span)}: this curve cannot tell` : verdictWords[verdict];
}

export interface JudgedCurve {
  readonly verdict: CurveVerdict;
  readonly words: string;
}

/** How deletion and insertion came out, beside the same random order. */
export function judgeCurves({ deletion, insertion, randomDeletion, randomInsertion, areas }: FaithfulnessResult): Readonly<Record<'deletion' | 'insertion', JudgedCurve>> {
  const judge = (map: readonly number[], random: readonly number[], gain: number, randomArea: number): JudgedCurve => {
    const span = spanOf(map, random);
    const verdict = judgeCurve(span, gain, randomArea);
    return { verdict, words: describeJudged(span, verdict) };
  };
  return {
    deletion: judge(deletion, randomDeletion, areas.randomDeletion - areas.deletion, areas.randomDeletion),
    insertion: judge(insertion, randomInsertion, areas.insertion - areas.randomInsertion, areas.randomInsertion),
  };
}
