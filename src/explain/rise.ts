import { add, image, mul, reshape, slice, square, sub, tensor4d, tidy, zeros, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { ChoiceParameter, NumberParameter } from '../contract/explanations';
import { createBaseline, describeBaseline } from './baseline';
import type { Explanation } from './explanation';
import { report, type Said } from './in-steps';
import { readProbability } from './probability';
import { drawUniform, type Draw } from './random';
import { measureStandardError } from './sampling-error';
import { computeScore, readAndDrop } from './score-gradient';
import { scorePictures } from './scored-pictures';
import { readChoice, readNumber } from './settings';

const masks: NumberParameter = {
  kind: 'number', name: 'masks', label: 'Masks', plain: 'How many random masks are tried; the error falls with their square root.', default: 2000, min: 1, max: 20_000, integer: true,
};
const grid: NumberParameter = {
  kind: 'number', name: 'grid', label: 'Grid', plain: 'Cells along each side of a mask.', default: 8, min: 2, max: 32, integer: true,
};
const probability: NumberParameter = {
  kind: 'number', name: 'probability', label: 'Open part', plain: 'The chance that a cell of the mask is open.', default: 0.5, min: 0.05, max: 0.95, integer: false,
};
const scoring: ChoiceParameter = {
  kind: 'choice', name: 'score', label: 'Measured by', plain: 'What is left under a mask: the probability, as in the paper, or the score that becomes it.', default: 'probability',
  choices: [{ value: 'probability', label: 'probability' }, { value: 'logit', label: 'score' }],
};
const cover = describeBaseline('black', 'What the closed part of a mask is painted with.');
const seed: NumberParameter = {
  kind: 'number', name: 'seed', label: 'Seed', plain: 'Another number draws other masks.', default: 1, min: 0, max: 2 ** 31 - 1, integer: true,
};

/** One smooth random mask, `[1, h, w, 1]` in 0..1, owned by the caller: a coarse grid enlarged and cut out at a random place. */
function drawMask(draw: Draw, cells: number, chance: number, height: number, width: number): Tensor4D {
  const cellHeight = Math.ceil(height / cells);
  const cellWidth = Math.ceil(width / cells);
  const open = Float32Array.from({ length: cells * cells }, () => (draw() < chance ? 1 : 0));
  const top = Math.floor(draw() * cellHeight);
  const left = Math.floor(draw() * cellWidth);
  return tidy(() => {
    const large = image.resizeBilinear(tensor4d(open, [1, cells, cells, 1]), [(cells + 1) * cellHeight, (cells + 1) * cellWidth], false, true);
    return slice(large, [0, top, left, 0], [1, height, width, 1]);
  });
}

/**
 * RISE: `1 / (N p) · Σ_k score(x under mask k) · mask k`, `[n, h, w, 1]`; the score of a pixel is what is left on average when it
 * shows. The same masks for every picture. Standard error: of the mean, averaged over the map.
 *
 * @see Petsiuk, Das, Saenko 2018, arXiv:1806.07421, eq. 6
 */
export const rise: Explanation = {
  id: 'rise', name: 'RISE', kind: 'input', signed: true, pixel: 'only', meaning: 'kept-score', live: false, choosesLayer: false,
  definition: 'Random masks, each weighted by what is left when only the open part shows (the probability of a class, or by its setting the score; the value of a unit), averaged.',
  parameters: [masks, grid, probability, scoring, cover, seed],
  paper: { authors: 'Petsiuk, Das, Saenko', year: 2018, title: 'RISE: randomized input sampling for explanation of black-box models', arxiv: '1806.07421', doi: null, equation: 'eq. 6' },
  supports: () => null,
  cost: (_, parameters) => readNumber(parameters, masks) + 1,
  async *run(request) {
    const { executor, input, parameters, target } = request;
    const [n, h, w] = input.shape;
    const chance = readNumber(parameters, probability);
    const cells = readNumber(parameters, grid);
    const start = readNumber(parameters, seed);
    const byProbability = readChoice(parameters, scoring) === 'probability';
    // A mask is drawn twice (to cover, to weigh) instead of kept: its own seed makes both the same.
    const maskAt = (index: number): Tensor4D => drawMask(drawUniform(start, index), cells, chance, h, w);
    const count = readNumber(parameters, masks);
    const said: Said = { note: { steps: { done: 0, of: count } } };
    const baseline = yield* report(createBaseline(request, cover), 0, 0, said);
    let total: Tensor4D = zeros([n, h, w, 1]);
    let squares: Tensor4D = zeros([n, h, w, 1]);
    const average = (done: number): Tensor4D => tidy(() => mul(total, 1 / (done * chance)));
    try {
      const scores = await readAndDrop(yield* report(computeScore(request), 0, 0, said));
      const note = yield* scorePictures(request, {
        count,
        inputAt: (index) => tidy(() => add(mul(sub(input, baseline), maskAt(index)), baseline) as Tensor4D),
        ...(byProbability ? { score: (value: Tensor) => readProbability(executor.graph, value, target) } : {}),
        absorb: (first, found) => {
          const sums = tidy((): [Tensor4D, Tensor4D] => {
            let nextTotal = total;
            let nextSquares = squares;
            for (let row = 0; row < found.shape[0]; row += 1) {
              const weighed = mul(maskAt(first + row), reshape(slice(found, [row, 0], [1, n]), [n, 1, 1, 1]));
              nextTotal = add(nextTotal, weighed);
              nextSquares = add(nextSquares, square(weighed));
            }
            return [nextTotal, nextSquares];
          });
          total.dispose();
          squares.dispose();
          [total, squares] = sums;
        },
        partial: average,
        measure: async (done) => {
          const error = await measureStandardError(total, squares, done);
          return error === null ? {} : { standardError: error / chance };
        },
      });
      return { kind: 'input', map: average(count), layer: null, scores, note };
    } finally {
      total.dispose();
      squares.dispose();
      baseline.dispose();
    }
  },
};
