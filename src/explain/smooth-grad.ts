import { add, max, min, mul, randomNormal, slice, sub, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { Explanation, ExplanationRequest } from './explanation';
import { averageGradients } from './mean-of-gradients';

const defaultSamples = 25;
const defaultSigma = 0.15;

/** Noise of the k-th copy, broadcast over the pictures of the batch. Owned by the caller. */
function noiseAt(request: ExplanationRequest, index: number): Tensor4D {
  const { noise, sigma = defaultSigma, seed = 1 } = request.parameters;
  const [, h, w, c] = request.input.shape;
  if (noise !== undefined) return slice(noise, [index, 0, 0, 0], [1, h, w, c]);
  return tidy(() => mul(randomNormal([1, h, w, c], 0, 1, 'float32', seed + index), mul(sub(max(request.input), min(request.input)), sigma)) as Tensor4D);
}

/**
 * SmoothGrad: mean of the gradients at noisy copies of the input. Given noise is added as it is; else it is drawn from
 * N(0, (sigma · (max x - min x))²) with a seed. No absolute value, unlike tf-keras-vis; no squares, unlike PAIR's default.
 *
 * @see Smilkov et al. 2017, arXiv:1706.03825, section 3
 */
export const smoothGrad: Explanation = {
  id: 'smooth-grad', kind: 'input',
  async *run(request) {
    const { noise, samples = defaultSamples } = request.parameters;
    if (noise !== undefined && noise.shape.slice(1).join() !== request.input.shape.slice(1).join()) {
      throw new AppError('input-mismatch', `noise is [${noise.shape.join(', ')}], the input [${request.input.shape.join(', ')}]`);
    }
    const map = yield* averageGradients(request, noise?.shape[0] ?? samples, (index) =>
      tidy(() => add(request.input, noiseAt(request, index)) as Tensor4D));
    return { kind: 'input', map, layer: null };
  },
};
