import { abs, max, tidy, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Explanation } from './explanation';
import { squeezeBatch } from './maps';
import { differentiateInput } from './score-gradient';

/**
 * Saliency: how much the logit moves with the strongest channel of each pixel.
 *
 * @param gradient  ∂logit/∂x · `[n, h, w, c]` f32 · borrowed
 * @returns         max over channels of the absolute value · `[n, h, w]` f32 ≥ 0 · owned by the caller
 * @see Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034, section 3.1
 */
export function measureSaliency(gradient: Tensor): Tensor3D {
  return tidy(() => max<Tensor3D>(abs(gradient), 3));
}

/** {@link measureSaliency} of one picture, from a frame's own pass. @returns `[h, w]` f32 ≥ 0 · owned by the caller */
export function liveSaliency(gradient: Tensor): Tensor2D {
  return squeezeBatch(() => measureSaliency(gradient));
}

/** The signed gradient ∂logit/∂x, `[n, h, w, c]`; no absolute value, no maximum. */
export const gradient: Explanation = {
  id: 'gradient', kind: 'input',
  async *run(request) {
    yield { fraction: 0 };
    return { kind: 'input', map: differentiateInput(request.executor, request.input, request.target), layer: null };
  },
};
