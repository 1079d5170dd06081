import { tensor3d, type Tensor } from '@tensorflow/tfjs-core';
import type { Explanation } from './explanation';
import { weighByMeanGradient } from './grad-cam';
import { drain, report } from './in-steps';
import { chooseLayer, findPlaceLimit, requireSupported } from './network-limits';
import { findPrincipalDirectionInSteps } from './principal-direction';
import { differentiateScore, readAndDrop } from './score-gradient';

/**
 * The places of one layer along its first principal component.
 *
 * @param activation  A · `[places, channels]`, row major · borrowed
 * @param direction   signed Grad-CAM before its ReLU, `[places]`: decides the sign
 * @returns           `[places]`, in the layer's unit, mean 0
 */
export function projectOntoPrincipal(activation: Float32Array, places: number, channels: number, direction: Float32Array): Float32Array {
  return drain(projectInSteps(activation, places, channels, direction));
}

/** {@link projectOntoPrincipal} with pauses; yields the part that is done. */
function* projectInSteps(activation: Float32Array, places: number, channels: number, direction: Float32Array): Generator<number, Float32Array, void> {
  const centred = Float64Array.from(activation);
  for (let channel = 0; channel < channels; channel += 1) {
    let mean = 0;
    for (let place = 0; place < places; place += 1) mean += centred[place * channels + channel] ?? 0;
    mean /= places;
    for (let place = 0; place < places; place += 1) centred[place * channels + channel] = (centred[place * channels + channel] ?? 0) - mean;
  }
  yield 0;
  const axis = yield* findPrincipalDirectionInSteps(centred, places, channels);
  const projected = new Float32Array(places);
  let agreement = 0;
  for (let place = 0; place < places; place += 1) {
    let value = 0;
    for (let channel = 0; channel < channels; channel += 1) value += (centred[place * channels + channel] ?? 0) * (axis[channel] ?? 0);
    projected[place] = value;
    agreement += value * (direction[place] ?? 0);
  }
  return agreement < 0 ? projected.map((value) => -value) : projected;
}

/**
 * Eigen-CAM: each place of the layer along the first principal component of its centred activation, `[n, h', w']`, signed. A
 * component has no sign of its own: the one that agrees with Grad-CAM (before its ReLU) is taken. Apart from that sign the map
 * does not depend on the score. pytorch-grad-cam leaves the sign to its SVD and clips below 0.
 *
 * @see Muhammad and Yeasin 2020, arXiv:2008.00299, eq. 1 and 2
 */
export const eigenCam: Explanation = {
  id: 'eigen-cam', name: 'Eigen-CAM', kind: 'layer', signed: true, pixel: 'only', meaning: 'pattern', live: false, choosesLayer: true,
  definition: 'The one pattern that most of the layer\'s maps share; the score only decides its sign.', parameters: [],
  paper: { authors: 'Muhammad, Yeasin', year: 2020, title: 'Eigen-CAM: class activation map using principal components', arxiv: '2008.00299', doi: null, equation: 'eq. 1 and 2' },
  supports: findPlaceLimit,
  cost: () => 2,
  async *run(request) {
    const { executor, target } = request;
    requireSupported(findPlaceLimit(executor.graph, target));
    const layer = chooseLayer(executor, target, request.layer);
    yield { fraction: 0, note: { steps: null } };
    const { gradient, activation, score } = yield* report(differentiateScore(request, layer), 0, 0.5);
    let values: Float32Array;
    let directions: Float32Array;
    const scores = await readAndDrop(score);
    try {
      values = Float32Array.from(await activation.data());
      directions = await readAndDrop(weighByMeanGradient(activation, gradient) as Tensor);
    } finally {
      gradient.dispose();
      activation.dispose();
    }
    const [n = 1, h = 1, w = 1, c = 1] = activation.shape;
    const map = new Float32Array(n * h * w);
    for (let picture = 0; picture < n; picture += 1) {
      const projected = projectInSteps(values.subarray(picture * h * w * c, (picture + 1) * h * w * c), h * w, c, directions.subarray(picture * h * w, (picture + 1) * h * w));
      map.set(yield* report(projected, 0.5 * (1 + picture / n), 0.5 * (1 + (picture + 1) / n)), picture * h * w);
    }
    return { kind: 'layer', map: tensor3d(map, [n, h, w]), layer, scores, note: { steps: null } };
  },
};
