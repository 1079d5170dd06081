import { add, div, mul, ones, reshape, slice, sub, tensor4d, tidy, zeros, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { NumberParameter } from '../contract/explanations';
import { createBaseline, describeBaseline } from './baseline';
import type { Explanation, ExplanationParameters } from './explanation';
import { report, type Said } from './in-steps';
import { computeScore, readAndDrop } from './score-gradient';
import { scorePictures } from './scored-pictures';
import { readPair } from './settings';

const windowParameter: NumberParameter = {
  kind: 'number', name: 'window', label: 'Window', plain: 'Side of the part that is covered, in pixels of the network\'s input; an eighth of the side where it is not given.', default: null, min: 1, max: 4096, integer: true,
};
const strideParameter: NumberParameter = {
  kind: 'number', name: 'stride', label: 'Step', plain: 'How far the window moves; half of it where it is not given.', default: null, min: 1, max: 4096, integer: true,
};
const cover = describeBaseline('mean', 'What the covered part is painted with.');

interface Geometry {
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly rows: number;
  readonly columns: number;
}

/** Captum's geometry: windows from 0 in steps of the stride, `ceil((size - window) / stride) + 1` of them; the last may stick out. */
export function placeWindows(size: readonly [number, number], parameters: ExplanationParameters): Geometry {
  const window = readPair(parameters, windowParameter) ?? [Math.max(1, Math.round(size[0] / 8)), Math.max(1, Math.round(size[1] / 8))];
  const stride = readPair(parameters, strideParameter) ?? [Math.max(1, Math.floor(window[0] / 2)), Math.max(1, Math.floor(window[1] / 2))];
  const along = (axis: 0 | 1): number => Math.max(0, Math.ceil((size[axis] - window[axis]) / stride[axis])) + 1;
  return { window, stride, rows: along(0), columns: along(1) };
}

/** 1 inside the k-th window, else 0, `[h * w]`. */
function fillWindow(size: readonly [number, number], { window, stride, columns }: Geometry, index: number): Float32Array {
  const [height, width] = size;
  const top = Math.floor(index / columns) * stride[0];
  const left = (index % columns) * stride[1];
  const mask = new Float32Array(height * width);
  for (let y = top; y < Math.min(top + window[0], height); y += 1) mask.fill(1, y * width + Math.min(left, width), y * width + Math.min(left + window[1], width));
  return mask;
}

/**
 * Occlusion: a window is painted over, everywhere in turn; a pixel's value is the mean of `S(x) - S(x covered)` over the windows
 * that cover it, `[n, h, w, c]`, the same for every channel, signed. PAIR sums instead of averaging, tf-explain shows 1 - p.
 *
 * @see Zeiler and Fergus 2013, arXiv:1311.2901, section 4.2
 */
export const occlusion: Explanation = {
  id: 'occlusion', name: 'Occlusion', kind: 'input', signed: true, pixel: 'only', meaning: 'evidence', live: false, choosesLayer: false,
  definition: 'How much the score falls when a window is painted over, averaged over the windows that cover a pixel.',
  parameters: [windowParameter, strideParameter, cover],
  paper: { authors: 'Zeiler, Fergus', year: 2013, title: 'Visualizing and understanding convolutional networks', arxiv: '1311.2901', doi: null, equation: 'section 4.2' },
  supports: () => null,
  cost: ({ inputShape: [height, width] }, parameters) => {
    const { rows, columns } = placeWindows([height, width], parameters);
    return rows * columns + 1;
  },
  async *run(request) {
    const { input, parameters } = request;
    const [n, h, w, c] = input.shape;
    const geometry = placeWindows([h, w], parameters);
    const counts = new Float32Array(h * w);
    const maskAt = (index: number): Tensor4D => tensor4d(fillWindow([h, w], geometry, index), [1, h, w, 1]);
    const count = geometry.rows * geometry.columns;
    const said: Said = { note: { steps: { done: 0, of: count } } };
    const baseline = yield* report(createBaseline(request, cover), 0, 0, said);
    const held: Tensor[] = [baseline];
    let total: Tensor4D = zeros([n, h, w, 1]);
    // A pixel that no window covers has no value: 0.
    const average = (): Tensor4D => tidy(() => mul(div(total, tensor4d(counts.map((count) => Math.max(count, 1)), [1, h, w, 1])), ones([1, 1, 1, c])));
    try {
      const before = yield* report(computeScore(request), 0, 0, said);
      held.push(before);
      const note = yield* scorePictures(request, {
        count,
        inputAt: (index) => tidy(() => {
          const mask = maskAt(index);
          return add(mul(input, sub(1, mask)), mul(baseline, mask)) as Tensor4D;
        }),
        absorb: (first, scores) => {
          const next = tidy(() => {
            let sum: Tensor4D = total;
            for (let row = 0; row < scores.shape[0]; row += 1) {
              const fall = reshape(sub(before, reshape(slice(scores, [row, 0], [1, n]), [n])), [n, 1, 1, 1]);
              sum = add(sum, mul(fall, maskAt(first + row)));
            }
            return sum;
          });
          total.dispose();
          total = next;
          for (let row = 0; row < scores.shape[0]; row += 1) fillWindow([h, w], geometry, first + row).forEach((value, place) => { counts[place] = (counts[place] ?? 0) + value; });
        },
        partial: average,
      });
      return { kind: 'input', map: average(), layer: null, scores: await readAndDrop(before.clone()), note };
    } finally {
      total.dispose();
      for (const tensor of held) tensor.dispose();
    }
  },
};
