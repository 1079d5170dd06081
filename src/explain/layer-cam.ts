import { mul, relu, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Explanation } from './explanation';
import { explainLayer } from './layer-map';

/**
 * LayerCAM: `ReLU(Σ_k ReLU(G_k) A_k)`, each place with its own weight.
 *
 * @param activation, gradient  `[n, h, w, c]` f32 · borrowed
 * @returns                     `[n, h, w]` f32 ≥ 0 · owned by the caller
 * @see Jiang et al. 2021, IEEE TIP 30, eq. 4 to 6
 */
export function weighPlaceByPlace(activation: Tensor, gradient: Tensor): Tensor3D {
  return tidy(() => relu(sum<Tensor3D>(mul(relu(gradient), activation), 3)));
}

export const layerCam: Explanation = {
  id: 'layer-cam', kind: 'layer',
  run: (request) => explainLayer(request, weighPlaceByPlace),
};
