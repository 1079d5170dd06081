import { AppError } from '../contract/errors';
import { foldNode, isFolded } from './onnx-fold';
import { activationReader, readArithmetic, readClip, readErf, readHardSigmoid, readLimit, readNeg, readPow, readPRelu, readSelu, readSigmoid, readSoftmax } from './onnx-elementwise';
import { shapeOf, type Placed } from './onnx-layout';
import { readBatchNormalization, readConv, readGemm, readMatMul } from './onnx-linear';
import { readDeviation, readGroupNormalization, readInstanceNormalization, readLayerNormalization } from './onnx-normalisation';
import { readGlobalPool, readLrn, readPad, readPool, readReduce } from './onnx-pooling';
import { readResize } from './onnx-resize';
import type { NodeReader, NodeScope, OnnxValue } from './onnx-scope';
import { readConvTranspose } from './onnx-transposed';
import { readConcat, readGather, readSlice, readSplit } from './onnx-slicing';
import { readCast, readDepthSpace, readExpand, readFlatten, readIdentity, readReshape, readSqueeze, readTranspose, readUnsqueeze } from './onnx-views';

const readers: ReadonlyMap<string, NodeReader> = new Map<string, NodeReader>([
  ['Conv', readConv], ['ConvTranspose', readConvTranspose], ['Gemm', readGemm], ['MatMul', readMatMul], ['BatchNormalization', readBatchNormalization],
  ['LayerNormalization', readLayerNormalization], ['InstanceNormalization', readInstanceNormalization], ['GroupNormalization', readGroupNormalization],
  ['Relu', activationReader(() => ({ kind: 'relu' }))],
  ['LeakyRelu', activationReader((scope) => ({ kind: 'leaky-relu', slope: scope.float('alpha', 0.01) }))],
  ['Elu', activationReader((scope) => ({ kind: 'elu', alpha: scope.float('alpha', 1) }))],
  ['Tanh', activationReader(() => ({ kind: 'tanh' }))],
  ['HardSwish', activationReader(() => ({ kind: 'hard-swish' }))],
  ['Gelu', activationReader((scope) => ({ kind: 'gelu', approximate: scope.text('approximate', 'none') === 'tanh' }))],
  ['Swish', activationReader((scope) => (scope.float('alpha', 1) === 1 ? { kind: 'silu' } : scope.refuse('an alpha other than 1')))],
  ['Sigmoid', readSigmoid], ['HardSigmoid', readHardSigmoid], ['Clip', readClip], ['Max', readLimit], ['Min', readLimit],
  ['PRelu', readPRelu], ['Selu', readSelu], ['Softmax', readSoftmax], ['LogSoftmax', readSoftmax], ['Erf', readErf],
  ['Add', readArithmetic], ['Sub', readArithmetic], ['Mul', readArithmetic], ['Div', readArithmetic], ['Sum', readArithmetic],
  ['Neg', readNeg], ['Sqrt', readDeviation], ['Pow', readPow],
  ['MaxPool', readPool], ['AveragePool', readPool], ['GlobalAveragePool', readGlobalPool], ['GlobalMaxPool', readGlobalPool],
  ['ReduceMean', readReduce], ['ReduceMax', readReduce], ['ReduceSum', readReduce], ['LRN', readLrn], ['Pad', readPad],
  ['Resize', readResize], ['Upsample', readResize],
  ['Concat', readConcat], ['Split', readSplit], ['Slice', readSlice], ['Gather', readGather],
  ['Reshape', readReshape], ['Flatten', readFlatten], ['Transpose', readTranspose], ['Squeeze', readSqueeze], ['Unsqueeze', readUnsqueeze],
  ['Expand', readExpand], ['DepthToSpace', readDepthSpace], ['SpaceToDepth', readDepthSpace],
  ['Identity', readIdentity], ['Dropout', readIdentity], ['Cast', readCast],
]);

/** Names of the operators that are read, for messages and for the documentation. */
const onnxOperators: readonly string[] = [...readers.keys(), 'Constant', 'Shape', 'Size'].sort();

/** The value of a Constant node. */
function readConstant(scope: NodeScope): OnnxValue {
  const { attributes } = scope.node;
  const tensor = attributes.get('value')?.tensor;
  const real = attributes.get('value_float') ?? attributes.get('value_floats');
  const whole = attributes.get('value_int') ?? attributes.get('value_ints');
  if (tensor !== undefined && tensor !== null) return { kind: 'constant', constant: scope.shared.decode(tensor) };
  if (real !== undefined) {
    const list = attributes.has('value_float') ? [real.float] : real.floats;
    return { kind: 'constant', constant: { shape: attributes.has('value_float') ? [] : [list.length], values: Float32Array.from(list) } };
  }
  if (whole === undefined) return scope.refuse('a value that is neither a tensor nor numbers');
  const list = attributes.has('value_int') ? [whole.int] : whole.ints;
  return { kind: 'constant', constant: { shape: attributes.has('value_int') ? [] : [list.length], values: Float64Array.from(list) } };
}

/** Shape (and Size) of a value, a constant because every size is known at import. */
function readShape(scope: NodeScope): OnnxValue {
  const value = scope.value(0);
  if (value?.kind !== 'constant' && value?.kind !== 'placed') return scope.refuse('the shape of this input');
  const shape = value.kind === 'constant' ? value.constant.shape : shapeOf(value.placed);
  if (scope.node.opType === 'Size') return { kind: 'constant', constant: { shape: [], values: Float64Array.of(shape.reduce((product, size) => product * size, 1)) } };
  const place = (given: number): number => Math.min(Math.max(given < 0 ? given + shape.length : given, 0), shape.length);
  const part = shape.slice(place(scope.int('start', 0)), place(scope.int('end', shape.length)));
  return { kind: 'constant', constant: { shape: [part.length], values: Float64Array.from(part) } };
}

function isFoldable(scope: NodeScope): boolean {
  const values = scope.node.inputs.map((_, index) => scope.value(index));
  return values.length > 0 && values.every((value) => value === undefined || value.kind === 'constant');
}

/**
 * Reads one node: folds it when all its inputs are constants, else adds what it computes to the graph.
 *
 * @returns the values of its outputs, in their order
 * @throws AppError 'op-unsupported' naming operator and node, with the list of what is read · 'format-malformed' | 'graph-unsupported' | 'format-too-large'
 */
export function readOperator(scope: NodeScope): readonly OnnxValue[] {
  const { opType, domain } = scope.node;
  const reader = readers.get(opType);
  const standard = domain === '' || domain === 'ai.onnx';
  if (standard && opType === 'Constant') return [readConstant(scope)];
  if (standard && (opType === 'Shape' || opType === 'Size')) return [readShape(scope)];
  if (standard && isFolded(opType) && isFoldable(scope)) return [{ kind: 'constant', constant: foldNode(scope) }];
  if (!standard || reader === undefined) {
    const name = standard ? `'${opType}'` : `'${opType}' of the operator set '${domain}'`;
    throw new AppError('op-unsupported', `operator ${name} of node '${scope.node.name === '' ? scope.id : scope.node.name}'; supported: ${onnxOperators.join(', ')}`);
  }
  const result = reader(scope);
  return Array.isArray(result) ? (result as readonly Placed[]).map((placed) => ({ kind: 'placed', placed })) : [result as OnnxValue];
}
