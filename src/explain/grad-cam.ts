import { matMul, mul, ones, relu, reshape, tidy, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { explainLayer } from './layer-map';
import type { Explanation } from './explanation';
import { squeezeBatch, toRows } from './maps';

/** `w_k = mean_hw(G_k)`, `[n, 1, c]`. One matrix product: tfjs's mean over inner axes transposes the map first. */
function meanOverPlaces(gradient: Tensor): Tensor {
  const rows = toRows(gradient);
  const [n = 1, places = 1] = rows.shape;
  return mul(matMul(ones([n, 1, places]), rows), 1 / places);
}

/**
 * Grad-CAM: where in a layer the evidence for the target came from. A map that is 0 everywhere is a true answer: no
 * positive evidence for this class in this layer.
 *
 * @param activation  A · `[n, h, w, c]` f32 · borrowed
 * @param gradient    G = ∂logit/∂A · `[n, h, w, c]` f32 · borrowed
 * @returns           `ReLU(Σ_k mean_hw(G_k) A_k)` · `[n, h, w]` f32 ≥ 0, logit, not rescaled · owned by the caller
 * @throws AppError 'explain-unsupported' when the layer has no spatial extent
 * @see Selvaraju et al. 2017, arXiv:1610.02391, eq. 1 and 2
 */
export function localiseEvidence(activation: Tensor, gradient: Tensor): Tensor3D {
  return tidy(() => {
    const rows = toRows(activation);
    const [n = 1, h = 1, w = 1] = activation.shape;
    return reshape(relu(matMul(rows, meanOverPlaces(gradient), false, true)), [n, h, w]);
  });
}

/** {@link localiseEvidence} of one picture, from a frame's own pass. @returns `[h, w]` f32 ≥ 0 · owned by the caller */
export function liveGradCam(activation: Tensor, gradient: Tensor): Tensor2D {
  return squeezeBatch(() => localiseEvidence(activation, gradient));
}

export const gradCam: Explanation = {
  id: 'grad-cam', kind: 'layer',
  run: (request) => explainLayer(request, (activation, gradient) => localiseEvidence(activation, gradient)),
};
