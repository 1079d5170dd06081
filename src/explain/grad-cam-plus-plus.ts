import { abs, add, divNoNan, matMul, mul, relu, reshape, sign, square, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import type { NumberParameter } from '../contract/explanations';
import { toRows } from './maps';
import { onePass } from './one-pass';
import { readNumber } from './settings';

/**
 * Grad-CAM++ in its closed form on the score itself: `α = G² / (2 G² + Σ_hw(A) G³ + ε)`, 0 where G = 0;
 * `w_k = Σ_hw α ReLU(G)`; `ReLU(Σ_k w_k A_k)`. Differs from tf-keras-vis, which multiplies by exp(score)
 * and normalises α; pytorch-grad-cam's constant is 1e-6.
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

const epsilon: NumberParameter = {
  kind: 'number', name: 'epsilon', label: 'Constant', plain: 'Keeps the weights finite where gradients vanish.', default: 1e-7, min: 0, max: 1, integer: false,
};

export const gradCamPlusPlus = onePass({
  id: 'grad-cam++', name: 'Grad-CAM++', kind: 'layer', signed: false, pixel: 'only', meaning: 'evidence', parameters: [epsilon],
  definition: 'As Grad-CAM, but each place of a map has its own weight, so that several small objects count as much as one large.',
  paper: { authors: 'Chattopadhay, Sarkar, Howlader, Balasubramanian', year: 2018, title: 'Grad-CAM++: improved visual explanations for deep convolutional networks', arxiv: '1710.11063', doi: null, equation: 'eq. 10, 11 and 19' },
}, { combine: (activation, gradient, parameters) => weighByCurvature(activation, gradient, readNumber(parameters, epsilon)) });
