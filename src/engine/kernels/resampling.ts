import {
  add, image, localResponseNormalization, matMul, mul, pow, reshape, square, sub, tensor2d, tidy, transpose, type Tensor, type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Operation } from '../../graph/ops';
import type { BackwardStep, ForwardStep, Kernel } from './kernel';
import { backwardLinear, isRelevanceRule, type LinearMap } from './linear-rules';
import { rescaleElements } from './rescale';

type Resize = Extract<Operation, { op: 'resize' }>;
type LocalResponseNorm = Extract<Operation, { op: 'local-response-norm' }>;

/** Row i holds the weights with which output position i reads the input positions along one axis. */
function interpolationMatrix(from: number, to: number, operation: Resize): Float32Array {
  const matrix = new Float32Array(to * from);
  const { alignCorners, halfPixelCentres, method } = operation;
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  for (let index = 0; index < to; index += 1) {
    const at = halfPixelCentres ? (index + 0.5) * ratio - 0.5 : index * ratio;
    if (method === 'nearest') {
      const nearest = halfPixelCentres ? Math.floor((index + 0.5) * ratio) : alignCorners ? Math.round(at) : Math.floor(at);
      matrix[index * from + Math.min(Math.max(nearest, 0), from - 1)] = 1;
      continue;
    }
    const clamped = Math.min(Math.max(at, 0), from - 1);
    const low = Math.floor(clamped);
    const high = Math.min(low + 1, from - 1);
    matrix[index * from + low] = 1 - (clamped - low);
    matrix[index * from + high] = (matrix[index * from + high] ?? 0) + (clamped - low);
  }
  return matrix;
}

/** `M` along the rows of `[n, h, w, c]`: `[n, h', w, c]`. */
function multiplyRows(matrix: Tensor, map: Tensor): Tensor {
  const [n = 1, h = 1, w = 1, c = 1] = map.shape;
  const rows = matrix.shape[0] ?? 1;
  const columns = reshape(transpose(reshape(map, [n, h, w * c]), [1, 0, 2]), [h, n * w * c]);
  return reshape(transpose(reshape(matMul(matrix, columns), [rows, n, w * c]), [1, 0, 2]), [n, rows, w, c]);
}

function swapAxes(map: Tensor): Tensor {
  return transpose(map, [0, 2, 1, 3]);
}

function resizeMap(step: BackwardStep<Resize>): LinearMap {
  const [, h = 1, w = 1] = (step.inputs[0] as Tensor).shape;
  const { height, width } = step.operation;
  const rows = step.weights.derive('rows', () => tensor2d(interpolationMatrix(h, height, step.operation), [height, h]));
  const columns = step.weights.derive('columns', () => tensor2d(interpolationMatrix(w, width, step.operation), [width, w]));
  return {
    bias: null,
    apply: (values, sign) => tidy(() => mul(swapAxes(multiplyRows(columns, swapAxes(multiplyRows(rows, values)))), sign === 'negative' ? 0 : 1)),
    transpose: (upstream, sign) => tidy(() => mul(
      swapAxes(multiplyRows(transpose(columns), swapAxes(multiplyRows(transpose(rows), upstream)))), sign === 'negative' ? 0 : 1)),
  };
}

/** Resampling of a map. Its gradient is the transposed interpolation, one matrix product per axis. */
export const resizeKernel: Kernel<Resize> = {
  forward: (step: ForwardStep<Resize>) => {
    const { height, width, method, alignCorners, halfPixelCentres } = step.operation;
    const resample = method === 'nearest' ? image.resizeNearestNeighbor : image.resizeBilinear;
    return resample(step.inputs[0] as Tensor4D, [height, width], alignCorners, halfPixelCentres);
  },
  backward: (step: BackwardStep<Resize>) => [backwardLinear(resizeMap(step), step.rule, () => step.inputs[0] as Tensor, step.upstream)],
};

function bandMatrix(channels: number, size: number): Tensor {
  const before = Math.floor((size - 1) / 2);
  const after = size - 1 - before;
  const values = new Float32Array(channels * channels);
  for (let from = 0; from < channels; from += 1) {
    for (let to = 0; to < channels; to += 1) {
      if (from >= to - before && from <= to + after) values[from * channels + to] = 1;
    }
  }
  return tensor2d(values, [channels, channels]);
}

/** Sum over the `size` channels around each, as a product with a band matrix. */
function sumNeighbours(map: Tensor, band: Tensor): Tensor {
  const channels = map.shape.at(-1) ?? 1;
  return reshape(matMul(reshape(map, [map.size / channels, channels]), band), map.shape);
}

/** `x / (bias + alpha / size * sum of squares of the neighbouring channels) ^ beta`. LRP passes it by unchanged. */
export const localResponseNormKernel: Kernel<LocalResponseNorm> = {
  forward: (step) => {
    const { size, alpha, beta, bias } = step.operation;
    const [input] = step.inputs as readonly [Tensor4D];
    if (size % 2 === 1) return localResponseNormalization(input, (size - 1) / 2, bias, alpha / size, beta);
    const band = step.weights.derive('band', () => bandMatrix(input.shape[3], size));
    return tidy(() => mul(input, pow(add(mul(sumNeighbours(square(input), band), alpha / size), bias), -beta)));
  },
  backward: (step) => {
    if (isRelevanceRule(step.rule)) return [step.upstream.clone()];
    if (step.reference !== undefined) return [rescaleElements(step, null)];
    const { size, alpha, beta, bias } = step.operation;
    const [input] = step.inputs as readonly [Tensor];
    const band = step.weights.derive('band', () => bandMatrix(input.shape.at(-1) ?? 1, size));
    return [tidy(() => {
      const base = add(mul(sumNeighbours(square(input), band), alpha / size), bias);
      const direct = mul(step.upstream, pow(base, -beta));
      const spread = sumNeighbours(mul(mul(step.upstream, input), pow(base, -beta - 1)), transpose(band));
      return sub(direct, mul(mul(input, spread), (2 * alpha * beta) / size));
    })];
  },
};
