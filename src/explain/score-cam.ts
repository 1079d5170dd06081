import { add, div, gather, image, max, min, mul, relu, reshape, slice, softmax, stack, sub, sum, tensor1d, tidy, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { FlagParameter, NumberParameter } from '../contract/explanations';
import type { Explanation } from './explanation';
import { report } from './in-steps';
import { chooseLayer, findPlaceLimit, requireSupported } from './network-limits';
import { readAndDrop } from './score-gradient';
import { readScore, scoreLayerOf } from './score-target';
import { scorePictures } from './scored-pictures';
import { readFlag, readNumber } from './settings';

const channelsParameter: NumberParameter = {
  kind: 'number', name: 'channels', label: 'Channels', plain: 'Only the channels with the largest mean value are tried; 0: all of them.', default: 0, min: 0, max: 65_536, integer: true,
};
const epsilon: NumberParameter = {
  kind: 'number', name: 'epsilon', label: 'Constant', plain: 'Keeps the scaling finite where a map is the same everywhere.', default: 1e-8, min: 0, max: 1, integer: false,
};
const alignCorners: FlagParameter = {
  kind: 'flag', name: 'alignCorners', label: 'Corners aligned', plain: 'Enlarges the maps as pytorch-grad-cam does: corner on corner.', default: false,
};

/** The channels to try, in order; all where no number is asked for. */
async function chooseChannels(activation: Tensor, asked: number): Promise<readonly number[]> {
  const channels = activation.shape[3] ?? 1;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  if (asked === 0 || asked >= channels) return all;
  const strength = await readAndDrop(tidy(() => sum(activation, [0, 1, 2])));
  return all.sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0)).slice(0, asked).sort((a, b) => a - b);
}

/**
 * Score-CAM: each channel, enlarged and scaled to 0..1, masks the input; `w = softmax over channels of S(x · M_k)`;
 * `ReLU(Σ w_k A_k)`, `[n, h', w']`. tf-keras-vis weighs with class probabilities; pytorch-grad-cam enlarges with aligned
 * corners (`alignCorners`). With fewer channels the softmax runs over those alone.
 *
 * @see Wang et al. 2020, arXiv:1910.01279, algorithm 1
 */
export const scoreCam: Explanation = {
  id: 'score-cam', name: 'Score-CAM', kind: 'layer', signed: false, pixel: 'only', live: false, choosesLayer: true,
  definition: 'Each map of the layer masks the picture; the maps count as much as the score that is left under their mask.',
  parameters: [channelsParameter, epsilon, alignCorners],
  paper: { authors: 'Wang, Wang, Du, Yang, Zhang, Ding, Mardziel, Hu', year: 2020, title: 'Score-CAM: score-weighted visual explanations for convolutional neural networks', arxiv: '1910.01279', doi: null, equation: 'algorithm 1' },
  supports: findPlaceLimit,
  cost: (graph, parameters) => {
    const deepest = graph.nodes.filter((node) => node.outputShape.length === 3 && (node.outputShape[0] ?? 1) * (node.outputShape[1] ?? 1) > 1).at(-1);
    const channels = deepest?.outputShape[2] ?? 1;
    const asked = readNumber(parameters, channelsParameter);
    return 1 + (asked === 0 ? channels : Math.min(asked, channels));
  },
  async *run(request) {
    const { executor, input, target, parameters } = request;
    requireSupported(findPlaceLimit(executor.graph, target));
    const layer = chooseLayer(executor, target, request.layer);
    const from = scoreLayerOf(executor.graph, target);
    const constant = readNumber(parameters, epsilon);
    const aligned = readFlag(parameters, alignCorners);
    const [n, height, width] = input.shape;
    const weights: Tensor1D[] = [];
    const activations = yield* report(executor.forwardInSteps(input, { mode: 'live', taps: new Set([layer, from]), until: from }), 0, 0);
    try {
      const activation = activations.get(layer) as Tensor4D;
      const scores = await readAndDrop(readScore(activations.get(from), target));
      const channels = await chooseChannels(activation, readNumber(parameters, channelsParameter));
      const combine = (): Tensor3D => tidy(() => {
        const share = reshape(softmax(stack(weights, 1)), [n, 1, 1, weights.length]);
        const chosen = gather(activation, tensor1d(channels.slice(0, weights.length), 'int32'), 3);
        return relu(sum(mul(chosen, share), 3)) as Tensor3D;
      });
      const note = yield* scorePictures(request, {
        count: channels.length,
        inputAt: (index) => tidy(() => {
          const [, h, w] = activation.shape;
          const channel = slice(activation, [0, 0, 0, channels[index] ?? 0], [n, h, w, 1]);
          const large = image.resizeBilinear(channel, [height, width], aligned, !aligned);
          const least = min(large, [1, 2, 3], true);
          const mask = div(sub(large, least), add(sub(max(large, [1, 2, 3], true), least), constant));
          return mul(input, mask) as Tensor4D;
        }),
        absorb: (_, found) => {
          for (let row = 0; row < found.shape[0]; row += 1) weights.push(tidy(() => reshape(slice(found, [row, 0], [1, n]), [n])));
        },
        partial: combine,
      });
      return { kind: 'layer', map: combine(), layer, scores, note };
    } finally {
      for (const weight of weights) weight.dispose();
      activations.dispose();
    }
  },
};
