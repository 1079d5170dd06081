import { abs, expandDims, max, tidy, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import { squeezeBatch } from './maps';
import { onePass } from './one-pass';
import { papers } from './papers';

/**
 * Saliency: how much the score moves with the strongest channel of each pixel.
 *
 * @param gradient  ∂S/∂x · `[n, h, w, c]` f32 · borrowed
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

/**
 * The saliency map of the paper, `[n, h, w, 1]`. PAIR sums the absolute values over the channels instead and clips at the 99th
 * percentile.
 *
 * @see Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034, section 3.1
 */
export const saliency = onePass({
  id: 'saliency', name: 'Saliency', kind: 'input', signed: false, pixel: 'only', meaning: 'sensitivity', parameters: [],
  definition: 'The largest absolute derivative among the colours of each pixel, max |∂S/∂x|.',
  paper: { ...papers.simonyan, equation: 'section 3.1' },
}, { combine: (_, slope) => tidy(() => expandDims(measureSaliency(slope), 3) as Tensor4D) });
