import { add, concat, divNoNan, gather, image, max, min, mul, relu, reshape, slice, softmax, stack, sub, sum, tensor1d, tidy, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { FlagParameter, NumberParameter } from '../contract/explanations';
import type { Explanation } from './explanation';
import { report } from './in-steps';
import { chooseLayer, findPlaceLimit, hasPlace, nodesBefore, requireSupported } from './network-limits';
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

/** The channels to try of each picture, in order; all where no number is asked for. Pictures of a batch choose by themselves. */
async function chooseChannels(activation: Tensor, asked: number): Promise<readonly (readonly number[])[]> {
  const [pictures = 1, , , channels = 1] = activation.shape;
  const all = Array.from({ length: channels }, (_, channel) => channel);
  if (asked === 0 || asked >= channels) return Array.from({ length: pictures }, () => all);
  const strengths = await readAndDrop(tidy(() => sum(activation, [1, 2])));
  return Array.from({ length: pictures }, (_, picture) => {
    const strengthOf = (channel: number): number => strengths[picture * channels + channel] ?? 0;
    return [...all].sort((a, b) => strengthOf(b) - strengthOf(a)).slice(0, asked).sort((a, b) => a - b);
  });
}

/** Of each picture some channels of its own, `[n, h, w, k]` · owned by the caller. */
function gatherChannels(activation: Tensor4D, channels: readonly (readonly number[])[]): Tensor4D {
  const [, h, w, c] = activation.shape;
  return tidy(() => concat(channels.map((own, picture) => gather(slice(activation, [picture, 0, 0, 0], [1, h, w, c]), tensor1d([...own], 'int32'), 3)), 0) as Tensor4D);
}

/**
 * Score-CAM: each channel, enlarged and scaled to 0..1, masks the input; `w = softmax over channels of S(x · M_k)`;
 * `ReLU(Σ w_k A_k)`, `[n, h', w']`. tf-keras-vis weighs with class probabilities; pytorch-grad-cam enlarges with aligned
 * corners (`alignCorners`). With fewer channels the softmax runs over those alone.
 *
 * @see Wang et al. 2020, arXiv:1910.01279, algorithm 1
 */
export const scoreCam: Explanation = {
  id: 'score-cam', name: 'Score-CAM', kind: 'layer', signed: false, pixel: 'only', meaning: 'weighted-maps', live: false, choosesLayer: true,
  definition: 'Each map of the layer masks the picture; the maps count as much as the score that is left under their mask.',
  parameters: [channelsParameter, epsilon, alignCorners],
  paper: { authors: 'Wang, Wang, Du, Yang, Zhang, Ding, Mardziel, Hu', year: 2020, title: 'Score-CAM: score-weighted visual explanations for convolutional neural networks', arxiv: '1910.01279', doi: null, equation: 'algorithm 1' },
  supports: findPlaceLimit,
  cost: (graph, parameters, layer = null, target = undefined) => {
    const top = target === undefined ? graph.logits : scoreLayerOf(graph, target);
    const masking = layer === null ? nodesBefore(graph, target).findLast((node) => node.id !== top && hasPlace(node)) : graph.nodes.find((node) => node.id === layer);
    const channels = masking?.outputShape[2] ?? 1;
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
        const chosen = gatherChannels(activation, channels.map((own) => own.slice(0, weights.length)));
        return relu(sum(mul(chosen, share), 3)) as Tensor3D;
      });
      const note = yield* scorePictures(request, {
        count: channels[0]?.length ?? 0,
        inputAt: (index) => tidy(() => {
          const channel = gatherChannels(activation, channels.map((own) => own.slice(index, index + 1)));
          const large = image.resizeBilinear(channel, [height, width], aligned, !aligned);
          const least = min(large, [1, 2, 3], true);
          // Without the constant a map that is the same everywhere masks everything, as it does with one.
          const mask = divNoNan(sub(large, least), add(sub(max(large, [1, 2, 3], true), least), constant));
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
