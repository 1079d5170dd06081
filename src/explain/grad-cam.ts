import { matMul, mul, ones, relu, reshape, tidy, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { squeezeBatch, toRows } from './maps';
import { onePass } from './one-pass';
import { papers } from './papers';

/** `w_k = mean_hw(G_k)`, `[n, 1, c]`. One matrix product: tfjs's mean over inner axes transposes the map first. */
function meanOverPlaces(gradient: Tensor): Tensor {
  const rows = toRows(gradient);
  const [n = 1, places = 1] = rows.shape;
  return mul(matMul(ones([n, 1, places]), rows), 1 / places);
}

/**
 * `Σ_k mean_hw(G_k) A_k` before the ReLU, `[n, h, w]`, signed; what Captum calls Grad-CAM. Owned by the caller.
 *
 * @param activation, gradient  `[n, h, w, c]` f32 · borrowed
 */
export function weighByMeanGradient(activation: Tensor, gradient: Tensor): Tensor3D {
  return tidy(() => {
    const [n = 1, h = 1, w = 1] = activation.shape;
    return reshape(matMul(toRows(activation), meanOverPlaces(gradient), false, true), [n, h, w]);
  });
}

/**
 * Grad-CAM: where in a layer the evidence for the target came from. A map that is 0 everywhere is a true answer: no
 * positive evidence for this score in this layer. Not rescaled to 0..1 (pytorch-grad-cam and tf-keras-vis do), with its ReLU
 * (Captum leaves it out), from the logit (some use the probability).
 *
 * @param activation  A · `[n, h, w, c]` f32 · borrowed
 * @param gradient    G = ∂S/∂A · `[n, h, w, c]` f32 · borrowed
 * @returns           `ReLU(Σ_k mean_hw(G_k) A_k)` · `[n, h, w]` f32 ≥ 0, in the score's unit · owned by the caller
 * @throws AppError 'explain-unsupported' when the layer has no spatial extent
 * @see Selvaraju et al. 2017, arXiv:1610.02391, eq. 1 and 2
 */
export function localiseEvidence(activation: Tensor, gradient: Tensor): Tensor3D {
  return tidy(() => relu(weighByMeanGradient(activation, gradient)));
}

/** {@link localiseEvidence} of one picture, from a frame's own pass. @returns `[h, w]` f32 ≥ 0 · owned by the caller */
export function liveGradCam(activation: Tensor, gradient: Tensor): Tensor2D {
  return squeezeBatch(() => localiseEvidence(activation, gradient));
}

export const gradCam = onePass({
  id: 'grad-cam', name: 'Grad-CAM', kind: 'layer', signed: false, pixel: 'only', meaning: 'evidence', parameters: [],
  definition: 'Each map of the layer, weighted by the mean gradient of the score over it, summed; only what speaks for the score is kept.',
  paper: { ...papers.selvaraju, equation: 'eq. 1 and 2' },
}, { combine: localiseEvidence });
