import { tensor4d, type Tensor } from '@tensorflow/tfjs-core';
import type { Executor } from '../engine/executor.interface';
import { toProbabilities } from '../graph/answer';
import type { ProbabilityRule } from '../graph/network-graph';
import { drain, report } from './in-steps';
import type { ScoreTarget } from './score-target';

/** How far a measurement is, 0..1. */
export interface TrustProgress {
  readonly fraction: number;
}

/** A score that has a probability. */
export type FollowedTarget = Exclude<ScoreTarget, { readonly kind: 'unit' }>;

export interface FaithfulnessRequest {
  readonly executor: Executor;
  /** `[h, w, c]` f32, preprocessed, one picture · borrowed. */
  readonly input: Float32Array;
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** `[h * w]`: larger where the map says that a pixel mattered more. Borrowed. */
  readonly importance: Float32Array;
  /** The class, or the two classes, whose probability is followed: {@link followProbability}. */
  readonly target: FollowedTarget;
  /** Number of parts that the pixels are removed in (64). */
  readonly steps: number;
  /** Of the random order that is the baseline. */
  readonly seed: number;
  /** False: only the map's own curves. */
  readonly random: boolean;
  /** Values of a small tensor, on whichever backend runs. */
  readonly read: (tensor: Tensor) => Promise<Float32Array>;
}

export interface FaithfulnessCurves {
  /** What is followed after 0, 1, … `steps` parts; `steps + 1` values each. */
  readonly deletion: readonly number[];
  readonly insertion: readonly number[];
  readonly randomDeletion: readonly number[];
  readonly randomInsertion: readonly number[];
}

/**
 * Deletion and insertion: the pixels a map calls important are replaced (deletion) or shown (insertion) first, and the
 * target's probability is followed ({@link followProbability}). Deleted pixels take the picture's mean colour; insertion starts from the blurred picture,
 * so that no hard edge is added. A random order of the same pixels is the baseline.
 * Petsiuk delete to zero after normalisation (the data set's mean); a network of unknown origin has no such mean.
 *
 * @see Petsiuk, Das, Saenko 2018, arXiv:1806.07421, section 4.2 and algorithm 1
 */
export async function* measureFaithfulness(request: FaithfulnessRequest): AsyncGenerator<TrustProgress, FaithfulnessCurves, void> {
  const { input, inputShape, importance, steps, seed } = request;
  const [height, width, channels] = inputShape;
  const mean = fillWithMean(input, channels);
  yield { fraction: 0 };
  const blurring = blurInSteps(input, inputShape, Math.max(height, width) / 16);
  let blurred = blurring.next();
  for (; blurred.done !== true; blurred = blurring.next()) yield { fraction: 0 };
  const ranked = sortDescending(importance);
  yield { fraction: 0 };
  const random = shuffle(height * width, seed);
  yield { fraction: 0 };
  const orders = request.random ? [ranked, random] : [ranked];
  const runs = orders.flatMap((order) => [{ from: input, to: mean, order }, { from: blurred.value, to: input, order }]);
  const curves: number[][] = [];
  let done = 0;
  for (const { from, to, order } of runs) {
    const picture = from.slice();
    const curve: number[] = [];
    let changed = 0;
    for (let step = 0; step <= steps; step += 1) {
      const until = Math.round((step / steps) * order.length);
      for (; changed < until; changed += 1) {
        const start = (order[changed] ?? 0) * channels;
        picture.set(to.subarray(start, start + channels), start);
      }
      const passes = runs.length * (steps + 1);
      curve.push(yield* probabilityOf(request, picture, done / passes, 1 / passes));
      done += 1;
      yield { fraction: done / passes };
    }
    curves.push(curve);
  }
  const [deletion = [], insertion = [], randomDeletion = [], randomInsertion = []] = curves;
  return { deletion, insertion, randomDeletion, randomInsertion };
}

/**
 * What the curves follow, 0..1: the probability of a class; for a difference that of the first class where exactly one of the two
 * is right, `p(a) (1 - p(b)) / (p(a) (1 - p(b)) + p(b) (1 - p(a)))` of answers that stand alone and `p(a) / (p(a) + p(b))` of a softmax.
 * Both are the sigmoid of the explained difference of logits, so their areas compare with those of one class.
 */
