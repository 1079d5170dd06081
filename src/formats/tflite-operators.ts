import { activationReader, readBinary, readLimit, readNegative, readRename, readSoftmax, readSum } from './tflite-elementwise';
import { readConvolution, readDepthwise, readFullyConnected, readLocalResponseNorm, readPool, readPRelu, readReduce, readTransposedConvolution } from './tflite-linear';
import type { OperatorReader, OperatorScope } from './tflite-scope';
import {
  readConcatenation, readExpandDims, readMirrorPad, readPad, readReshape, readResize, readSlice, readSplit, readSqueeze, readStridedSlice, readTranspose,
} from './tflite-views';

const slopeOf = (scope: OperatorScope): number => {
  const slope = scope.operator.options?.float(0, 0) ?? 0;
  return Number.isFinite(slope) ? slope : scope.reject(`slope ${slope}`);
};

const readers: ReadonlyMap<string, OperatorReader> = new Map<string, OperatorReader>([
  ['CONV_2D', readConvolution], ['DEPTHWISE_CONV_2D', readDepthwise], ['TRANSPOSE_CONV', readTransposedConvolution], ['FULLY_CONNECTED', readFullyConnected],
  ['AVERAGE_POOL_2D', readPool], ['MAX_POOL_2D', readPool], ['MEAN', readReduce], ['SUM', readReduce], ['REDUCE_MAX', readReduce],
  ['LOCAL_RESPONSE_NORMALIZATION', readLocalResponseNorm],
  ['ADD', readBinary], ['SUB', readBinary], ['MUL', readBinary], ['DIV', readBinary], ['ADD_N', readSum], ['NEG', readNegative],
  ['MAXIMUM', readLimit], ['MINIMUM', readLimit], ['SOFTMAX', readSoftmax], ['LOG_SOFTMAX', (scope) => [scope.add({ op: 'log-softmax' }, [scope.value(0)])]], ['PRELU', readPRelu],
  ['RELU', activationReader(() => ({ kind: 'relu' }))], ['RELU6', activationReader(() => ({ kind: 'relu6' }))],
  ['RELU_N1_TO_1', activationReader(() => ({ kind: 'clip', min: -1, max: 1 }))], ['RELU_0_TO_1', activationReader(() => ({ kind: 'clip', min: 0, max: 1 }))],
  ['LEAKY_RELU', activationReader((scope) => ({ kind: 'leaky-relu', slope: slopeOf(scope) }))], ['ELU', activationReader(() => ({ kind: 'elu', alpha: 1 }))],
  ['LOGISTIC', activationReader(() => ({ kind: 'sigmoid' }))], ['TANH', activationReader(() => ({ kind: 'tanh' }))],
  ['HARD_SWISH', activationReader(() => ({ kind: 'hard-swish' }))],
  ['GELU', activationReader((scope) => ({ kind: 'gelu', approximate: scope.operator.options?.flag(0) ?? false }))],
  ['QUANTIZE', readRename], ['DEQUANTIZE', readRename], ['CAST', readRename],
  ['CONCATENATION', readConcatenation], ['RESHAPE', readReshape], ['SQUEEZE', readSqueeze], ['EXPAND_DIMS', readExpandDims], ['TRANSPOSE', readTranspose],
  ['SLICE', readSlice], ['STRIDED_SLICE', readStridedSlice], ['SPLIT', readSplit], ['SPLIT_V', readSplit],
  ['PAD', readPad], ['PADV2', readPad], ['MIRROR_PAD', readMirrorPad], ['RESIZE_BILINEAR', readResize], ['RESIZE_NEAREST_NEIGHBOR', readResize],
]);

/** TFLite operators that can be read. */
const tfliteOperators: readonly string[] = [...readers.keys()];

/** Reads one operator. @throws AppError 'op-unsupported' naming the operator and what is supported */
export const readOperator: OperatorReader = (scope) => {
  const read = readers.get(scope.operator.name);
  if (read === undefined) return scope.refuse(`not supported; these operators are read: ${tfliteOperators.join(', ')}`);
  return read(scope);
};
