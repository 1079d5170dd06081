import type { Prediction } from '../contract/events';

/** How sure the network is, in the words of the screen. */
export type Certainty =
  | { readonly kind: 'sure' }
  /** `count` answers lie within five hundredths of the best one. */
  | { readonly kind: 'unsure'; readonly count: number; readonly orMore: boolean }
  /** Nothing stands out: it must answer one of its classes all the same. */
  | { readonly kind: 'guess' }
  /** Answers that do not share 100 %, `undecided` of them close to 50 %. */
  | { readonly kind: 'alone'; readonly undecided: number };

const withinProbability = 0.05;
const guessBelow = 0.15;

/**
 * @param answers    best first; the list may end before the classes do
 * @param standAlone  true: each answer is a yes or no of its own
 */
export function judgeCertainty(answers: readonly Pick<Prediction, 'probability'>[], classCount: number, standAlone = false): Certainty {
  const best = answers[0]?.probability;
  if (best === undefined) return { kind: 'sure' };
  if (standAlone) return { kind: 'alone', undecided: answers.filter(({ probability }) => Math.abs(probability - 0.5) <= withinProbability).length };
  // A network of few classes has a high chance level: ten classes guess at 0.1, three at 0.33; a fifth above that is still a guess.
  if (best < Math.max(guessBelow, 1.2 / classCount)) return { kind: 'guess' };
  const count = answers.filter((answer) => best - answer.probability <= withinProbability).length;
  return count > 1 ? { kind: 'unsure', count, orMore: count === answers.length && count < classCount } : { kind: 'sure' };
}

export interface LagInput {
  readonly nowMs: number;
  /** When the frame on screen was taken; null: none was drawn yet. */
  readonly capturedAtMs: number | null;
  /** Time the worker usually takes for a frame. */
  readonly tickMs: number;
  /** Time between two pictures of the camera. */
  readonly frameIntervalMs: number;
}

/** Maps may trail the picture a little without being called stale. */
const toleratedLagMs = 500;

/** Frames by which the maps on screen trail the live picture; 0 while they follow as they should. */
export function countFramesBehind(input: LagInput): number {
  if (input.capturedAtMs === null || input.frameIntervalMs <= 0) return 0;
  const lagMs = input.nowMs - input.capturedAtMs;
  if (lagMs <= Math.max(toleratedLagMs, 3 * input.tickMs)) return 0;
  return Math.floor(lagMs / input.frameIntervalMs);
}
