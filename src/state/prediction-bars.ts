import type { Prediction } from '../contract/events';

/** A prediction as it is shown: its probability follows the network's answers smoothly. */
export interface PredictionBar {
  readonly index: number;
  readonly label: string;
  /** 0..1 */
  readonly probability: number;
}

/** Time constant of the smoothing: long enough to read a number, short enough to feel live. */
const smoothingMs = 220;
/** After a longer silence the old answer says nothing about the new one. */
const forgetAfterMs = 1200;
const forgetBelow = 0.002;

/**
 * The next bars: each probability moves towards the network's new answer. A class that is no longer among
 * the answers falls towards zero. `exact` (a still picture, a frozen frame) takes the answer as it is.
 */
export function smoothBars(
  bars: readonly PredictionBar[], answers: readonly Prediction[], elapsedMs: number, exact: boolean,
): readonly PredictionBar[] {
  const weight = exact || bars.length === 0 || elapsedMs > forgetAfterMs ? 1 : 1 - Math.exp(-Math.max(0, elapsedMs) / smoothingMs);
  const answered = new Set(answers.map((answer) => answer.index));
  const before = new Map(bars.map((bar) => [bar.index, bar.probability]));
  const followed = answers.map(({ index, label, probability }) =>
    ({ index, label, probability: mix(before.get(index) ?? 0, probability, weight) }));
  const falling = bars.filter((bar) => !answered.has(bar.index))
    .map((bar) => ({ ...bar, probability: mix(bar.probability, 0, weight) }))
    .filter((bar) => bar.probability >= forgetBelow);
  return [...followed, ...falling].sort((a, b) => b.probability - a.probability || a.index - b.index);
}

/** The bars on screen: the best `count`, and the pinned class where it is not among them. */
export function chooseBars(bars: readonly PredictionBar[], count: number, pinnedIndex: number | null): readonly PredictionBar[] {
  const best = bars.slice(0, count);
  const pinned = pinnedIndex === null ? undefined : bars.find((bar) => bar.index === pinnedIndex);
  return pinned === undefined || best.includes(pinned) ? best : [...best, pinned];
}

/** `87 %`: a whole number of hundredths. */
export function formatPercent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}

function mix(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
