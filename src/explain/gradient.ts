import { mul, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { onePass } from './one-pass';
import { papers } from './papers';

/**
 * The signed gradient ∂S/∂x, `[n, h, w, c]`; no absolute value, no maximum. Captum's Saliency takes the absolute value, PAIR
 * sums absolute values over channels, the Deep Visualization Toolbox seeds with the activation instead of 1.
 *
 * @see Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034, eq. 4
 */
export const gradient = onePass({
  id: 'gradient', name: 'Gradient', kind: 'input', signed: true, pixel: 'strongest', meaning: 'sensitivity', parameters: [],
  definition: 'The derivative of the score with respect to each input value, ∂S/∂x.',
  paper: { ...papers.simonyan, equation: 'eq. 4' },
}, { combine: (_, slope) => slope.clone() as Tensor4D });

/**
 * Gradient times input: `x · ∂S/∂x`, `[n, h, w, c]`, signed; exact contributions where the score is linear in x. It depends on
 * what 0 means after preprocessing.
 *
 * @see Shrikumar, Greenside, Shcherbina, Kundaje 2016, arXiv:1605.01713, section 2
 */
export const gradientTimesInput = onePass({
  id: 'gradient-x-input', name: 'Gradient × input', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', parameters: [],
  definition: 'The derivative times the value itself, x · ∂S/∂x.',
  paper: { authors: 'Shrikumar, Greenside, Shcherbina, Kundaje', year: 2016, title: 'Not just a black box: learning important features through propagating activation differences', arxiv: '1605.01713', doi: null, equation: 'section 2' },
}, { combine: (input: Tensor, slope: Tensor) => mul(slope, input) as Tensor4D });
