import type { Padding } from '../graph/ops';
import { noPadding, resolveSamePadding } from '../graph/padding';
import type { Constant } from './onnx-constant';
import { readOperator } from './onnx-operators';
import type { OnnxAttribute, OnnxNode } from './onnx-proto';
import { NodeScope, type Import, type OnnxValue } from './onnx-scope';
import type { Placed } from './onnx-layout';
import { mapSize } from './onnx-linear';
import { booleanOf, numberOf, numbersOf, textOf, textsOf, typeOf, type TensorFlowNode } from './tfjs-graph-nodes';

type AttributeValue = number | string | readonly number[];

/** A node being read: TensorFlow's, with the means of the ONNX reader, whose operators most of TensorFlow's are. */
export class TensorFlowScope extends NodeScope {
  constructor(shared: Import, readonly tensorFlow: TensorFlowNode, private readonly define: (name: string, value: OnnxValue) => void, outputs: readonly string[]) {
    super(shared, { name: tensorFlow.name, opType: tensorFlow.op, domain: '', inputs: tensorFlow.inputs, outputs, attributes: new Map() });
  }

  /** Reads an operator of ONNX in this node's place, under its name; `inputs` are names or constants. */
  become(opType: string, inputs: readonly (string | Constant)[], attributes: Readonly<Record<string, AttributeValue>> = {}, outputs: readonly string[] = this.node.outputs): readonly OnnxValue[] {
    const names = inputs.map((input, index) => {
      if (typeof input === 'string') return input;
      const name = `${outputs[0] ?? this.id} (constant ${index})`;
      this.define(name, { kind: 'constant', constant: input });
      return name;
    });
    const node: OnnxNode = { name: this.tensorFlow.name, opType, domain: '', inputs: names, outputs, attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, makeAttribute(value)])) };
    const values = readOperator(new NodeScope(this.shared, node));
    values.forEach((value, index) => this.define(outputs[index] ?? '', value));
    return values;
  }

  /** The same on the way to this node's value. @returns the name of the result */
  before(step: string, opType: string, inputs: readonly (string | Constant)[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    // TensorFlow's names have no spaces.
    const name = `${this.id} (${step})`;
    this.become(opType, inputs, attributes, [name]);
    return name;
  }

  /** Makes a value known under a name. */
  place(name: string, placed: Placed): void {
    this.define(name, { kind: 'placed', placed });
  }

  input(index: number): string {
    return this.node.inputs[index] ?? this.reject(`input ${index} is missing`);
  }

  /** Whole numbers of a constant input. */
  whole(index: number): readonly number[] {
    return this.wholeNumbers(index, `input ${index}`) ?? this.reject(`input ${index} is missing`);
  }
}

function makeAttribute(value: AttributeValue): OnnxAttribute {
  const list = typeof value === 'object' ? value : [];
  const number = typeof value === 'number' ? value : 0;
  return { float: number, int: number, text: typeof value === 'string' ? value : '', floats: list, ints: list, tensor: null };
}

/** Whole numbers as a constant. */
export function wholes(...values: readonly number[]): Constant {
  return { shape: [values.length], values: Float64Array.from(values) };
}

/** Turns one TensorFlow node into the values of its outputs. */
export type TensorFlowReader = (scope: TensorFlowScope) => readonly OnnxValue[];

const placedValues = (values: readonly Placed[]): readonly OnnxValue[] => values.map((placed) => ({ kind: 'placed', placed }));

function requireNhwc(scope: TensorFlowScope): void {
  const format = textOf(scope.tensorFlow, 'data_format', 'NHWC');
  if (format !== 'NHWC') scope.refuse(`data_format '${format}', 'NHWC' is read`);
}

/** Height and width of a list over the four axes. */
function spatialPair(scope: TensorFlowScope, key: string): readonly [number, number] {
  const list = numbersOf(scope.tensorFlow, key);
  if (list.length === 0) return [1, 1];
  const [n = 1, height = 1, width = 1, c = 1] = list;
  if (list.length !== 4 || n !== 1 || c !== 1) scope.refuse(`'${key}' [${list.join(', ')}]`);
  return [height, width];
}

