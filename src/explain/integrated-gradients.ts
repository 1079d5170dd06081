import { add, mul, sub, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Explanation } from './explanation';
import { averageGradients } from './mean-of-gradients';

const defaultSteps = 50;

/**
 * Integrated gradients with the midpoint rule: `(x - b) · mean_k g(b + (k + ½)/N (x - b))`, one constant baseline b.
 * Captum's default is Gauss-Legendre; its trapezoid rule is biased by (N - 1)/N.
 *
 * @see Sundararajan, Taly, Yan 2017, arXiv:1703.01365, eq. 1 and 3
 */
export const integratedGradients: Explanation = {
  id: 'integrated-gradients', kind: 'input',
  async *run(request) {
    const steps = request.parameters.steps ?? defaultSteps;
    const baseline = request.parameters.baseline ?? 0;
    const mean = yield* averageGradients(request, steps, (index) =>
      tidy(() => add(mul(sub(request.input, baseline), (index + 0.5) / steps), baseline) as Tensor4D));
    try {
      return { kind: 'input', map: tidy(() => mul(sub(request.input, baseline), mean) as Tensor4D), layer: null };
    } finally {
      mean.dispose();
    }
  },
};
