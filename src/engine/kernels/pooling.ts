import {
  avgPool, cast, equal, fill, max, maxPool, mul, ones, pad, reshape, tensor, tidy, type Tensor, type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Operation, Padding } from '../../graph/ops';
import { noPadding } from '../../graph/padding';
import { convolveDepthwise, transposeDepthwise } from './depthwise-convolution';
import type { BackwardStep, ForwardStep, Kernel, StepWeights } from './kernel';
import { backwardLinear, relevanceEpsilonOf, type LinearMap } from './linear-rules';
import { routeToFirstMaximum } from './max-routing';
import { rescaleMaximum } from './rescale';
import { mapSizeOf, padOrCrop, toTfjsPadding } from './spatial';

type MaxPool = Extract<Operation, { op: 'max-pool' }>;
type AveragePool = Extract<Operation, { op: 'average-pool' }>;
type GlobalAverage = Extract<Operation, { op: 'global-average-pool' }>;
type GlobalMax = Extract<Operation, { op: 'global-max-pool' }>;

export const maxPoolKernel: Kernel<MaxPool> = {
  forward: (step: ForwardStep<MaxPool>) => {
    const { window, strides, padding } = step.operation;
    return maxPool(step.inputs[0] as Tensor4D, [...window], [...strides], toTfjsPadding(padding));
  },
  backward: (step: BackwardStep<MaxPool>) => [
    rescaleMaximum(step, (input, output, upstream) => routeToFirstMaximum({ ...step, inputs: [input], output, upstream })),
  ],
};

function countsOfWindows(inputSize: readonly [number, number], outputSize: readonly [number, number], operation: AveragePool): Tensor {
  const { window, strides, padding, countPadding } = operation;
  const along = (axis: 0 | 1, before: number): number[] => Array.from({ length: outputSize[axis] }, (_, index) => {
    const start = index * strides[axis] - before;
    const end = start + window[axis];
    return countPadding ? window[axis] : Math.min(end, inputSize[axis]) - Math.max(start, 0);
  });
  const rows = along(0, padding.top);
  const columns = along(1, padding.left);
  return tensor(rows.flatMap((row) => columns.map((column) => 1 / (row * column))), [1, outputSize[0], outputSize[1], 1]);
}

function averageMap(step: BackwardStep<AveragePool>): LinearMap {
  const [input] = step.inputs as readonly [Tensor];
  const [kh, kw] = step.operation.window;
  const channels = input.shape[3] ?? 1;
  const inputSize = mapSizeOf(input);
  const outputSize = mapSizeOf(step.output);
  const geometry = { strides: step.operation.strides, dilations: [1, 1], padding: step.operation.padding } as const;
  const kernel = step.weights.derive('ones', () => ones([kh, kw, channels, 1]));
  const counts = step.weights.derive('inverse counts', () => countsOfWindows(inputSize, outputSize, step.operation));
  const zero = (tensorLike: Tensor): Tensor => mul(tensorLike, 0);
  return {
    bias: null,
    apply: (values, sign) => tidy(() => {
      const mean = mul(convolveDepthwise(values, kernel, geometry, null, null), counts);
      return sign === 'negative' ? zero(mean) : mean;
    }),
    transpose: (upstream, sign) => tidy(() => {
      const spread = transposeDepthwise(mul(upstream, counts), kernel, () => kernel, geometry, inputSize);
      return sign === 'negative' ? zero(spread) : spread;
    }),
  };
}

/** All LRP rules treat averages as a plain linear layer; only epsilon differs. */
function averageRule(step: BackwardStep): BackwardStep['rule'] {
  const epsilon = relevanceEpsilonOf(step.rule);
  return epsilon === null ? step.rule : { kind: 'lrp-epsilon', epsilon };
}

function average(input: Tensor4D, window: readonly [number, number], strides: readonly [number, number], padding: Padding): Tensor4D {
  return avgPool(input, [...window], [...strides], toTfjsPadding(padding));
}