function explicitPadding(scope: TensorFlowScope): Padding {
  const list = numbersOf(scope.tensorFlow, 'explicit_paddings');
  const [, , top = 0, bottom = 0, left = 0, right = 0] = list;
  if (list.length !== 8 || Math.min(...list) < 0) scope.reject(`explicit_paddings [${list.join(', ')}]`);
  return { top, bottom, left, right };
}

const fusedActivations: ReadonlyMap<string, string> = new Map([
  ['Relu', 'Relu'], ['Relu6', 'Clip'], ['Elu', 'Elu'], ['LeakyRelu', 'LeakyRelu'], ['Sigmoid', 'Sigmoid'], ['Tanh', 'Tanh'], ['Prelu', 'PRelu'],
  // Mobile networks rewritten by the converter's remapper.
  ['_FusedHardSwish', 'HardSwish'],
]);

const scalarOf = (value: number): Constant => ({ shape: [], values: Float32Array.of(value) });

function applyActivation(scope: TensorFlowScope, name: string, input: string): readonly OnnxValue[] {
  const opType = fusedActivations.get(name) ?? scope.refuse(`fused operation '${name}'`);
  if (name === 'Relu6') return scope.become('Clip', [input, scalarOf(0), scalarOf(6)]);
  if (name === 'LeakyRelu') return scope.become('LeakyRelu', [input], { alpha: numberOf(scope.tensorFlow, 'leakyrelu_alpha', 0.2) });
  if (name === 'Prelu') return scope.become('PRelu', [input, scope.input(3)]);
  return scope.become(opType, [input]);
}

/** What follows a fused convolution or matrix product: `BiasAdd`, then one activation or none. */
function readFused(scope: TensorFlowScope): { readonly bias: Constant | null; readonly activation: string | null } {
  const [first, second, ...others] = textsOf(scope.tensorFlow, 'fused_ops');
  if (first === undefined) return { bias: null, activation: null };
  if (first !== 'BiasAdd' || others.length > 0) scope.refuse(`fused operations ${[first, second, ...others].join(', ')}`);
  return { bias: scope.constant(2), activation: second ?? null };
}

/** Gives a weighted node's value the node's name, or that of its activation. */
function finish(scope: TensorFlowScope, activation: string | null, add: (id: string) => Placed): readonly OnnxValue[] {
  if (activation === null) return placedValues([add(scope.id)]);
  const linear = `${scope.id} (before activation)`;
  const placed = add(linear);
  scope.place(linear, placed);
  return applyActivation(scope, activation, linear);
}

const readConvolution: TensorFlowReader = (scope) => {
  requireNhwc(scope);
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const size = mapSize(scope, map);
  const filter = scope.constant(1);
  const [kh = 0, kw = 0, channels = 0, last = 0] = filter.shape;
  if (filter.shape.length !== 4 || filter.values.length === 0) scope.reject(`a kernel [${filter.shape.join(', ')}]`);
  const strides = spatialPair(scope, 'strides');
  const dilations = spatialPair(scope, 'dilations');
  if ([...strides, ...dilations].some((value) => !(value >= 1))) scope.reject('a stride or dilation below 1');
  const mode = textOf(scope.tensorFlow, 'padding', 'VALID');
  const padding = mode === 'SAME' ? resolveSamePadding([size[0], size[1]], [kh, kw], strides, dilations)
    : mode === 'VALID' ? noPadding : mode === 'EXPLICIT' ? explicitPadding(scope) : scope.refuse(`padding '${mode}'`);
  const depthwise = scope.tensorFlow.op.includes('Depthwise');
  const { bias, activation } = readFused(scope);
  const weights = {
    kernel: { shape: filter.shape, values: floats(filter) },
    ...(bias === null ? {} : { bias: scope.vector(bias, depthwise ? channels * last : last) }),
  };
  if (depthwise) return finish(scope, activation, (id) => scope.layouts.placeMap(scope.shared.builder.add(id, { op: 'depthwise-conv2d', strides, dilations, padding }, [map.id], weights)));
  const groups = size[2] / channels;
  if (!Number.isInteger(groups)) scope.reject(`a kernel [${filter.shape.join(', ')}] for ${size[2]} channels`);
  return finish(scope, activation, (id) => scope.layouts.placeMap(scope.shared.builder.add(id, { op: 'conv2d', strides, dilations, padding, groups }, [map.id], weights)));
};

