import type { GraphNode, WeightArray } from '../graph/network-graph';
import type { Padding } from '../graph/ops';
import { noPadding, resolveSamePadding } from '../graph/padding';
import { countElements } from '../graph/shapes';
import { gatherInto } from './gather-values';
import { dropLeadingOnes } from './tflite-elementwise';
import type { OperatorReader, OperatorScope, TfliteValue } from './tflite-scope';
import { reshapeTo } from './tflite-views';
import { addTransposedConvolution } from './transposed-convolution';

type Pair = readonly [number, number];

function resolvePadding(scope: OperatorScope, value: TfliteValue, window: Pair, strides: Pair, dilations: Pair): Padding {
  const kind = scope.optionByte(0, 0);
  if (kind === 1) return noPadding;
  if (kind !== 0) scope.reject(`padding ${kind}`);
  const [height, width] = scope.map(value);
  if ([...window, ...strides, ...dilations].some((size) => size < 1)) scope.reject(`window ${window.join(' x ')}, strides ${strides.join(' and ')}`);
  return resolveSamePadding([height, width], window, strides, dilations);
}

function readBias(scope: OperatorScope, index: number): GraphNode['weights'] {
  if (scope.computed(index) !== null) scope.refuse(`input ${index} (bias) has to be a constant`);
  const bias = scope.optional(index);
  return bias === null ? {} : { bias: { shape: [bias.values.length], values: bias.values } };
}

/** `[out, kh, kw, in]` to the graph's `[kh, kw, in, out]`; rotated: turned by 180 degrees as well. */
function turnKernel(scope: OperatorScope, rotated = false): WeightArray {
  const { shape, values } = scope.constant(1);
  const [filters = 0, height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 4 || shape.includes(0)) return scope.reject(`a kernel of shape [${shape.join(', ')}]`);
  const turned = new Float32Array(values.length);
  const area = height * width;
  const pixels = { size: area, step: rotated ? -channels : channels };
  gatherInto(turned, values, [pixels, { size: channels, step: 1 }, { size: filters, step: area * channels }], rotated ? (area - 1) * channels : 0);
  return { shape: [height, width, channels, filters], values: turned };
}

/** CONV_2D, in groups where the kernel has fewer channels than the map. */
export const readConvolution: OperatorReader = (scope) => {
  const input = scope.value(0);
  const [, , channels] = scope.map(input);
  const kernel = turnKernel(scope);
  const [height = 0, width = 0, perGroup = 0] = kernel.shape;
  const strides = [scope.option(2, 1), scope.option(1, 1)] as const;
  const dilations = [scope.option(5, 1), scope.option(4, 1)] as const;
  if (channels % perGroup !== 0) scope.reject(`a kernel for ${perGroup} channels on ${channels}`);
  const padding = resolvePadding(scope, input, [height, width], strides, dilations);
  return [scope.addFused(3, { op: 'conv2d', strides, dilations, padding, groups: channels / perGroup }, [input], { kernel, ...readBias(scope, 2) })];
};

/** TRANSPOSE_CONV: the file gives the size of the result, what is too much of it is cut off evenly. */
export const readTransposedConvolution: OperatorReader = (scope) => {
  const input = scope.value(2);
  const [height, width, channels] = scope.map(input);
  const kernel = turnKernel(scope, true);
  const [kernelHeight = 0, kernelWidth = 0, from = 0, filters = 0] = kernel.shape;
  const [, toHeight = 0, toWidth = 0] = scope.optional(0) === null ? scope.output.shape : scope.wholes(0);
  const strides = [scope.option(2, 1), scope.option(1, 1)] as const;
  if (from !== channels || [...strides, toHeight, toWidth].some((size) => size < 1)) scope.reject(`a kernel for ${from} channels on ${channels}, strides ${strides.join(' and ')}, a result of ${toHeight} by ${toWidth} pixels`);
  countElements([toHeight, toWidth, filters], scope.where);
  countElements([height * strides[0], width * strides[1], channels], scope.where);
  const before = [Math.max(Math.floor(((height - 1) * strides[0] + kernelHeight - toHeight) / 2), 0), Math.max(Math.floor(((width - 1) * strides[1] + kernelWidth - toWidth) / 2), 0)] as const;
  return [scope.addFusedBy(3, (id) => addTransposedConvolution(scope.shared.builder, id, input.id, { kernel, ...readBias(scope, 3) }, { strides, dilations: [1, 1], groups: 1, before, outputSize: [toHeight, toWidth] }))];
};

