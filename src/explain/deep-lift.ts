import { mul, sub, sum, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import type { NetworkGraph } from '../graph/network-graph';
import { createBaseline, describeBaseline } from './baseline';
import type { Explanation } from './explanation';
import { report } from './in-steps';
import { nodesBefore, requireSupported, statisticsName } from './network-limits';
import { goBack, readAndDrop } from './score-gradient';
import { readScore, scoreLayerOf, type ScoreTarget } from './score-target';

const baselineChoice = describeBaseline('black', 'The picture that counts as "nothing there"; the map explains the difference to it.');

function findLimit(graph: NetworkGraph, target?: ScoreTarget): string | null {
  for (const { operation: { op } } of nodesBefore(graph, target)) {
    if (op === 'softmax' || op === 'log-softmax') return 'DeepLIFT has no rule for a softmax inside the network, which this network has.';
    if (op === 'group-norm') return `DeepLIFT has no rule for ${statisticsName}, which this network has.`;
  }
  return null;
}

/**
 * DeepLIFT with the rescale rule, `[n, h, w, c]`, signed: multipliers Δout/Δin at every nonlinearity against a baseline, times
 * the difference of the input. It adds up to S(x) - S(baseline); the note's gap is rounding. Where both passes agree the
 * derivative stands in. Max pooling: what the maximum gained goes to this picture's maximum, what it lost to the baseline's.
 * Products of two branches, which the paper leaves open: each factor takes its Shapley share. A local response norm is
 * treated value by value. Captum's products use the gradient instead.
 *
 * @see Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685, section 3.5.1
 */
export const deepLift: Explanation = {
  id: 'deep-lift', name: 'DeepLIFT', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', live: false, choosesLayer: false,
  definition: 'How each layer\'s difference to a baseline came about, traced back to the picture with the rescale rule.',
  parameters: [baselineChoice],
  paper: { authors: 'Shrikumar, Greenside, Kundaje', year: 2017, title: 'Learning important features through propagating activation differences', arxiv: '1704.02685', doi: null, equation: 'section 3.5.1' },
  supports: findLimit,
  cost: () => 3,
  async *run(request) {
    const { executor, input, target } = request;
    const { graph } = executor;
    requireSupported(findLimit(graph, target));
    const from = scoreLayerOf(graph, target);
    // Unfused: a nonlinearity's input is compared too.
    const options = { mode: 'inspect', taps: new Set([from, graph.input]), backwardTo: new Set([graph.input]), until: from } as const;
    const baseline = yield* report(createBaseline(request, baselineChoice), 0, 0);
    try {
      yield { fraction: 0, note: { steps: null } };
      const reference = yield* report(executor.forwardInSteps(baseline, options), 0, 0.25);
      try {
        yield { fraction: 0.25, note: { steps: null } };
        const activations = yield* report(executor.forwardInSteps(input, options), 0.25, 0.5);
        try {
          const scores = await readAndDrop(readScore(activations.get(from), target));
          const before = await readAndDrop(readScore(reference.get(from), target));
          const multiplier = yield* report(goBack(executor, activations, target, graph.input, { kind: 'deep-lift', reference }), 0.5, 1);
          const map = tidy(() => mul(multiplier, sub(input, baseline)) as Tensor4D);
          multiplier.dispose();
          const totals = await readAndDrop(tidy(() => sum(map, [1, 2, 3])));
          return { kind: 'input', map, layer: null, scores, note: { steps: null, completenessGap: (totals[0] ?? 0) - ((scores[0] ?? 0) - (before[0] ?? 0)) } };
        } finally {
          activations.dispose();
        }
      } finally {
        reference.dispose();
      }
    } finally {
      baseline.dispose();
    }
  },
};
