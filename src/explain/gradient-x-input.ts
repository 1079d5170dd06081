import { mul, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Explanation } from './explanation';
import { differentiateInput } from './score-gradient';

/** Gradient times input: `x · ∂logit/∂x`, `[n, h, w, c]`, signed. @see Shrikumar et al. 2016, arXiv:1605.01713 */
export const gradientTimesInput: Explanation = {
  id: 'gradient-x-input', kind: 'input',
  async *run(request) {
    yield { fraction: 0 };
    const slope = differentiateInput(request.executor, request.input, request.target);
    try {
      return { kind: 'input', map: mul(slope, request.input) as Tensor4D, layer: null };
    } finally {
      slope.dispose();
    }
  },
};
