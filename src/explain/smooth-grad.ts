import { add, div, max, min, mul, randomNormal, relu, slice, square, sub, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { FlagParameter, NumberParameter } from '../contract/explanations';
import type { Explanation, ExplanationParameters, ExplanationRequest } from './explanation';
import { report } from './in-steps';
import { papers } from './papers';
import { mixSeed } from './random';
import { meanOfSamples, sampleGradients, type SamplingParts } from './sampled-gradients';
import { measureErrorOfVariance, measureStandardError, type PowerSums } from './sampling-error';
import { computeScore, readAndDrop } from './score-gradient';
import { readFlag, readNumber } from './settings';

const samples: NumberParameter = {
  kind: 'number', name: 'samples', label: 'Noisy copies', plain: 'How many noisy copies of the picture are tried.', default: 25, min: 1, max: 2000, integer: true,
};
const sigma: NumberParameter = {
  kind: 'number', name: 'sigma', label: 'Noise', plain: 'Strength of the noise, as a part of the range between the darkest and the brightest value.', default: 0.15, min: 0, max: 2, integer: false,
};
const seed: NumberParameter = {
  kind: 'number', name: 'seed', label: 'Seed', plain: 'Another number draws other noise.', default: 1, min: 0, max: 2 ** 31 - 1, integer: true,
};
const squared: FlagParameter = {
  kind: 'flag', name: 'squared', label: 'Squared', plain: 'Averages the squares of the gradients: how strong, not which way.', default: false,
};

/** The k-th noisy copy, `[n, h, w, c]`: given noise as it is, else N(0, (σ (max x - min x))²) with each picture's own range. Owned by the caller. */
function noisyCopy(request: ExplanationRequest, index: number): Tensor4D {
  const { input, parameters, given } = request;
  const [, h, w, c] = input.shape;
  return tidy(() => {
    if (given?.noise !== undefined) return add(input, slice(given.noise, [index, 0, 0, 0], [1, h, w, c]));
    const range = sub(max(input, [1, 2, 3], true), min(input, [1, 2, 3], true));
    // tfjs takes a seed of 0 for none.
    const drawn = randomNormal([1, h, w, c], 0, 1, 'float32', mixSeed(readNumber(parameters, seed), index) + 1);
    return add(input, mul(drawn, mul(range, readNumber(parameters, sigma))));
  });
}

/** What is made of the noisy copies' gradients. */
interface OverNoise extends Pick<SamplingParts, 'sampleOf' | 'higherPowers' | 'finish'> {
  /** The standard error of what `finish` shows, averaged over the map; null where there are too few samples. */
  readonly error: (sums: PowerSums) => Promise<number | null>;
}

function overNoise(facts: Pick<Explanation, 'id' | 'name' | 'definition' | 'signed' | 'meaning' | 'parameters' | 'paper'>, show: (parameters: ExplanationParameters) => OverNoise): Explanation {
  return {
    ...facts, kind: 'input', pixel: 'strongest', live: false, choosesLayer: false, supports: () => null,
    cost: (_, parameters) => 2 * readNumber(parameters, samples) + 1,
    async *run(request) {
      const { given, input, parameters } = request;
      if (given?.noise !== undefined && given.noise.shape.slice(1).join() !== input.shape.slice(1).join()) {
        throw new AppError('input-mismatch', `noise is [${given.noise.shape.join(', ')}], the input [${input.shape.join(', ')}]`);
      }
      const count = given?.noise?.shape[0] ?? readNumber(parameters, samples);
      const scores = await readAndDrop(yield* report(computeScore(request), 0, 0, { note: { steps: { done: 0, of: count } } }));
      const { error, ...shown } = show(parameters);
      const { map, note } = yield* sampleGradients(request, {
        ...shown, count,
        inputAt: (index) => noisyCopy(request, index),
        measure: async (sums) => {
          const standardError = await error(sums);
          return standardError === null ? {} : { standardError };
        },
      });
      return { kind: 'input', map, layer: null, scores, note };
    },
  };
}

/**
 * SmoothGrad: mean of the gradients at noisy copies of the input, `[n, h, w, c]`, signed. Given noise is added as it is. Captum's
 * default is σ = 1 absolute with 5 samples; tf-keras-vis takes absolute values before averaging; PAIR squares by default
 * (`squared` does). Standard error, averaged over the map: `sqrt(s²/n)`, s² the variance (divided by n - 1) of the n gradients, or
 * of their squares where these are averaged; from two copies on.
 *
 * @see Smilkov et al. 2017, arXiv:1706.03825, section 3
 */
export const smoothGrad = overNoise({
  id: 'smooth-grad', name: 'SmoothGrad', signed: true, meaning: 'sensitivity', parameters: [samples, sigma, squared, seed],
  definition: 'The gradient, averaged over noisy copies of the picture.',
  paper: { ...papers.smilkov, equation: 'section 3' },
}, (parameters) => ({
  ...(readFlag(parameters, squared) ? { sampleOf: square } : {}),
  finish: meanOfSamples,
  error: ({ total, squares, done }) => measureStandardError(total, squares, done),
}));

/**
 * VarGrad: variance of the gradient over noisy copies, `[n, h, w, c]` ≥ 0: `mean(g²) - mean(g)²`, divided by n, as in Captum. What
 * the mean hides: where the gradient depends on the noise. Standard error, averaged over the map: that of a variance, from the
 * second and the fourth central moment (`measureErrorOfVariance` has the formula); from four copies on.
 *
 * @see Adebayo et al. 2018, Local explanation methods for deep neural networks lack sensitivity to parameter values, arXiv:1810.03307, section 2
 */
export const varGrad = overNoise({
  id: 'var-grad', name: 'VarGrad', signed: false, meaning: 'spread', parameters: [samples, sigma, seed],
  definition: 'How much the gradient varies over noisy copies of the picture.',
  paper: { authors: 'Adebayo, Gilmer, Goodfellow, Kim', year: 2018, title: 'Local explanation methods for deep neural networks lack sensitivity to parameter values', arxiv: '1810.03307', doi: null, equation: 'section 2' },
}, () => ({
  higherPowers: true,
  finish: ({ total, squares, done }) => relu(sub(div(squares, done), square(div(total, done)))),
  error: measureErrorOfVariance,
}));
