import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { WeightArray } from '../graph/network-graph';
import type { Operation, Padding } from '../graph/ops';
import { dilatedExtent, noPadding, resolveSamePadding } from '../graph/padding';
import { asArray, asInteger, asNumber, booleanField, field, numberField, pairField, type JsonRecord } from './json-access';
import { readActivation, type KerasActivation } from './keras-activations';
import { gatherInto } from './onnx-layout';
import { addTransposedConvolution } from './transposed-convolution';

/** One Keras layer being turned into nodes. */
export interface LayerScope {
  readonly builder: GraphBuilder;
  /** Name of the value the layer ends in: `layer`, or `outer/layer`. */
  readonly id: LayerId;
  readonly className: string;
  readonly config: JsonRecord;
  readonly inputs: readonly LayerId[];
  readonly keras3: boolean;
  /** The layer's arrays under Keras's names, exactly these, in this order. @throws AppError 'format-malformed' */
  weights(names: readonly string[]): readonly WeightArray[];
}

type LayerReader = (scope: LayerScope) => LayerId;

function inputOf(scope: LayerScope): LayerId {
  const input = scope.inputs[0];
  if (input === undefined) throw new AppError('format-malformed', `layer '${scope.id}' has no input`);
  return input;
}

function requireChannelsLast(scope: LayerScope): void {
  if (field(scope.config, 'data_format') === 'channels_first') throw new AppError('op-unsupported', `channels_first layout of layer '${scope.id}'`);
}

function mapSize(scope: LayerScope): readonly [number, number] {
  const shape = scope.builder.shapeOf(inputOf(scope));
  if (shape.length !== 3) throw new AppError('graph-unsupported', `layer '${scope.id}' (${scope.className}) needs a [h, w, c] input, has [${shape.join(', ')}]`);
  return [shape[0] ?? 0, shape[1] ?? 0];
}

function readPadding(scope: LayerScope, window: readonly [number, number], strides: readonly [number, number], dilations: readonly [number, number]): Padding {
  const padding = field(scope.config, 'padding');
  if (padding === 'same') return resolveSamePadding(mapSize(scope), window, strides, dilations);
  if (padding === 'valid' || padding === undefined) return noPadding;
  throw new AppError('op-unsupported', `padding '${String(padding)}' of layer '${scope.id}'`);
}

function addActivation(scope: LayerScope, activation: NonNullable<KerasActivation>, input: LayerId): LayerId {
  return activation.kind === 'softmax' || activation.kind === 'log-softmax'
    ? scope.builder.add(scope.id, { op: activation.kind }, [input])
    : scope.builder.add(scope.id, { op: 'activation', activation }, [input]);
}

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

function readConvolution(scope: LayerScope): LayerId {
  const [kernel, bias] = scope.weights(withBias(scope, ['kernel']));
  const groups = numberField(scope.config, 'groups', 1, scope.id);
  return addLinear(scope, { op: 'conv2d', ...convolutionGeometry(scope), groups }, inputOf(scope), kernelAndBias(kernel, bias));
}

function readDepthwise(scope: LayerScope): LayerId {
  // Keras 3 calls it 'kernel' in its own files but keeps the order, so the name only matters where names exist.
  const [kernel, bias] = scope.weights(withBias(scope, ['depthwise_kernel']));
  return addLinear(scope, { op: 'depthwise-conv2d', ...convolutionGeometry(scope) }, inputOf(scope), kernelAndBias(kernel, bias));
}

