import { add, maximum, minimum, tidy, zerosLike, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { ChoiceParameter } from '../contract/explanations';
import type { LayerId } from '../contract/ids';
import type { ActivationSet, BackwardRule, RuleAt } from '../engine/executor.interface';
import type { NetworkGraph } from '../graph/network-graph';
import { boundsOf } from './baseline';
import type { Explanation, ExplanationRequest } from './explanation';
import { report, within } from './in-steps';
import { epsilonParameter, gammaParameter } from './lrp';
import { findRelevanceLimit, requireSupported } from './network-limits';
import { papers } from './papers';
import { goBack, readAndDrop } from './score-gradient';
import { readScore, scoreLayerOf } from './score-target';
import { readChoice, readNumber } from './settings';

const convolutions: ChoiceParameter = {
  kind: 'choice', name: 'convolutions', label: 'In convolutions', plain: 'The rule of the convolutional layers.', default: 'gamma',
  choices: [{ value: 'gamma', label: 'gamma' }, { value: 'alpha1-beta0', label: 'α1β0' }],
};

const rearranging: ReadonlySet<string> = new Set(['identity', 'pad', 'scale', 'batch-norm', 'reshape', 'flatten', 'transpose', 'slice', 'resize']);

/** Values that are still the picture: the input and what only pads, scales or rearranges it. */
function findRawValues(graph: NetworkGraph): ReadonlySet<LayerId> {
  const raw = new Set([graph.input]);
  for (const node of graph.nodes) {
    if (rearranging.has(node.operation.op) && node.inputs.every((id) => raw.has(id))) raw.add(node.id);
  }
  return raw;
}

/** The least and largest value of each raw value, tensors owned by the caller: black and white pictures through the same steps. */
function* measureBounds(
  request: ExplanationRequest, raw: ReadonlySet<LayerId>,
): Generator<number, ReadonlyMap<LayerId, readonly [low: Tensor, high: Tensor]>, void> {
  const { executor, input } = request;
  const [low, high] = tidy(() => {
    const [least, largest] = boundsOf(request);
    return [add(zerosLike(input), least), add(zerosLike(input), largest)] as [Tensor4D, Tensor4D];
  });
  const top = [...raw].at(-1) ?? executor.graph.input;
  const options = { mode: 'inspect', taps: raw, until: top } as const;
  const bounds = new Map<LayerId, readonly [Tensor, Tensor]>();
  let dark: ActivationSet | null = null;
  let bright: ActivationSet | null = null;
  try {
    dark = yield* within(executor.forwardInSteps(low, options), 0, 0.5);
    yield 0.5;
    bright = yield* within(executor.forwardInSteps(high, options), 0.5, 1);
    // A scale below 0 turns black and white round.
    for (const id of raw) bounds.set(id, [minimum(dark.get(id), bright.get(id)), maximum(dark.get(id), bright.get(id))]);
    return bounds;
  } finally {
    for (const held of [dark, bright, low, high]) held?.dispose();
  }
}

/** Which rule acts where: z^B where the picture enters, the chosen rule in convolutions, epsilon in everything else. */
function chooseRules(bounds: ReadonlyMap<LayerId, readonly [low: Tensor, high: Tensor]>, inConvolutions: BackwardRule, elsewhere: BackwardRule): RuleAt {
  return ({ operation, inputs, outputShape }) => {
    const box = bounds.get(inputs[0] ?? '');
    const { op } = operation;
    const linear = op === 'conv2d' || op === 'depthwise-conv2d' || op === 'dense';
    if (box !== undefined && linear) return { kind: 'lrp-box', low: box[0], high: box[1] };
    if (box !== undefined && (op === 'scale' || op === 'batch-norm')) return { kind: 'lrp-pass' };
    // A convolution with a single place is a dense layer by another name.
    const hasPlaces = outputShape.length === 3 && (outputShape[0] ?? 1) * (outputShape[1] ?? 1) > 1;
    return linear && op !== 'dense' && hasPlaces ? inConvolutions : elsewhere;
  };
}

/**
 * Layer-wise relevance propagation with the rule that suits each depth, `[n, h, w, c]`: z^B for the layer that reads the pixels
 * (bounds: black and white), gamma (or α1β0) in the convolutions, epsilon in the dense part, in sums and averages. Preprocessing
 * inside the network (a scale, a batch norm before the first convolution) passes relevance on. iNNvestigate's preset A is α1β0
 * with epsilon 0.1 and without z^B.
 *
 * @see Montavon et al. 2019, section 10.3, z^B in 10.3.2; Kohlbrenner et al. 2020, arXiv:1910.09840, section 2
 */
export const lrpComposite: Explanation = {
  id: 'lrp-composite', name: 'LRP', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', live: false, choosesLayer: false,
  definition: 'The score flows back; each layer shares it out by the rule that suits its depth: epsilon at the top, gamma in the convolutions, z^B at the pixels.',
  parameters: [convolutions, gammaParameter, epsilonParameter],
  paper: { ...papers.montavon, equation: 'section 10.3' },
  supports: findRelevanceLimit,
  cost: () => 4,
  async *run(request) {
    const { executor, input, target, parameters } = request;
    const { graph } = executor;
    requireSupported(findRelevanceLimit(graph, target));
    const epsilon = readNumber(parameters, epsilonParameter);
    const elsewhere: BackwardRule = { kind: 'lrp-epsilon', epsilon };
    const inConvolutions: BackwardRule = readChoice(parameters, convolutions) === 'gamma'
      ? { kind: 'lrp-gamma', gamma: readNumber(parameters, gammaParameter), epsilon } : { kind: 'lrp-alpha1-beta0' };
    const from = scoreLayerOf(graph, target);
    yield { fraction: 0, note: { steps: null } };
    const bounds = yield* report(measureBounds(request, findRawValues(graph)), 0, 0.05);
    try {
      yield { fraction: 0.05, note: { steps: null } };
      const activations = yield* report(
        executor.forwardInSteps(input, { mode: 'live', taps: new Set([from]), backwardTo: new Set([graph.input]), until: from }), 0.05, 0.15);
      try {
        const scores = await readAndDrop(readScore(activations.get(from), target));
        const map = (yield* report(goBack(executor, activations, target, graph.input, elsewhere, chooseRules(bounds, inConvolutions, elsewhere)), 0.15, 1)) as Tensor4D;
        return { kind: 'input', map, layer: null, scores, note: { steps: null } };
      } finally {
        activations.dispose();
      }
    } finally {
      for (const pair of bounds.values()) for (const tensor of pair) tensor.dispose();
    }
  },
};
