import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { Operation } from '../graph/ops';
import { asNumber, booleanField, field, numberField, pairField } from './json-access';
import { readActivation } from './keras-activations';
import { readConvolution, readDense, readDepthwise, readSeparable, readTransposed } from './keras-linear';
import { readBatchNorm, readGroupNorm, readLayerScale, readNormalization, readRescaling } from './keras-normalisation';
import { addActivation, inputOf, readPadding, requireChannelsLast, requireLastAxis, type LayerReader, type LayerScope } from './keras-scope';
import { readCropping, readPermute, readReshape, readUpSampling, readZeroPadding } from './keras-views';

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
  ['ZeroPadding2D', readZeroPadding],
  ['Cropping2D', readCropping], ['Flatten', simple({ op: 'flatten' })], ['Reshape', readReshape],
  ['Permute', readPermute], ['LayerScale', readLayerScale],
  ['UpSampling2D', readUpSampling], ['Rescaling', readRescaling], ['Normalization', readNormalization],
  ...['Dropout', 'SpatialDropout2D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'ActivityRegularization',
    'StochasticDepth', 'RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomContrast', 'RandomTranslation', 'RandomBrightness']
    .map((name) => [name, identity] as const),
]);

/** Names of the layer classes that are read, for messages and for the documentation. */
const kerasLayers: readonly string[] = [...layerReaders.keys(), 'Functional', 'InputLayer', 'Model', 'Sequential'].sort();

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