function readSeparable(scope: LayerScope): LayerId {
  const [depthwise, pointwise, bias] = scope.weights(withBias(scope, ['depthwise_kernel', 'pointwise_kernel']));
  const between = scope.builder.add(`${scope.id}/depthwise`, { op: 'depthwise-conv2d', ...convolutionGeometry(scope) }, [inputOf(scope)], kernelAndBias(depthwise, undefined));
  return addLinear(scope, { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, between, kernelAndBias(pointwise, bias));
}

/** Kernel `[kh, kw, cout, cin]`, turned and with its channels in our order. */
function readTransposed(scope: LayerScope): LayerId {
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

function readDense(scope: LayerScope): LayerId {
  const [kernel, bias] = scope.weights(withBias(scope, ['kernel']));
  const input = inputOf(scope);
  if (scope.builder.shapeOf(input).length !== 3 || kernel === undefined) return addLinear(scope, { op: 'dense' }, input, kernelAndBias(kernel, bias));
  // Keras applies a dense layer to the last axis of a map: a 1x1 convolution.
  const pointwise = { shape: [1, 1, ...kernel.shape], values: kernel.values };
  return addLinear(scope, { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, input, kernelAndBias(pointwise, bias));
}

function requireLastAxis(scope: LayerScope, value: unknown): void {
  const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const rank = scope.builder.shapeOf(inputOf(scope)).length + 1;
  if (axis !== undefined && axis !== null && axis !== -1 && axis !== rank - 1) throw new AppError('op-unsupported', `axis ${JSON.stringify(value)} of layer '${scope.id}' (${scope.className})`);
}

function readBatchNorm(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  const scaled = booleanField(scope.config, 'scale', true);
  const centred = booleanField(scope.config, 'center', true);
  const arrays = [...scope.weights([...(scaled ? ['gamma'] : []), ...(centred ? ['beta'] : []), 'moving_mean', 'moving_variance'])];
  const gamma = scaled ? arrays.shift() : undefined;
  const beta = centred ? arrays.shift() : undefined;
  const [mean, variance] = arrays;
  if (mean === undefined || variance === undefined) throw new AppError('format-malformed', `statistics of '${scope.id}' are missing`);
  const weights = { mean, variance, ...(gamma === undefined ? {} : { gamma }), ...(beta === undefined ? {} : { beta }) };
  return scope.builder.add(scope.id, { op: 'batch-norm', epsilon: numberField(scope.config, 'epsilon', 1e-3, scope.id) }, [inputOf(scope)], weights);
}

function readGroupNorm(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  const scaled = booleanField(scope.config, 'scale', true);
  const centred = booleanField(scope.config, 'center', true);
  const arrays = [...scope.weights([...(scaled ? ['gamma'] : []), ...(centred ? ['beta'] : [])])];
  const gamma = scaled ? arrays.shift() : undefined;
  const beta = centred ? arrays.shift() : undefined;
  const eachPlace = scope.className === 'LayerNormalization';
  const channels = scope.builder.shapeOf(inputOf(scope)).at(-1) ?? 1;
  const groups = eachPlace ? 1 : numberField(scope.config, 'groups', 32, scope.id);
  return scope.builder.add(scope.id, { op: 'group-norm', groups: groups === -1 ? channels : groups, eachPlace, epsilon: numberField(scope.config, 'epsilon', 1e-3, scope.id) },
    [inputOf(scope)], { ...(gamma === undefined ? {} : { gamma }), ...(beta === undefined ? {} : { beta }) });
}

function readRelu(scope: LayerScope): LayerId {
  const max = field(scope.config, 'max_value');
  const slope = numberField(scope.config, 'negative_slope', 0, scope.id);
  const limited = max !== undefined && max !== null;
  if (numberField(scope.config, 'threshold', 0, scope.id) !== 0 || (limited && slope !== 0)) throw new AppError('op-unsupported', `ReLU with threshold, or with both a limit and a slope, in layer '${scope.id}'`);
  if (slope !== 0) return addActivation(scope, { kind: 'leaky-relu', slope }, inputOf(scope));
  if (!limited) return addActivation(scope, { kind: 'relu' }, inputOf(scope));
  const limit = asNumber(max, `${scope.id}.max_value`);
  return addActivation(scope, limit === 6 ? { kind: 'relu6' } : { kind: 'clip', min: 0, max: limit }, inputOf(scope));
}

function readPool(scope: LayerScope): LayerId {
  requireChannelsLast(scope);
  const window = pairField(scope.config, 'pool_size', [2, 2], scope.id);
  const strides = pairField(scope.config, 'strides', window, scope.id);
  const padding = readPadding(scope, window, strides, [1, 1]);
  return scope.builder.add(scope.id, scope.className.startsWith('Max')
    ? { op: 'max-pool', window, strides, padding }
    : { op: 'average-pool', window, strides, padding, countPadding: false }, [inputOf(scope)]);
}

function readBorders(scope: LayerScope, key: string): Padding {
  const value = field(scope.config, key);
  const where = `${scope.id}.${key}`;
  const sides = (side: unknown): readonly [number, number] => {
    if (typeof side === 'number') return [asInteger(side, where), asInteger(side, where)];
    const list = asArray(side, where);
    return [asInteger(list[0], where), asInteger(list[1], where)];
  };
  if (value === undefined || typeof value === 'number') {
    const [one] = sides(value ?? 1);
    return { top: one, bottom: one, left: one, right: one };
  }
  const list = asArray(value, where);
  const [top, bottom] = sides(list[0]);
  const [left, right] = sides(list[1]);
  return { top, bottom, left, right };
}

function readCropping(scope: LayerScope): LayerId {
  const { top, bottom, left, right } = readBorders(scope, 'cropping');
  const [height, width] = mapSize(scope);
  const rows = scope.builder.add(`${scope.id}/rows`, { op: 'slice', axis: 0, start: top, size: height - top - bottom }, [inputOf(scope)]);
  return scope.builder.add(scope.id, { op: 'slice', axis: 1, start: left, size: width - left - right }, [rows]);
}

function readReshape(scope: LayerScope): LayerId {
  const target = asArray(field(scope.config, 'target_shape'), `${scope.id}.target_shape`).map((size) => asInteger(size, `${scope.id}.target_shape`));
  const total = scope.builder.shapeOf(inputOf(scope)).reduce((product, size) => product * size, 1);
  const known = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const shape = target.map((size) => (size === -1 ? total / known : size));
  return scope.builder.add(scope.id, { op: 'reshape', shape }, [inputOf(scope)]);
}

function readUpSampling(scope: LayerScope): LayerId {
  requireChannelsLast(scope);
  const [rows, columns] = pairField(scope.config, 'size', [2, 2], scope.id);
  const [height, width] = mapSize(scope);
  const interpolation = field(scope.config, 'interpolation') ?? 'nearest';
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') throw new AppError('op-unsupported', `interpolation '${String(interpolation)}' of layer '${scope.id}'`);
  return scope.builder.add(scope.id, {
    op: 'resize', height: height * rows, width: width * columns, method: interpolation,
    halfPixelCentres: interpolation === 'bilinear', alignCorners: false,
  }, [inputOf(scope)]);
}

function constants(value: unknown, where: string): WeightArray {
  const values = (Array.isArray(value) ? value.flat(4) : [value]).map((entry) => asNumber(entry, where));
  return { shape: [values.length], values: Float32Array.from(values) };
}

function readRescaling(scope: LayerScope): LayerId {
  const factor = constants(field(scope.config, 'scale'), `${scope.id}.scale`);
  const offset = constants(field(scope.config, 'offset') ?? 0, `${scope.id}.offset`);
  return scope.builder.add(scope.id, { op: 'scale' }, [inputOf(scope)], { factor, offset });
}

function readNormalization(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  const given = field(scope.config, 'mean');
  const [mean, variance] = given === undefined || given === null ? scope.weights(['mean', 'variance'])
    : [constants(given, `${scope.id}.mean`), constants(field(scope.config, 'variance'), `${scope.id}.variance`)];
  if (mean === undefined || variance === undefined) throw new AppError('format-malformed', `statistics of '${scope.id}' are missing`);
  if (booleanField(scope.config, 'invert', false)) throw new AppError('op-unsupported', `inverted normalisation in layer '${scope.id}'`);
  const factor = variance.values.map((value) => 1 / Math.max(Math.sqrt(value), 1e-7));
  const offset = mean.values.map((value, index) => -value * (factor[index % factor.length] ?? 0));
  return scope.builder.add(scope.id, { op: 'scale' }, [inputOf(scope)], {
    factor: { shape: [factor.length], values: factor }, offset: { shape: [offset.length], values: offset },
  });
}

function readAverage(scope: LayerScope): LayerId {
  const sum = scope.builder.add(`${scope.id}/sum`, { op: 'add' }, scope.inputs);
  return scope.builder.add(scope.id, { op: 'scale' }, [sum], { factor: { shape: [1], values: Float32Array.of(1 / scope.inputs.length) } });
}

function readConcatenate(scope: LayerScope): LayerId {
  const rank = scope.builder.shapeOf(inputOf(scope)).length;
  const axis = numberField(scope.config, 'axis', -1, scope.id);
  return scope.builder.add(scope.id, { op: 'concat', axis: axis < 0 ? rank + axis : axis - 1 }, scope.inputs);
}

function simple(operation: Operation): LayerReader {
  return (scope) => scope.builder.add(scope.id, operation, scope.inputs);
}

function readSoftmax(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  return scope.builder.add(scope.id, { op: 'softmax' }, [inputOf(scope)]);
}

function readGlobalPool(op: 'global-average-pool' | 'global-max-pool'): LayerReader {
  return (scope) => {
    requireChannelsLast(scope);
    return scope.builder.add(scope.id, { op, keepDims: booleanField(scope.config, 'keepdims', false) }, [inputOf(scope)]);
  };
}

const identity = simple({ op: 'identity' });

/** Keras layer class → reader. An unknown class is 'op-unsupported'. */
const layerReaders: ReadonlyMap<string, LayerReader> = new Map<string, LayerReader>([
  ['Conv2D', readConvolution], ['Convolution2D', readConvolution], ['DepthwiseConv2D', readDepthwise],
  ['SeparableConv2D', readSeparable], ['SeparableConvolution2D', readSeparable], ['Dense', readDense],
  ['BatchNormalization', readBatchNorm], ['BatchNormalizationV1', readBatchNorm], ['BatchNormalizationV2', readBatchNorm],
  ['Activation', (scope) => {
    const activation = readActivation(field(scope.config, 'activation'), scope.keras3, scope.id);
    return activation === null ? identity(scope) : addActivation(scope, activation, inputOf(scope));
  }],
  ['Conv2DTranspose', readTransposed], ['Convolution2DTranspose', readTransposed], ['LayerNormalization', readGroupNorm], ['GroupNormalization', readGroupNorm],
  ['ReLU', readRelu],
  ['LeakyReLU', (scope) => addActivation(scope, { kind: 'leaky-relu',
    slope: numberField(scope.config, 'negative_slope', numberField(scope.config, 'alpha', 0.3, scope.id), scope.id) }, inputOf(scope))],
  ['PReLU', (scope) => {
    const [slope] = scope.weights(['alpha']);
    return scope.builder.add(scope.id, { op: 'prelu' }, [inputOf(scope)], slope === undefined ? {} : { slope });
  }],
  ['ELU', (scope) => addActivation(scope, { kind: 'elu', alpha: numberField(scope.config, 'alpha', 1, scope.id) }, inputOf(scope))],
  ['Softmax', readSoftmax],
  ['Add', simple({ op: 'add' })], ['Multiply', simple({ op: 'multiply' })], ['Subtract', simple({ op: 'subtract' })],
  ['Average', readAverage], ['Concatenate', readConcatenate],
  ['MaxPooling2D', readPool], ['MaxPool2D', readPool], ['AveragePooling2D', readPool], ['AvgPool2D', readPool],
  ['GlobalAveragePooling2D', readGlobalPool('global-average-pool')], ['GlobalAvgPool2D', readGlobalPool('global-average-pool')],
  ['GlobalMaxPooling2D', readGlobalPool('global-max-pool')], ['GlobalMaxPool2D', readGlobalPool('global-max-pool')],
  ['ZeroPadding2D', (scope) => scope.builder.add(scope.id, { op: 'pad', padding: readBorders(scope, 'padding'), value: 0 }, [inputOf(scope)])],
  ['Cropping2D', readCropping], ['Flatten', simple({ op: 'flatten' })], ['Reshape', readReshape],
  ['Permute', (scope) => {
    const dimensions = asArray(field(scope.config, 'dims'), `${scope.id}.dims`).map((axis) => asInteger(axis, `${scope.id}.dims`) - 1);
    return scope.builder.add(scope.id, { op: 'transpose', permutation: dimensions }, [inputOf(scope)]);
  }],
  ['LayerScale', (scope) => {
    const [factor] = scope.weights(['gamma']);
    return scope.builder.add(scope.id, { op: 'scale' }, [inputOf(scope)], factor === undefined ? {} : { factor });
  }],
  ['UpSampling2D', readUpSampling], ['Rescaling', readRescaling], ['Normalization', readNormalization],
  ...['Dropout', 'SpatialDropout2D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'ActivityRegularization',
    'StochasticDepth', 'RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomContrast', 'RandomTranslation', 'RandomBrightness']
    .map((name) => [name, identity] as const),
]);

/** Names of the layer classes that are read, for messages and for the documentation. */
export const kerasLayers: readonly string[] = [...layerReaders.keys(), 'Functional', 'InputLayer', 'Model', 'Sequential'].sort();

/**
 * Adds one Keras layer to the graph.
 *
 * @returns the id of the layer's value, equal to `scope.id`
 * @throws AppError 'op-unsupported' naming class and layer, 'format-malformed', 'format-too-large', 'graph-unsupported'
 */
export function addKerasLayer(scope: LayerScope): LayerId {
  const reader = layerReaders.get(scope.className);
  if (reader === undefined) throw new AppError('op-unsupported', `layer class '${scope.className}' of layer '${scope.id}'; supported: ${kerasLayers.join(', ')}`);
  return reader(scope);
}
