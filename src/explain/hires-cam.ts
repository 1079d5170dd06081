import { mul, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { onePass } from './one-pass';

/**
 * HiResCAM: `Σ_k G_k A_k`, signed, without the ReLU that some draw it with. Equal to Grad-CAM before its ReLU where the gradient
 * is the same at every place (a global average pool and a dense layer above).
 *
 * @param activation, gradient  `[n, h, w, c]` f32 · borrowed
 * @returns                     `[n, h, w]` f32 · owned by the caller
 * @see Draelos and Carin 2020, arXiv:2011.08891, eq. 3
 */
export function multiplyPlaceByPlace(activation: Tensor, gradient: Tensor): Tensor3D {
  return tidy(() => sum<Tensor3D>(mul(gradient, activation), 3));
}

export const hiResCam = onePass({
  id: 'hires-cam', name: 'HiResCAM', kind: 'layer', signed: true, pixel: 'only', meaning: 'evidence', parameters: [],
  definition: 'Each value of the layer times its own gradient, summed over the maps; nothing is averaged and both signs are kept.',
  paper: { authors: 'Draelos, Carin', year: 2020, title: 'Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks', arxiv: '2011.08891', doi: null, equation: 'eq. 3' },
}, { combine: multiplyPlaceByPlace });
