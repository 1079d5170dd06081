import { computed, signal } from '@preact/signals-core';
import type { ExplanationDescription } from '../contract/explanations';
import type { ExplanationTarget } from '../contract/session-spec';
import { maps, methods, type InspectedMap } from './inspection';
import { isFlat, spanOf, type CurveSpan } from './judge-curves';
import { isOfOtherPicture } from './picture-seen';
import { network, rate } from './worker-state';

/** Parts that the pixels are removed in, for the curves of every map. Petsiuk et al. 2018 use each pixel; 64 parts are enough to see. */
export const curveSteps = 64;
/** Forward passes of deletion and insertion together; a random order costs as many again. */
export const curvePasses = 2 * (curveSteps + 1);
/** A map of more passes than this takes about as long as its curves, or many times as long: such methods are ranked only when a person asks for them. */
const mostQuickPasses = 120;

/** One method judged on the frame on screen. */
export interface RankedMethod {
  readonly method: string;
  /** Areas under the curves, 0..1. */
  readonly deletion: number;
  readonly insertion: number;
  /** Of both curves. */
  readonly span: CurveSpan;
}

/** A method whose map has no curves on this picture, and why, in a sentence. */
export interface RefusedMethod {
  readonly method: string;
  readonly reason: string;
}

export interface Ranking {
  readonly phase: 'running' | 'done' | 'cancelled';
  readonly target: ExplanationTarget;
  /** The class behind `target`; null: not known yet. */
  readonly targetIndex: number | null;
  /** Of the frame that is judged; null: none yet. */
  readonly sequence: number | null;
  readonly rows: readonly RankedMethod[];
  readonly refused: readonly RefusedMethod[];
  /** A random order of the same pixels. */
  readonly random: { readonly deletion: number; readonly insertion: number } | null;
  /** The method that is being judged, and how many are still to come. */
  readonly current: string | null;
  readonly left: number;
  /** The job that is its turn has begun; false while it waits behind another map or check. */
  readonly atWork: boolean;
  /** Of this run, 0..1, by the passes that the methods need. */
  readonly fraction: number;
}

export const ranking = signal<Ranking | null>(null);

export function isSlow({ cost }: ExplanationDescription): boolean {
  return cost > mostQuickPasses;
}

/** The slow methods that are defined for this network and were not tried for the table. */
export const slowMethods = computed(() => {
  const { rows, refused } = ranking.value ?? { rows: [], refused: [] };
  const tried = new Set([...rows, ...refused].map(({ method }) => method));
  return methods.value.filter((method) => method.unsupported === null && isSlow(method) && !tried.has(method.id));
});

/** How long a method takes here with its curves, from the time of one pass. */
export function estimateSeconds({ cost }: ExplanationDescription): number {
  return secondsOf(cost + curvePasses);
}

/** How long it takes to rank every quick method here, with a random order; maps that were judged before are not made again and make it shorter. */
export const quickRankingSeconds = computed(() => secondsOf(methods.value.reduce(
  (sum, method) => (method.unsupported === null && !isSlow(method) ? sum + method.cost + curvePasses : sum), curvePasses)));

function secondsOf(passes: number): number {
  return (passes * Math.max(1, rate.value?.forwardMs ?? 20)) / 1000;
}

/** Least and largest probability of all curves of a table; null: it has no rows, or the curves go somewhere. */
export function findFlatSpan(rows: readonly RankedMethod[]): CurveSpan | null {
  const span = spanOf(...rows.map((row) => [row.span.least, row.span.largest]));
  return rows.length > 0 && isFlat(span) ? span : null;
}

/** Better first: much kept when its pixels are shown, little when they are deleted. Curves with nothing to follow give no order: the methods' own stays. */
export function sortRanking(rows: readonly RankedMethod[]): readonly RankedMethod[] {
  if (findFlatSpan(rows) !== null) {
    const placeOf = ({ method }: RankedMethod): number => methods.peek().findIndex(({ id }) => id === method);
    return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
  }
  return [...rows].sort((a, b) => (b.insertion - b.deletion) - (a.insertion - a.deletion));
}

function isSameTarget(map: InspectedMap, target: ExplanationTarget): boolean {
  const asked = map.request.target;
  if (asked.kind === 'difference') return target.kind === 'difference' && asked.index === target.index && asked.against === target.against;
  if (asked.kind === 'unit' || target.kind === 'unit' || target.kind === 'difference') return false;
  return target.kind === 'class' ? map.result?.targetIndex === target.index : asked.kind === 'top';
}

/** A map of the inspection that is what the table would make, here: the method's own settings, this network, target and picture, with curves of as many steps. */
export function findJudgedMap(method: ExplanationDescription, target: ExplanationTarget): InspectedMap | null {
  return maps.peek().find((map) => {
    const { request, result, faithfulness, phase } = map;
    // A file counts the frames of another session, and may hold maps of another network.
    return map.origin === null && map.network === (network.peek()?.network ?? '') && request.method === method.id && phase === 'done' && result !== null && !isOfOtherPicture(result.sequence) && request.layer === null
      && Object.entries(request.parameters).every(([name, value]) => method.parameters.find((parameter) => parameter.name === name)?.default === value)
      && faithfulness?.result?.deletion.length === curveSteps + 1 && isSameTarget(map, target);
  }) ?? null;
}
