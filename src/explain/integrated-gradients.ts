import { add, mul, sub, sum, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import type { NumberParameter } from '../contract/explanations';
import { createBaseline, describeBaseline } from './baseline';
import type { Explanation } from './explanation';
import { report, type Said } from './in-steps';
import { meanOfSamples, sampleGradients } from './sampled-gradients';
import { computeScore, readAndDrop } from './score-gradient';
import { readNumber } from './settings';

const steps: NumberParameter = {
  kind: 'number', name: 'steps', label: 'Steps', plain: 'Pictures on the way from the baseline to the picture; more close the gap.', default: 50, min: 1, max: 2000, integer: true,
};
const baselineChoice = describeBaseline('black', 'The picture that counts as "nothing there"; the map explains the difference to it.');
const seed: NumberParameter = {
  kind: 'number', name: 'seed', label: 'Seed', plain: 'Another number draws other noise.', default: 1, min: 0, max: 2 ** 31 - 1, integer: true,
};

/** Visits 0 … count - 1 in leaps near the golden ratio, so that a part of the path already stands for all of it. */
function leapOrder(count: number): (index: number) => number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let leap = Math.max(1, Math.round(count * 0.618));
  while (divisor(leap, count) !== 1) leap += 1;
  return (index) => (index * leap) % count;
}

/**
 * Integrated gradients with the midpoint rule: `(x - b) · mean_k g(b + (k + ½)/N (x - b))`, `[n, h, w, c]`, signed. The note's
 * gap is Σ map - (F(x) - F(b)) of the first picture: 0 in the limit. Captum's default is Gauss-Legendre; its trapezoid weights
 * sum to (N - 1)/N, a bias that is not copied.
 *
 * @see Sundararajan, Taly, Yan 2017, arXiv:1703.01365, eq. 1 and 3
 */
export const integratedGradients: Explanation = {
  id: 'integrated-gradients', name: 'Integrated gradients', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', live: false, choosesLayer: false,
  definition: 'The gradients along the straight way from a baseline to the picture, averaged, times the difference.',
  parameters: [steps, baselineChoice, seed],
  paper: { authors: 'Sundararajan, Taly, Yan', year: 2017, title: 'Axiomatic attribution for deep networks', arxiv: '1703.01365', doi: null, equation: 'eq. 1 and 3' },
  supports: () => null,
  cost: (_, parameters) => 2 * readNumber(parameters, steps) + 2,
  async *run(request) {
    const count = readNumber(request.parameters, steps);
    const order = leapOrder(count);
    const said: Said = { note: { steps: { done: 0, of: count } } };
    const baseline = yield* report(createBaseline(request, baselineChoice), 0, 0, said);
    const difference = sub(request.input, baseline) as Tensor4D;
    try {
      yield { ...said, fraction: 0 };
      const scores = await readAndDrop(yield* report(computeScore(request), 0, 0, said));
      yield { ...said, fraction: 0 };
      const atBaseline = await readAndDrop(yield* report(computeScore({ ...request, input: baseline }), 0, 0, said));
      const change = (scores[0] ?? 0) - (atBaseline[0] ?? 0);
      const { map, note } = yield* sampleGradients(request, {
        count,
        inputAt: (index) => tidy(() => add(mul(difference, (order(index) + 0.5) / count), baseline) as Tensor4D),
        finish: (sums) => mul(difference, meanOfSamples(sums)),
        measure: async (_, finish) => {
          const totals = await readAndDrop(tidy(() => sum(finish(), [1, 2, 3])));
          return { completenessGap: (totals[0] ?? 0) - change };
        },
      });
      return { kind: 'input', map, layer: null, scores, note };
    } finally {
      baseline.dispose();
      difference.dispose();
    }
  },
};
