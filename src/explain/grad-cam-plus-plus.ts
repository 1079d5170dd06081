import { abs, add, divNoNan, matMul, mul, relu, reshape, sign, square, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Explanation } from './explanation';
import { explainLayer } from './layer-map';
import { toRows } from './maps';

/**
 * Grad-CAM++ in its closed form on the logit itself: `α = G² / (2 G² + Σ_hw(A) G³ + ε)`, 0 where G = 0;
 * `w_k = Σ_hw α ReLU(G)`; `ReLU(Σ_k w_k A_k)`. Differs from tf-keras-vis, which multiplies by exp(score).
 *
 * @param activation, gradient  `[n, h, w, c]` f32 · borrowed
 * @returns                     `[n, h, w]` f32 ≥ 0 · owned by the caller
 * @see Chattopadhay et al. 2018, arXiv:1710.11063, eq. 10, 11 and 19
 */
export function weighByCurvature(activation: Tensor, gradient: Tensor, epsilon: number): Tensor3D {
  return tidy(() => {
    const rows = toRows(activation);
    const slopes = toRows(gradient);
    const squared = square(slopes);
    const total = sum(rows, 1, true);
    const denominator = add(add(mul(squared, 2), mul(total, mul(squared, slopes))), epsilon);
    const alpha = mul(divNoNan(squared, denominator), abs(sign(slopes)));
    const weights = sum(mul(alpha, relu(slopes)), 1, true);
    const [n = 1, h = 1, w = 1] = activation.shape;
    return reshape(relu(matMul(rows, weights, false, true)), [n, h, w]);
  });
}

export const gradCamPlusPlus: Explanation = {
  id: 'grad-cam++', kind: 'layer',
  run: (request) => explainLayer(request, (activation, gradient) => weighByCurvature(activation, gradient, request.parameters.epsilon ?? 1e-7)),
};