export function followProbability(logits: Float32Array, rule: ProbabilityRule, target: FollowedTarget): number {
  const probabilities = toProbabilities(logits, rule);
  const probability = probabilities[target.index] ?? 0;
  if (target.kind === 'class') return probability;
  if (rule !== 'as-they-are') return 1 / (1 + Math.exp((logits[target.against] ?? 0) - (logits[target.index] ?? 0)));
  const other = probabilities[target.against] ?? 0;
  const [here, there] = [probability * (1 - other), other * (1 - probability)];
  // Both certain, or both impossible: neither is ahead.
  return here + there > 0 ? here / (here + there) : 0.5;
}

/** Area under a curve over 0..1 by the trapezoid rule, 0..1. */
export function areaUnder(curve: readonly number[]): number {
  let sum = 0;
  for (let index = 1; index < curve.length; index += 1) sum += ((curve[index - 1] ?? 0) + (curve[index] ?? 0)) / 2;
  return curve.length < 2 ? 0 : sum / (curve.length - 1);
}

async function* probabilityOf(request: FaithfulnessRequest, picture: Float32Array, before: number, share: number): AsyncGenerator<TrustProgress, number, void> {
  const input = tensor4d(picture.slice(), [1, ...request.inputShape], 'float32');
  try {
    const activations = yield* report(request.executor.forwardInSteps(input, { mode: 'live', taps: new Set() }), before, before + share);
    try {
      return followProbability(await request.read(activations.logits), request.executor.graph.probabilities, request.target);
    } finally {
      activations.dispose();
    }
  } finally {
    input.dispose();
  }
}

/** More pixels than any picture has; with 32 bits of value it still fits a double exactly. */
const places = 2 ** 21;

/**
 * Indices, largest value first; equal values keep their place. Value and place are sorted as one number each: a comparing function
 * took ten times as long.
 */
export function sortDescending(values: Float32Array): Uint32Array {
  // A sum with 0 makes -0 equal to 0; bits of f32 are in order, once those of negative numbers are turned round.
  const bits = new Int32Array(Float32Array.from(values, (value) => value + 0).buffer);
  const keys = Float64Array.from(bits, (word, index) => (word < 0 ? word ^ 0x7fffffff : word) * -places + index).sort();
  return Uint32Array.from(keys, (key) => ((key % places) + places) % places);
}

function shuffle(count: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const next = createRandom(seed);
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    const kept = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/** Uniform numbers in [0, 1) from a seed (Park and Miller's generator). */
export function createRandom(seed: number): () => number {
  let state = (Math.abs(Math.trunc(seed)) % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

function fillWithMean(input: Float32Array, channels: number): Float32Array {
  const sums = new Float64Array(channels);
  for (let index = 0; index < input.length; index += 1) sums[index % channels] = (sums[index % channels] ?? 0) + (input[index] ?? 0);
  return Float32Array.from(input, (_, index) => (sums[index % channels] ?? 0) / (input.length / channels));
}

/** Gaussian blur, separable, clamped at the border. @returns `[h, w, c]` f32 */
export function blur(input: Float32Array, shape: readonly [height: number, width: number, channels: number], sigmaPx: number): Float32Array {
  return drain(blurInSteps(input, shape, sigmaPx));
}

/** Values between two pauses, times the taps of the blur. */
const workBetweenPauses = 200_000;

function* blurInSteps(
  input: Float32Array, shape: readonly [height: number, width: number, channels: number], sigmaPx: number,
): Generator<void, Float32Array, void> {
  const [height, width, channels] = shape;
  const radius = Math.max(1, Math.ceil(3 * sigmaPx));
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, index) => Math.exp(-((index - radius) ** 2) / (2 * sigmaPx ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = function* pass(source: Float32Array, length: number, stride: number, lines: readonly number[]): Generator<void, Float32Array, void> {
    const result = new Float32Array(source.length);
    let work = 0;
    for (const line of lines) {
      work += length * weights.length;
      if (work > workBetweenPauses) {
        yield;
        work = 0;
      }
      for (let place = 0; place < length; place += 1) {
        let sum = 0;
        for (let offset = -radius; offset <= radius; offset += 1) {
          const from = Math.min(length - 1, Math.max(0, place + offset));
          sum += (source[line + from * stride] ?? 0) * (weights[offset + radius] ?? 0);
        }
        result[line + place * stride] = sum / total;
      }
    }
    return result;
  };
  const rowStarts = Array.from({ length: height * channels }, (_, index) => Math.floor(index / channels) * width * channels + (index % channels));
  const columnStarts = Array.from({ length: width * channels }, (_, index) => index);
  return yield* pass(yield* pass(input, width, channels, rowStarts), height, width * channels, columnStarts);
}