/** DEPTHWISE_CONV_2D: kernel `[1, kh, kw, c * multiplier]`. */
export const readDepthwise: OperatorReader = (scope) => {
  const input = scope.value(0);
  const [, , channels] = scope.map(input);
  const { shape, values } = scope.constant(1);
  const [one, height = 0, width = 0, filters = 0] = shape;
  if (shape.length !== 4 || one !== 1 || shape.includes(0) || filters % channels !== 0) scope.reject(`a depthwise kernel of shape [${shape.join(', ')}] on ${channels} channels`);
  const strides = [scope.option(2, 1), scope.option(1, 1)] as const;
  const dilations = [scope.option(6, 1), scope.option(5, 1)] as const;
  const padding = resolvePadding(scope, input, [height, width], strides, dilations);
  // Filters of one channel lie side by side, as the graph has them: the numbers stay where they are.
  const kernel = { shape: [height, width, channels, filters / channels], values };
  return [scope.addFused(4, { op: 'depthwise-conv2d', strides, dilations, padding }, [input], { kernel, ...readBias(scope, 2) })];
};

/** FULLY_CONNECTED on everything at once, or at every place of a map where the file keeps the axes. */
export const readFullyConnected: OperatorReader = (scope) => {
  const input = scope.value(0);
  const { shape, values } = scope.constant(1);
  const [units = 0, features = 0] = shape;
  if (shape.length !== 2 || shape.includes(0)) scope.reject(`weights of shape [${shape.join(', ')}]`);
  if (scope.optionByte(1, 0) !== 0) scope.refuse('weights in shuffled order');
  const turned = new Float32Array(values.length);
  gatherInto(turned, values, [{ size: features, step: 1 }, { size: units, step: features }]);
  const keepsAxes = scope.operator.options?.flag(2) ?? false;
  const stored = scope.shapeOf(input);
  if (keepsAxes && input.batched && stored.length === 4) {
    const kernel = { shape: [1, 1, features, units], values: turned };
    return [scope.addFused(0, { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, [input], { kernel, ...readBias(scope, 2) })];
  }
  const count = stored.reduce((product, size) => product * size, 1);
  if (count !== features) scope.refuse(`weights for ${features} numbers on [${stored.join(', ')}]`);
  const vector = reshapeTo(scope, input, [1, features], 'before');
  return [scope.addFused(0, { op: 'dense' }, [vector], { kernel: { shape: [features, units], values: turned }, ...readBias(scope, 2) })];
};

/** AVERAGE_POOL_2D and MAX_POOL_2D; the mean counts no padding. */
export const readPool: OperatorReader = (scope) => {
  const input = scope.value(0);
  const strides = [scope.option(2, 1), scope.option(1, 1)] as const;
  const window = [scope.option(4, 1), scope.option(3, 1)] as const;
  const padding = resolvePadding(scope, input, window, strides, [1, 1]);
  return [scope.addFused(5, scope.operator.name === 'MAX_POOL_2D'
    ? { op: 'max-pool', window, strides, padding } : { op: 'average-pool', window, strides, padding, countPadding: false }, [input])];
};

/** MEAN, SUM and REDUCE_MAX over height and width. */
export const readReduce: OperatorReader = (scope) => {
  const input = scope.value(0);
  const axes = scope.wholes(1).map((axis) => scope.axis(input, axis)).sort((a, b) => a - b);
  const [height, width] = scope.map(input);
  if (axes.join() !== '0,1') scope.refuse('only read over height and width');
  const op = scope.operator.name === 'REDUCE_MAX' ? 'global-max-pool' : 'global-average-pool';
  const operation = { op, keepDims: scope.operator.options?.flag(0) ?? false } as const;
  if (scope.operator.name !== 'SUM') return [scope.add(operation, [input])];
  return [scope.add({ op: 'scale' }, [scope.addBefore(operation, [input])], { factor: { shape: [1], values: Float32Array.of(height * width) } })];
};

/** LOCAL_RESPONSE_NORMALIZATION: TFLite's alpha is for each channel, the graph's for all of them. */
export const readLocalResponseNorm: OperatorReader = (scope) => {
  const input = scope.value(0);
  const radius = scope.option(0, 5);
  if (radius < 0 || radius > 2048) scope.reject(`a normalisation of radius ${radius}`);
  const size = radius * 2 + 1;
  const float = (slot: number, missing: number): number => {
    const value = scope.operator.options?.float(slot, missing) ?? missing;
    return Number.isFinite(value) ? value : scope.reject(`setting ${slot} is ${value}`);
  };
  scope.map(input);
  return [scope.add({ op: 'local-response-norm', size, bias: float(1, 1), alpha: float(2, 1) * size, beta: float(3, 0.5) }, [input])];
};

/** PRELU with a slope for each channel or each place. */
export const readPRelu: OperatorReader = (scope) => {
  const input = scope.value(0);
  return [scope.add({ op: 'prelu' }, [input], { slope: dropLeadingOnes(scope, scope.constant(1), input) })];
};