export const averagePoolKernel: Kernel<AveragePool> = {
  forward: (step: ForwardStep<AveragePool>) => {
    const { window, strides, padding, countPadding } = step.operation;
    const input = step.inputs[0] as Tensor4D;
    if (!countPadding) return average(input, window, strides, padding);
    return tidy(() => average(padOrCrop(input, padding) as Tensor4D, window, strides, noPadding));
  },
  backward: (step: BackwardStep<AveragePool>) =>
    [backwardLinear(averageMap(step), averageRule(step), () => step.inputs[0] as Tensor, step.upstream)],
};

function asColumn(tensorLike: Tensor): Tensor {
  return reshape(tensorLike, [tensorLike.shape[0] ?? 1, 1, 1, tensorLike.shape.at(-1) ?? 1]);
}

function globalAverageMap(input: Tensor, weights: StepWeights): LinearMap {
  const [height, width] = mapSizeOf(input);
  const shares = weights.derive('shares', () => fill([1, height, width, 1], 1 / (height * width)));
  return {
    bias: null,
    apply: (values) => average(values as Tensor4D, [height, width], [1, 1], noPadding),
    // One product spreads and divides.
    transpose: (upstream) => mul(upstream, shares),
  };
}

export const globalAverageKernel: Kernel<GlobalAverage> = {
  // tfjs's mean over inner axes transposes the whole map first; one pooling window does not.
  forward: (step: ForwardStep<GlobalAverage>) => tidy(() => {
    const [input] = step.inputs as readonly [Tensor4D];
    return reshape(average(input, [input.shape[1], input.shape[2]], [1, 1], noPadding), [input.shape[0], ...step.outputShape]);
  }),
  backward: (step: BackwardStep<GlobalAverage>) => [tidy(() => {
    const [input] = step.inputs as readonly [Tensor];
    return backwardLinear(globalAverageMap(input, step.weights), averageRule(step), () => input, asColumn(step.upstream));
  })],
};

export const globalMaxKernel: Kernel<GlobalMax> = {
  forward: (step: ForwardStep<GlobalMax>) => max(step.inputs[0] as Tensor, [1, 2], step.operation.keepDims),
  backward: (step: BackwardStep<GlobalMax>) => [tidy(() => {
    const [input] = step.inputs as readonly [Tensor];
    const columns: BackwardStep = {
      ...step, output: asColumn(step.output), upstream: asColumn(step.upstream),
      ...(step.reference === undefined ? {} : { reference: { inputs: step.reference.inputs, output: asColumn(step.reference.output) } }),
    };
    return rescaleMaximum({ ...columns, inputs: [input] }, firstMaximumOfMap);
  })],
};

/** A global window has too many offsets to walk: the first maximum is the one with no maximum before it. */
function firstMaximumOfMap(input: Tensor, output: Tensor, upstream: Tensor): Tensor {
  const [n = 1, h = 1, w = 1, c = 1] = input.shape;
  const flat = reshape(cast(equal(input, output), 'float32'), [n, h * w, 1, c]);
  // Later maxima get a smaller rank; the largest rank in each channel is the first maximum.
  const ranks = tensor(Float32Array.from({ length: h * w }, (_, index) => h * w - index), [1, h * w, 1, 1]);
  const ranked = mul(flat, ranks);
  const first = cast(equal(ranked, max(ranked, 1, true)), 'float32');
  return mul(reshape(mul(first, flat), [n, h, w, c]), upstream);
}

/** Zero (or constant) borders; gradient and relevance of the border are dropped. */
export const padKernel: Kernel<Extract<Operation, { op: 'pad' }>> = {
  forward: (step) => {
    const { top, bottom, left, right } = step.operation.padding;
    return pad(step.inputs[0] as Tensor4D, [[0, 0], [top, bottom], [left, right], [0, 0]], step.operation.value);
  },
  backward: (step) => {
    const { top, bottom, left, right } = step.operation.padding;
    return [padOrCrop(step.upstream, { top: -top, bottom: -bottom, left: -left, right: -right })];
  },
};
