import { expandDims, image, mul, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { ChoiceParameter } from '../contract/explanations';
import type { Explanation } from './explanation';
import { localiseEvidence } from './grad-cam';
import { report } from './in-steps';
import { chooseLayer, findPlaceLimit, findRectifierLimit, requireSupported } from './network-limits';
import { papers } from './papers';
import { goBack, readAndDrop } from './score-gradient';
import { readScore, scoreLayerOf } from './score-target';
import { readChoice } from './settings';

const upsampling: ChoiceParameter = {
  kind: 'choice', name: 'upsampling', label: 'Enlarging', plain: 'How the small map is enlarged to the picture.', default: 'bilinear',
  choices: [{ value: 'bilinear', label: 'smooth' }, { value: 'nearest', label: 'in blocks' }],
};

/**
 * Guided Grad-CAM: Grad-CAM enlarged to the input, times guided backpropagation, `[n, h, w, c]`, signed. The paper enlarges
 * bilinearly (half-pixel centres here); Captum takes the nearest neighbour by default. The layer is the one Grad-CAM looks at.
 *
 * @see Selvaraju et al. 2017, arXiv:1610.02391, section 3.2
 */
export const guidedGradCam: Explanation = {
  id: 'guided-grad-cam', name: 'Guided Grad-CAM', kind: 'input', signed: true, pixel: 'strongest', meaning: 'modified-gradient', live: false, choosesLayer: true,
  definition: 'Guided backpropagation, kept only where Grad-CAM found evidence.', parameters: [upsampling],
  paper: { ...papers.selvaraju, equation: 'section 3.2' },
  supports: (graph, target) => findRectifierLimit('Guided Grad-CAM', graph, target) ?? findPlaceLimit(graph, target),
  cost: () => 3,
  async *run(request) {
    const { executor, input, target, parameters } = request;
    const { graph } = executor;
    requireSupported(guidedGradCam.supports(graph, target));
    const layer = chooseLayer(executor, target, request.layer);
    const method = readChoice(parameters, upsampling);
    const from = scoreLayerOf(graph, target);
    yield { fraction: 0, note: { steps: null } };
    const activations = yield* report(
      executor.forwardInSteps(input, { mode: 'live', taps: new Set([layer, from, graph.input]), backwardTo: new Set([layer, graph.input]), until: from }), 0, 0.35);
    const held: Tensor[] = [];
    try {
      const slope = yield* report(goBack(executor, activations, target, layer, { kind: 'gradient' }), 0.35, 0.4);
      held.push(slope);
      const guided = yield* report(goBack(executor, activations, target, graph.input, { kind: 'guided' }), 0.4, 1);
      held.push(guided);
      const scores = await readAndDrop(readScore(activations.get(from), target));
      const [, h, w] = input.shape;
      const map = tidy(() => {
        const evidence = expandDims(localiseEvidence(activations.get(layer), slope), 3) as Tensor4D;
        const large = method === 'nearest' ? image.resizeNearestNeighbor(evidence, [h, w]) : image.resizeBilinear(evidence, [h, w], false, true);
        return mul(large, guided) as Tensor4D;
      });
      return { kind: 'input', map, layer, scores, note: { steps: null } };
    } finally {
      for (const tensor of held) tensor.dispose();
      activations.dispose();
    }
  },
};
