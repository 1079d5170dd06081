import { add, div, log, mul, onesLike, reshape, slice, sqrt, square, sub, sum, tensor4d, tidy, zeros, zerosLike, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { ChoiceParameter, NumberParameter } from '../contract/explanations';
import type { JobNote } from '../contract/jobs';
import { boundsOf } from './baseline';
import type { NetworkGraph } from '../graph/network-graph';
import type { Explanation, ExplanationParameters, ExplanationRequest } from './explanation';
import { report, type Said } from './in-steps';
import { canShip, createPatchSampler, fitModel, shippedModel, type PatchModel, type PatchSamplers } from './patch-model';
import { readProbability } from './probability';
import { drawUniform } from './random';
import { readOne, varianceOfMean } from './sampling-error';
import { readAndDrop } from './score-gradient';
import { readScore, scoreLayerOf, type ScoreTarget } from './score-target';
import { scorePictures } from './scored-pictures';
import { readChoice, readNumber, readOptionalNumber } from './settings';

const borderPx = 2;
const largestWindowPx = 12;

const windowParameter: NumberParameter = {
  kind: 'number', name: 'window', label: 'Window', plain: 'Side of the part that is replaced, in pixels of the network\'s input, 12 at most; 10 at 224 px and in proportion where it is not given.', default: null, min: 1, max: largestWindowPx, integer: true,
};
const strideParameter: NumberParameter = {
  kind: 'number', name: 'stride', label: 'Step', plain: 'How far the window moves; its own side where it is not given (1 in the paper).', default: null, min: 1, max: 4096, integer: true,
};
const samples: NumberParameter = {
  kind: 'number', name: 'samples', label: 'Replacements', plain: 'How many likely replacements are tried for each window.', default: 10, min: 1, max: 200, integer: true,
};
const statistics: ChoiceParameter = {
  kind: 'choice', name: 'statistics', label: 'What is likely', plain: 'Where the likely replacements come from: the app\'s own gallery, where it fits (a picture in colour, and a window that is small beside it), or this picture alone.', default: 'gallery',
  choices: [{ value: 'gallery', label: 'gallery' }, { value: 'picture', label: 'this picture' }],
};
const trainingPictures: NumberParameter = {
  kind: 'number', name: 'trainingPictures', label: 'Training pictures', plain: 'Keeps probabilities away from 0 and 1 as if this many pictures had been counted.', default: 10_000, min: 1, max: 1e9, integer: true,
};
const seed: NumberParameter = {
  kind: 'number', name: 'seed', label: 'Seed', plain: 'Another number draws other replacements.', default: 1, min: 0, max: 2 ** 31 - 1, integer: true,
};

function placeWindows([height, width]: readonly [number, number], parameters: ExplanationParameters): { readonly side: number; readonly stride: number; readonly rows: number; readonly columns: number } {
  const side = readOptionalNumber(parameters, windowParameter) ?? Math.min(largestWindowPx, Math.max(2, Math.round((10 / 224) * Math.min(height, width))));
  const stride = readOptionalNumber(parameters, strideParameter) ?? side;
  const along = (size: number): number => Math.max(0, Math.ceil((size - side) / stride)) + 1;
  return { side, stride, rows: along(height), columns: along(width) };
}

/** The class's probability, or for a difference or a unit the score itself. `[m]` · owned by the caller. */
function measure(graph: NetworkGraph, start: Tensor, target: ScoreTarget): Tensor1D {
  return target.kind === 'class' ? readProbability(graph, start, target) : readScore(start, target);
}

/** `log₂ odds` of Laplace-smoothed probabilities `(p N + 1) / (N + answers)`, used inside a tidy. Finite: at least two answers. */
function logOdds(probability: Tensor, counted: number, answers: number): Tensor {
  const against = add(mul(sub(1, probability), counted), answers - 1);
  return mul(log(div(add(mul(probability, counted), 1), against)), Math.LOG2E);
}

/** Slope of {@link logOdds}, used inside a tidy: `log₂ e · N (1 / (p N + 1) + 1 / ((1 - p) N + answers - 1))`. */
function logOddsSlope(probability: Tensor, counted: number, answers: number): Tensor {
  const against = add(mul(sub(1, probability), counted), answers - 1);
  return mul(add(div(1, add(mul(probability, counted), 1)), div(1, against)), counted * Math.LOG2E);
}

/** Where likely replacements come from: the gallery is of photographs in colour and reaches only so far. */
function chooseStatistics({ input: { shape: [, h, w, c] }, pixels, parameters }: ExplanationRequest, side: number): { readonly asked: string; readonly used: 'gallery' | 'picture' } {
  const asked = readChoice(parameters, statistics);
  const fits = c === 3 && pixels !== undefined && pixels.range === undefined && canShip(side + 2 * borderPx, Math.min(h, w));
  return { asked, used: asked === 'gallery' && fits ? 'gallery' : 'picture' };
}

async function createSamplers(request: ExplanationRequest, pictures: readonly Float32Array[], side: number, used: 'gallery' | 'picture'): Promise<readonly PatchSamplers[]> {
  const [n, h, w, c] = request.input.shape;
  const [low, high] = boundsOf(request);
  const least = await readAndDrop(low);
  const largest = await readAndDrop(high);
  // Bounds of the preprocessing have one entry for each channel, those of the pictures one for each picture.
  const own = request.pixels === undefined;
  const bound = (values: Float32Array, picture: number): number[] => Array.from({ length: c }, (_, channel) => values[own ? picture % n : channel] ?? 0);
  return pictures.map((values, picture) => {
    const model: PatchModel = used === 'gallery' && request.pixels !== undefined ? shippedModel(Math.min(h, w), request.pixels) : fitModel(values, h, w, c);
    return createPatchSampler(model, [h, w, c], [side, side], borderPx, [bound(least, picture), bound(largest, picture)]);
  });
}

/**
 * Prediction difference: `log₂ odds(p(c|x)) - log₂ odds(mean p(c|x with the window replaced))`, averaged over the windows that cover
 * a pixel, `[n, h, w, 1]`, signed, in bits. Replacements are drawn from a Gaussian conditional on the surroundings (2 px), fitted
 * on the app's gallery, or on the picture itself where that does not fit: no colour picture, or a window that is large beside it
 * (`inForce` of the note says so). For units and differences the score's own
 * difference is shown (the paper's activation difference). Unlike the paper the covariance is that of the channels times that
 * of the places, the window moves by its own side, and it is 12 px wide at most (its covariance grows with the fourth power).
 *
 * Standard error, averaged over the pixels that a window has covered so far, from two replacements on: of one window, by the delta
 * method, `|d log₂ odds / dp| at the mean p · sqrt(s²/m)`, s² the variance (divided by m - 1) of p over its m replacements; of a
 * pixel that k windows cover, the root of the sum of their squares, divided by k. For units and differences the slope is 1.
 *
 * @see Zintgraf, Cohen, Adel, Welling 2017, arXiv:1702.04595, eq. 2 to 6
 */
export const predictionDifference: Explanation = {
  id: 'prediction-difference', name: 'Prediction difference', kind: 'input', signed: true, pixel: 'only', meaning: 'evidence', live: false, choosesLayer: false,
  definition: 'How much the odds of a class fall, in bits (log₂), when a window is replaced by what could just as well be there; for a unit or a difference of two classes, how much its score falls.',
  parameters: [windowParameter, strideParameter, samples, statistics, trainingPictures, seed],
  paper: { authors: 'Zintgraf, Cohen, Adel, Welling', year: 2017, title: 'Visualizing deep neural network decisions: prediction difference analysis', arxiv: '1702.04595', doi: null, equation: 'eq. 2 to 6' },
  supports: () => null,
  cost: ({ inputShape: [height, width] }, parameters) => {
    const { rows, columns } = placeWindows([height, width], parameters);
    return rows * columns * readNumber(parameters, samples) + 1;
  },
  async *run(request) {
    const { executor, input, target, parameters } = request;
    const [n, h, w, c] = input.shape;
    const { side, stride, rows, columns } = placeWindows([h, w], parameters);
    const draws = readNumber(parameters, samples);
    const start = readNumber(parameters, seed);
    const counted = readNumber(parameters, trainingPictures);
    const from = scoreLayerOf(executor.graph, target);
    const values = Float32Array.from(await input.data());
    const count = rows * columns * draws;
    const { asked, used } = chooseStatistics(request, side);
    const facts: Partial<JobNote> = asked === used ? {} : { inForce: { [statistics.name]: used } };
    const said: Said = { note: { ...facts, steps: { done: 0, of: count } } };
    const pictures = Array.from({ length: n }, (_, picture) => values.subarray(picture * h * w * c, (picture + 1) * h * w * c));
    const samplers = await createSamplers(request, pictures, side, used);
    yield { ...said, fraction: 0 };
    for (const sampler of samplers) {
      for (let window = 0; window < rows * columns; window += 1) {
        const steps = sampler.prepare(Math.floor(window / columns) * stride, (window % columns) * stride);
        while (steps.next().done !== true) yield { ...said, fraction: 0 };
      }
    }

    const activations = yield* report(executor.forwardInSteps(input, { mode: 'live', taps: new Set([from]), until: from }), 0, 0, said);
    let answers: number;
    let score: Tensor1D;
    let before: Tensor1D;
    try {
      // Outputs that are each a question of their own have two answers: yes and no.
      answers = executor.graph.probabilities === 'softmax' ? activations.get(from).size / n : 2;
      [score, before] = tidy((): [Tensor1D, Tensor1D] => [readScore(activations.get(from), target), measure(executor.graph, activations.get(from), target)]);
    } finally {
      // There may be no such class.
      activations.dispose();
    }

    const evidence = (measured: Tensor): Tensor => (target.kind === 'class' ? logOdds(measured, counted, answers) : measured);
    const cornerOf = (window: number): readonly [number, number] => [Math.floor(window / columns) * stride, (window % columns) * stride];
    const maskOf = (window: number): Float32Array => {
      const [top, left] = cornerOf(window);
      const mask = new Float32Array(h * w);
      for (let y = top; y < Math.min(top + side, h); y += 1) mask.fill(1, y * w + Math.min(left, w), y * w + Math.min(left + side, w));
      return mask;
    };
    /** Windows that cover each place so far. */
    const counts = new Float32Array(h * w);
    let total: Tensor4D = zeros([n, h, w, 1]);
    /** Of the windows' values, summed where they lie. */
    let variances: Tensor4D = zeros([n, h, w, 1]);
    // Distances from the window's first replacement: beside a probability near 1 rounding would hide how little it varies.
    let open: readonly Tensor1D[] = [];
    const shares = (power: number): Tensor4D => tensor4d(counts.map((covering) => Math.max(covering, 1) ** power), [1, h, w, 1]);
    const average = (): Tensor4D => tidy(() => div(total, shares(1)));
    const closeWindow = (window: number): void => {
      const [first, distances, squares] = open as [Tensor1D, Tensor1D, Tensor1D];
      const mask = maskOf(window);
      const sums = tidy((): [Tensor4D, Tensor4D] => {
        const after = add(first, div(distances, draws));
        const slope = target.kind === 'class' ? logOddsSlope(after, counted, answers) : onesLike(after);
        const spread = draws < 2 ? zerosLike(after) : mul(square(slope), varianceOfMean(distances, squares, draws));
        const place = (value: Tensor): Tensor => mul(reshape(value, [n, 1, 1, 1]), tensor4d(mask, [1, h, w, 1]));
        return [add(total, place(sub(evidence(before), evidence(after)))), add(variances, place(spread))];
      });
      for (const held of [total, variances, ...open]) held.dispose();
      [total, variances] = sums;
      open = [];
      mask.forEach((value, at) => { counts[at] = (counts[at] ?? 0) + value; });
    };
    try {
      const note = yield* scorePictures(request, {
        count, facts,
        inputAt: (index) => {
          const [top, left] = cornerOf(Math.floor(index / draws));
          const changed = new Float32Array(values.length);
          pictures.forEach((picture, at) => {
            const sampler = samplers[at]?.at(top, left);
            if (sampler !== undefined) changed.set(sampler.draw(picture, drawUniform(start, index)), at * picture.length);
          });
          return tensor4d(changed, [n, h, w, c]);
        },
        score: (value) => measure(executor.graph, value, target),
        absorb: (index, found) => {
          for (let row = 0; row < found.shape[0]; row += 1) {
            const [first, distances, squares] = open;
            const next = tidy((): Tensor1D[] => {
              const value: Tensor1D = reshape(slice(found, [row, 0], [1, n]), [n]);
              if (first === undefined || distances === undefined || squares === undefined) return [value, zerosLike(value), zerosLike(value)];
              const distance = sub(value, first);
              return [first, add(distances, distance), add(squares, square(distance))];
            });
            distances?.dispose();
            squares?.dispose();
            open = next;
            if ((index + row + 1) % draws === 0) closeWindow((index + row + 1) / draws - 1);
          }
        },
        partial: average,
        measure: async () => {
          const covered = counts.filter((covering) => covering > 0).length;
          const error = draws < 2 || covered === 0 ? null : await readOne(() => div(sum(sqrt(div(variances, shares(2)))), n * covered));
          return error === null ? {} : { standardError: error };
        },
      });
      return { kind: 'input', map: average(), layer: null, scores: await readAndDrop(score.clone()), note };
    } finally {
      for (const held of [total, variances, before, score, ...open]) held.dispose();
    }
  },
};