function floats(constant: Constant): Float32Array {
  return constant.values instanceof Float32Array ? constant.values : Float32Array.from(constant.values);
}

const readMatMul: TensorFlowReader = (scope) => {
  const { bias, activation } = scope.tensorFlow.op === '_FusedMatMul' ? readFused(scope) : { bias: null, activation: null };
  const attributes = { transA: Number(booleanOf(scope.tensorFlow, 'transpose_a', false)), transB: Number(booleanOf(scope.tensorFlow, 'transpose_b', false)) };
  const inputs = [scope.input(0), scope.input(1), ...(bias === null ? [] : [bias])];
  if (activation === null) return scope.become('Gemm', inputs, attributes);
  return applyActivation(scope, activation, scope.before('before activation', 'Gemm', inputs, attributes));
};

const readBatchNorm: TensorFlowReader = (scope) => {
  requireNhwc(scope);
  if (booleanOf(scope.tensorFlow, 'is_training', false)) scope.refuse('statistics of training');
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const channels = mapSize(scope, map)[2];
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => scope.vector(scope.constant(index), channels));
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return scope.reject('statistics are missing');
  const id = scope.add({ op: 'batch-norm', epsilon: numberOf(scope.tensorFlow, 'epsilon', 1e-4) }, [map.id], { gamma, beta, mean, variance });
  return placedValues([scope.layouts.placeMap(id)]);
};

const readPool: TensorFlowReader = (scope) => {
  requireNhwc(scope);
  const mode = textOf(scope.tensorFlow, 'padding', 'VALID');
  if (mode !== 'SAME' && mode !== 'VALID' && mode !== 'EXPLICIT') scope.refuse(`padding '${mode}'`);
  const { top, left, bottom, right } = mode === 'EXPLICIT' ? explicitPadding(scope) : noPadding;
  return scope.become(scope.tensorFlow.op === 'AvgPool' ? 'AveragePool' : 'MaxPool', [scope.input(0)], {
    kernel_shape: spatialPair(scope, 'ksize'), strides: spatialPair(scope, 'strides'),
    ...(mode === 'SAME' ? { auto_pad: 'SAME_UPPER' } : mode === 'VALID' ? { auto_pad: 'VALID' } : { pads: [top, left, bottom, right] }),
  });
};

const readResize: TensorFlowReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const [height = 0, width = 0] = scope.whole(1);
  const id = scope.add({
    op: 'resize', height, width, method: scope.tensorFlow.op === 'ResizeBilinear' ? 'bilinear' : 'nearest',
    halfPixelCentres: booleanOf(scope.tensorFlow, 'half_pixel_centers', false), alignCorners: booleanOf(scope.tensorFlow, 'align_corners', false),
  }, [map.id]);
  return placedValues([scope.layouts.placeMap(id)]);
};

/** TensorFlow gives half the width of the window, and does not divide alpha by it. */
const readLrn: TensorFlowReader = (scope) => {
  const node = scope.tensorFlow;
  const size = 2 * numberOf(node, 'depth_radius', 5) + 1;
  return scope.become('LRN', [scope.input(0)], { size, alpha: numberOf(node, 'alpha', 1) * size, beta: numberOf(node, 'beta', 0.5), bias: numberOf(node, 'bias', 1) });
};

/** Max and Min want the number second. */
const readLimit: TensorFlowReader = (scope) => {
  const [first, second] = [scope.input(0), scope.input(1)];
  const opType = scope.tensorFlow.op === 'Maximum' ? 'Max' : 'Min';
  return scope.value(0)?.kind === 'constant' ? scope.become(opType, [second, first]) : scope.become(opType, [first, second]);
};

const readSquaredDifference: TensorFlowReader = (scope) =>
  scope.become('Pow', [scope.before('difference', 'Sub', [scope.input(0), scope.input(1)]), scalarOf(2)]);

