import { mul, relu, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { onePass } from './one-pass';

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

export const layerCam = onePass({
  id: 'layer-cam', name: 'LayerCAM', kind: 'layer', signed: false, pixel: 'only', meaning: 'evidence', parameters: [],
  definition: 'Each value of the layer times its own positive gradient, summed over the maps; fine enough for early layers too.',
  paper: { authors: 'Jiang, Zhang, Hou, Cheng, Wei', year: 2021, title: 'LayerCAM: exploring hierarchical class activation maps for localization', arxiv: null, doi: '10.1109/TIP.2021.3089943', equation: 'eq. 4 to 6' },
}, { combine: weighPlaceByPlace });
