import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { WeightArray } from '../graph/network-graph';
import type { Operation, Padding } from '../graph/ops';
import { dilatedExtent, noPadding } from '../graph/padding';
import { gatherInto } from './gather-values';
import { booleanField, field, numberField, pairField } from './json-access';
import { readActivation } from './keras-activations';
import { addActivation, inputOf, mapSize, readPadding, requireChannelsLast, type LayerScope } from './keras-scope';
import { addTransposedConvolution } from './transposed-convolution';

/** Adds a weighted node; a built-in activation becomes a second node that carries the layer's name. */
function addLinear(scope: LayerScope, operation: Operation, input: LayerId, weights: Parameters<GraphBuilder['add']>[3]): LayerId {
  const activation = readActivation(field(scope.config, 'activation'), scope.keras3, scope.id);
  if (activation === null) return scope.builder.add(scope.id, operation, [input], weights);
  return addActivation(scope, activation, scope.builder.add(`${scope.id}/linear`, operation, [input], weights));
}

function withBias(scope: LayerScope, kernels: readonly string[]): readonly string[] {
  return booleanField(scope.config, 'use_bias', true) ? [...kernels, 'bias'] : kernels;
}

function kernelAndBias(kernel: WeightArray | undefined, bias: WeightArray | undefined): Parameters<GraphBuilder['add']>[3] {
  return { ...(kernel === undefined ? {} : { kernel }), ...(bias === undefined ? {} : { bias }) };
}

function convolutionGeometry(scope: LayerScope): { readonly strides: readonly [number, number]; readonly dilations: readonly [number, number]; readonly padding: Padding } {
  requireChannelsLast(scope);
  const strides = pairField(scope.config, 'strides', [1, 1], scope.id);
  const dilations = pairField(scope.config, 'dilation_rate', [1, 1], scope.id);
  const window = pairField(scope.config, 'kernel_size', [1, 1], scope.id);
  return { strides, dilations, padding: readPadding(scope, window, strides, dilations) };
}

/** Conv2D, with groups: kernel `[kh, kw, cin / groups, cout]`. */
export function readConvolution(scope: LayerScope): LayerId {
  const [kernel, bias] = scope.weights(withBias(scope, ['kernel']));
  const groups = numberField(scope.config, 'groups', 1, scope.id);
  return addLinear(scope, { op: 'conv2d', ...convolutionGeometry(scope), groups }, inputOf(scope), kernelAndBias(kernel, bias));
}

/** DepthwiseConv2D: kernel `[kh, kw, c, multiplier]`. */
export function readDepthwise(scope: LayerScope): LayerId {
  // Keras 3 calls it 'kernel' in its own files but keeps the order, so the name only matters where names exist.
  const [kernel, bias] = scope.weights(withBias(scope, ['depthwise_kernel']));
  return addLinear(scope, { op: 'depthwise-conv2d', ...convolutionGeometry(scope) }, inputOf(scope), kernelAndBias(kernel, bias));
}

/** SeparableConv2D: a depthwise convolution, then a 1x1 one. */
export function readSeparable(scope: LayerScope): LayerId {
  const [depthwise, pointwise, bias] = scope.weights(withBias(scope, ['depthwise_kernel', 'pointwise_kernel']));
  const between = scope.builder.add(`${scope.id}/depthwise`, { op: 'depthwise-conv2d', ...convolutionGeometry(scope) }, [inputOf(scope)], kernelAndBias(depthwise, undefined));
  return addLinear(scope, { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, between, kernelAndBias(pointwise, bias));
}

/** Kernel `[kh, kw, cout, cin]`, turned and with its channels in our order. */
export function readTransposed(scope: LayerScope): LayerId {
  requireChannelsLast(scope);
  const [given, bias] = scope.weights(withBias(scope, ['kernel']));
  const [kh = 1, kw = 1, outputs = 1, inputs = 1] = given?.shape ?? [];
  const values = new Float32Array(given?.values.length ?? 0);
  gatherInto(values, given?.values ?? [], [{ size: kh, step: -kw * outputs * inputs }, { size: kw, step: -outputs * inputs }, { size: inputs, step: 1 }, { size: outputs, step: inputs }], (kh * kw - 1) * outputs * inputs);
  const strides = pairField(scope.config, 'strides', [1, 1], scope.id);
  const dilations = pairField(scope.config, 'dilation_rate', [1, 1], scope.id);
  const extra = field(scope.config, 'output_padding');
  if (extra !== undefined && extra !== null) throw new AppError('op-unsupported', `output_padding of layer '${scope.id}'`);
  const [height, width] = mapSize(scope);
  const same = field(scope.config, 'padding') === 'same';
  const along = (sizePx: number, kernel: number, stride: number, dilation: number): readonly [to: number, before: number] => {
    const extent = dilatedExtent(kernel, dilation);
    return same ? [sizePx * stride, Math.floor(Math.max(extent - stride, 0) / 2)] : [sizePx * stride + Math.max(extent - stride, 0), 0];
  };
  const rows = along(height, kh, strides[0], dilations[0]);
  const columns = along(width, kw, strides[1], dilations[1]);
  const activation = readActivation(field(scope.config, 'activation'), scope.keras3, scope.id);
  const linear = addTransposedConvolution(scope.builder, activation === null ? scope.id : `${scope.id}/linear`, inputOf(scope), kernelAndBias({ shape: [kh, kw, inputs, outputs], values }, bias) ?? {},
    { strides, dilations, groups: 1, before: [rows[1], columns[1]], outputSize: [rows[0], columns[0]] });
  return activation === null ? linear : addActivation(scope, activation, linear);
}

/** Dense: kernel `[inputs, units]`. */
export function readDense(scope: LayerScope): LayerId {
  const [kernel, bias] = scope.weights(withBias(scope, ['kernel']));
  const input = inputOf(scope);
  if (scope.builder.shapeOf(input).length !== 3 || kernel === undefined) return addLinear(scope, { op: 'dense' }, input, kernelAndBias(kernel, bias));
  // Keras applies a dense layer to the last axis of a map: a 1x1 convolution.
  const pointwise = { shape: [1, 1, ...kernel.shape], values: kernel.values };
  return addLinear(scope, { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, input, kernelAndBias(pointwise, bias));
}