/** An operator that ONNX has with the same inputs. */
const like = (opType: string, attributes: (node: TensorFlowNode) => Readonly<Record<string, AttributeValue>> = () => ({}), count?: number): TensorFlowReader =>
  (scope) => scope.become(opType, scope.node.inputs.slice(0, count ?? scope.node.inputs.length), attributes(scope.tensorFlow));

const shuffle = (opType: string): TensorFlowReader => (scope) => {
  requireNhwc(scope);
  const turned = scope.before('channels first', 'Transpose', [scope.input(0)], { perm: [0, 3, 1, 2] });
  const moved = scope.before('moved', opType, [turned], { blocksize: numberOf(scope.tensorFlow, 'block_size', 2) });
  return scope.become('Transpose', [moved], { perm: [0, 2, 3, 1] });
};

/** Operators with weights, functions and arithmetic; what only moves numbers is in `tfjs-graph-shapes.ts`. */
export const computingReaders: ReadonlyMap<string, TensorFlowReader> = new Map<string, TensorFlowReader>([
  ...['Conv2D', '_FusedConv2D', 'DepthwiseConv2dNative', 'DepthwiseConv2d', 'FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative'].map((op) => [op, readConvolution] as const),
  ['MatMul', readMatMul], ['_FusedMatMul', readMatMul], ['BatchMatMulV2', like('MatMul')], ['BatchMatMul', like('MatMul')],
  ['FusedBatchNorm', readBatchNorm], ['FusedBatchNormV2', readBatchNorm], ['FusedBatchNormV3', readBatchNorm],
  ['BiasAdd', (scope) => { requireNhwc(scope); return scope.become('Add', [scope.input(0), scope.input(1)]); }],
  ['Relu', like('Relu')], ['Relu6', (scope) => applyActivation(scope, 'Relu6', scope.input(0))],
  ['LeakyRelu', like('LeakyRelu', (node) => ({ alpha: numberOf(node, 'alpha', 0.2) }))], ['Elu', like('Elu')], ['Selu', like('Selu')],
  ['Sigmoid', like('Sigmoid')], ['Tanh', like('Tanh')], ['Softmax', like('Softmax', () => ({ axis: -1 }))], ['LogSoftmax', like('LogSoftmax', () => ({ axis: -1 }))],
  ['Erf', like('Erf')], ['Prelu', like('PRelu')], ['_FusedHardSwish', like('HardSwish')],
  ['ClipByValue', like('Clip')], ['Maximum', readLimit], ['Minimum', readLimit],
  ['Add', like('Add')], ['AddV2', like('Add')], ['AddN', like('Sum')], ['Sub', like('Sub')], ['Mul', like('Mul')], ['RealDiv', like('Div')], ['Div', like('Div')],
  ['Neg', like('Neg')], ['Pow', like('Pow')], ['Square', (scope) => scope.become('Pow', [scope.input(0), scalarOf(2)])], ['SquaredDifference', readSquaredDifference],
  ['FloorDiv', like('Div')], ['FloorMod', like('Mod')], ['Floor', like('Floor')], ['Ceil', like('Ceil')], ['Sqrt', like('Sqrt')], ['Exp', like('Exp')], ['Abs', like('Abs')],
  ['Rsqrt', (scope) => scope.become('Reciprocal', [scope.before('root', 'Sqrt', [scope.input(0)])])],
  ['Equal', like('Equal')], ['Greater', like('Greater')], ['Less', like('Less')], ['Select', like('Where')], ['SelectV2', like('Where')],
  ['MaxPool', readPool], ['AvgPool', readPool], ['ResizeBilinear', readResize], ['ResizeNearestNeighbor', readResize], ['LRN', readLrn],
  ['DepthToSpace', shuffle('DepthToSpace')], ['SpaceToDepth', shuffle('SpaceToDepth')],
  ['Cast', like('Cast', (node) => ({ to: ['DT_FLOAT', 'DT_DOUBLE', 'DT_HALF'].includes(typeOf(node, 'DstT')) ? 1 : 7 }))],
]);
