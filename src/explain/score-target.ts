import { mul, reshape, sum, tensor, tidy, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { NetworkGraph } from '../graph/network-graph';

/**
 * The number that is explained. `class`: a logit; `difference`: the logit of one class minus that of another; `unit`: a
 * channel's mean activation, or with y and x that one unit. Layers after a unit's layer are not computed.
 */
export type ScoreTarget =
  | { readonly kind: 'class'; readonly index: number }
  | { readonly kind: 'difference'; readonly index: number; readonly against: number }
  | { readonly kind: 'unit'; readonly layer: LayerId; readonly channel: number; readonly y?: number; readonly x?: number };

/** The layer whose value the score is read from. */
export function scoreLayerOf(graph: NetworkGraph, target: ScoreTarget): LayerId {
  return target.kind === 'unit' ? target.layer : graph.logits;
}

function requireIndex(index: number, count: number, what: string): void {
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new AppError('explain-unsupported', `There is no ${what} ${index} here: ${count === 1 ? 'there is one, number 0' : `they are numbered 0 to ${count - 1}`}.`);
}

/** dS/dA of one picture's score S with respect to the score's layer A, row major. */
function weightsOf(target: ScoreTarget, shape: readonly number[]): Float32Array {
  const [height = 1, width = 1, channels = 1] = shape.length === 3 ? shape : [1, 1, shape.reduce((product, size) => product * size, 1)];
  const weights = new Float32Array(height * width * channels);
  if (target.kind !== 'unit') {
    requireIndex(target.index, weights.length, 'class');
    weights[target.index] = 1;
    if (target.kind === 'difference') {
      requireIndex(target.against, weights.length, 'class');
      if (target.against === target.index) throw new AppError('explain-unsupported', 'A difference needs two classes.');
      weights[target.against] = -1;
    }
    return weights;
  }
  requireIndex(target.channel, channels, 'channel');
  if ((target.y === undefined) !== (target.x === undefined)) throw new AppError('explain-unsupported', 'A unit needs both y and x, a channel neither.');
  if (target.y !== undefined && target.x !== undefined) {
    requireIndex(target.y, height, 'row');
    requireIndex(target.x, width, 'column');
    weights[(target.y * width + target.x) * channels + target.channel] = 1;
  } else {
    for (let place = 0; place < height * width; place += 1) weights[place * channels + target.channel] = 1 / (height * width);
  }
  return weights;
}

/**
 * Where a backward pass from a score starts: dS/dA, or A · dS/dA (each unit's share of the score) for relevance.
 *
 * @param start  A, the value of `scoreLayerOf` · `[n, h, w, c]` or `[n, c]` f32 · borrowed
 * @returns      shape of `start` · owned by the caller
 * @throws AppError 'explain-unsupported' when there is no such class, channel or place, or only one of y and x is given
 */
export function createSeed(start: Tensor, target: ScoreTarget, weighByValue = false): Tensor {
  const weights = weightsOf(target, start.shape.slice(1));
  const n = start.shape[0] ?? 1;
  const values = new Float32Array(n * weights.length);
  for (let picture = 0; picture < n; picture += 1) values.set(weights, picture * weights.length);
  return tidy(() => {
    const seed = tensor(values, start.shape, 'float32');
    return weighByValue ? mul(start, seed) : seed;
  });
}

/**
 * The score of each picture.
 *
 * @param start  as in {@link createSeed}
 * @returns      `[n]` f32 · owned by the caller
 */
export function readScore(start: Tensor, target: ScoreTarget): Tensor1D {
  const n = start.shape[0] ?? 1;
  return tidy(() => sum(reshape(createSeed(start, target, true), [n, start.size / n]), 1));
}
