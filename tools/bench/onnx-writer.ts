import { Writer } from 'protobufjs/minimal';
import type { GraphNode, NetworkGraph, WeightArray } from '../../src/graph/network-graph';
import type { Padding } from '../../src/graph/ops';

/**
 * Writes a graph as ONNX (opset 17, NCHW), so that ONNX Runtime Web runs the very same network in the benchmark.
 * Covers the operations of residual and MobileNet-like networks; anything else throws, nothing is left out silently.
 *
 * @returns the bytes of a ModelProto with input `input` [1, c, h, w] and output `output`
 * @see onnx.proto3 for the field numbers
 */
export function writeOnnx(graph: NetworkGraph): Uint8Array {
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  const [height, width, channels] = graph.inputShape;
  const nameOf = (id: string): string => (id === graph.input ? 'input' : id === graph.output ? 'output' : id);
  const addWeight = (name: string, dims: readonly number[], values: Float32Array): string => {
    initializers.push(tensorProto(name, dims, values));
    return name;
  };
  const addSizes = (name: string, sizes: readonly number[]): string => {
    initializers.push(sizesProto(name, sizes));
    return name;
  };
  for (const node of graph.nodes) {
    if (node.operation.op === 'input') continue;
    const inputs = node.inputs.map(nameOf);
    const { opType, extra, attributes } = translateNode(node, addWeight, addSizes);
    nodes.push(nodeProto(opType, [...inputs, ...extra], nameOf(node.id), attributes));
  }
  const body = new Writer();
  for (const node of nodes) body.uint32(tag(1, 2)).bytes(node);
  body.uint32(tag(2, 2)).string(graph.name);
  for (const initializer of initializers) body.uint32(tag(5, 2)).bytes(initializer);
  body.uint32(tag(11, 2)).bytes(valueInfo('input', [1, channels, height, width]));
  body.uint32(tag(12, 2)).bytes(valueInfo('output', [1, ...(graph.nodes.at(-1)?.outputShape ?? [])]));
  const model = new Writer();
  model.uint32(tag(1, 0)).int64(8);
  model.uint32(tag(7, 2)).bytes(body.finish());
  model.uint32(tag(8, 2)).fork().uint32(tag(1, 2)).string('').uint32(tag(2, 0)).int64(17).ldelim();
  return model.finish();
}

type Attribute = readonly [name: string, value: number | readonly number[], kind: 'int' | 'ints' | 'float'];
interface Translation {
  readonly opType: string;
  readonly extra: readonly string[];
  readonly attributes: readonly Attribute[];
}

type AddWeight = (name: string, dims: readonly number[], values: Float32Array) => string;
type AddSizes = (name: string, sizes: readonly number[]) => string;

function translateNode(node: GraphNode, addWeight: AddWeight, addSizes: AddSizes): Translation {
  const operation = node.operation;
  const weight = (role: keyof typeof node.weights): WeightArray => {
    const found = node.weights[role];
    if (!found) throw new Error(`${node.id}: no ${role}`);
    return found;
  };
  const optional = (role: 'bias'): string[] => {
    const found = node.weights[role];
    return found ? [addWeight(`${node.id}/${role}`, found.shape, found.values)] : [];
  };
  const vector = (role: 'gamma' | 'beta' | 'mean' | 'variance', count: number): string => {
    const found = node.weights[role];
    const values = found?.values ?? new Float32Array(count).fill(role === 'gamma' ? 1 : 0);
    return addWeight(`${node.id}/${role}`, [count], values);
  };
  switch (operation.op) {
    case 'conv2d': {
      const kernel = weight('kernel');
      const name = addWeight(`${node.id}/kernel`, permuteDims(kernel.shape, [3, 2, 0, 1]), permute(kernel, [3, 2, 0, 1]));
      return { opType: 'Conv', extra: [name, ...optional('bias')], attributes: [
        ['group', operation.groups, 'int'], ['strides', operation.strides, 'ints'], ['dilations', operation.dilations, 'ints'],
        ['pads', pads(operation.padding), 'ints']] };
    }
    case 'depthwise-conv2d': {
      const kernel = weight('kernel');
      const [kernelHeight = 0, kernelWidth = 0, channels = 0, multiplier = 0] = kernel.shape;
      const dims = [channels * multiplier, 1, kernelHeight, kernelWidth];
      const name = addWeight(`${node.id}/kernel`, dims, permute(kernel, [2, 3, 0, 1]));
      return { opType: 'Conv', extra: [name, ...optional('bias')], attributes: [
        ['group', channels, 'int'], ['strides', operation.strides, 'ints'], ['dilations', operation.dilations, 'ints'],
        ['pads', pads(operation.padding), 'ints']] };
    }
    case 'dense': {
      const kernel = weight('kernel');
      const name = addWeight(`${node.id}/kernel`, kernel.shape, kernel.values);
      return { opType: 'Gemm', extra: [name, ...optional('bias')], attributes: [] };
    }
    case 'batch-norm': {
      const count = node.outputShape.at(-1) ?? 0;
      const extra = (['gamma', 'beta', 'mean', 'variance'] as const).map((role) => vector(role, count));
      return { opType: 'BatchNormalization', extra, attributes: [['epsilon', operation.epsilon, 'float']] };
    }
    case 'activation': {
      if (operation.activation.kind === 'relu') return { opType: 'Relu', extra: [], attributes: [] };
      if (operation.activation.kind === 'relu6') {
        const low = addWeight(`${node.id}/min`, [], new Float32Array([0]));
        const high = addWeight(`${node.id}/max`, [], new Float32Array([6]));
        return { opType: 'Clip', extra: [low, high], attributes: [] };
      }
      throw new Error(`${node.id}: activation ${operation.activation.kind} is not written`);
    }
    case 'add': return { opType: 'Add', extra: [], attributes: [] };
    case 'softmax': return { opType: 'Softmax', extra: [], attributes: [['axis', 1, 'int']] };
    case 'identity': return { opType: 'Identity', extra: [], attributes: [] };
    case 'max-pool': return { opType: 'MaxPool', extra: [], attributes: [['kernel_shape', operation.window, 'ints'],
      ['strides', operation.strides, 'ints'], ['pads', pads(operation.padding), 'ints']] };
    case 'global-average-pool': {
      if (operation.keepDims) return { opType: 'GlobalAveragePool', extra: [], attributes: [] };
      return { opType: 'ReduceMean', extra: [], attributes: [['axes', [2, 3], 'ints'], ['keepdims', 0, 'int']] };
    }
    case 'reshape': case 'flatten': {
      // Only 1x1 maps reach a reshape in these networks, so the order of axes makes no difference.
      const [height = 0, width = 0, channels] = node.outputShape;
      if (channels === undefined) return { opType: 'Flatten', extra: [], attributes: [['axis', 1, 'int']] };
      if (height !== 1 || width !== 1) throw new Error(`${node.id}: reshape to a map is not written`);
      return { opType: 'Reshape', extra: [addSizes(`${node.id}/shape`, [1, channels, 1, 1])], attributes: [] };
    }
    case 'pad': {
      const { top, left, bottom, right } = operation.padding;
      const name = addSizes(`${node.id}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
      return { opType: 'Pad', extra: [name, addWeight(`${node.id}/value`, [], new Float32Array([operation.value]))], attributes: [] };
    }
    default: throw new Error(`${node.id}: ${operation.op} is not written`);
  }
}

const tag = (field: number, wireType: number): number => field * 8 + wireType;
const pads = (padding: Padding): number[] => [padding.top, padding.left, padding.bottom, padding.right];
const permuteDims = (shape: readonly number[], order: readonly number[]): number[] => order.map((axis) => shape[axis] ?? 1);

/** Reorders the axes of a 4-D array; result row major in the new order. */
function permute(weight: WeightArray, order: readonly [number, number, number, number]): Float32Array {
  const shape = weight.shape;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const result = new Float32Array(weight.values.length);
  let next = 0;
  for (let a = 0; a < (sizes[0] ?? 0); a++) for (let b = 0; b < (sizes[1] ?? 0); b++) {
    for (let c = 0; c < (sizes[2] ?? 0); c++) for (let d = 0; d < (sizes[3] ?? 0); d++) {
      result[next++] = weight.values[a * (steps[0] ?? 0) + b * (steps[1] ?? 0) + c * (steps[2] ?? 0) + d * (steps[3] ?? 0)] ?? 0;
    }
  }
  return result;
}

function tensorProto(name: string, dims: readonly number[], values: Float32Array): Uint8Array {
  const writer = new Writer();
  for (const size of dims) writer.uint32(tag(1, 0)).int64(size);
  writer.uint32(tag(2, 0)).int32(1);
  writer.uint32(tag(8, 2)).string(name);
  writer.uint32(tag(9, 2)).bytes(new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)));
  return writer.finish();
}

function sizesProto(name: string, sizes: readonly number[]): Uint8Array {
  const writer = new Writer();
  writer.uint32(tag(1, 0)).int64(sizes.length);
  writer.uint32(tag(2, 0)).int32(7);
  for (const size of sizes) writer.uint32(tag(7, 0)).int64(size);
  writer.uint32(tag(8, 2)).string(name);
  return writer.finish();
}

function nodeProto(opType: string, inputs: readonly string[], output: string, attributes: readonly Attribute[]): Uint8Array {
  const writer = new Writer();
  for (const input of inputs) writer.uint32(tag(1, 2)).string(input);
  writer.uint32(tag(2, 2)).string(output);
  writer.uint32(tag(4, 2)).string(opType);
  for (const [name, value, kind] of attributes) {
    writer.uint32(tag(5, 2)).fork().uint32(tag(1, 2)).string(name);
    if (kind === 'float' && typeof value === 'number') writer.uint32(tag(2, 5)).float(value).uint32(tag(20, 0)).int32(1);
    else if (kind === 'int' && typeof value === 'number') writer.uint32(tag(3, 0)).int64(value).uint32(tag(20, 0)).int32(2);
    else if (typeof value !== 'number') {
      for (const item of value) writer.uint32(tag(8, 0)).int64(item);
      writer.uint32(tag(20, 0)).int32(7);
    }
    writer.ldelim();
  }
  return writer.finish();
}

function valueInfo(name: string, dims: readonly number[]): Uint8Array {
  const writer = new Writer();
  writer.uint32(tag(1, 2)).string(name);
  writer.uint32(tag(2, 2)).fork().uint32(tag(1, 2)).fork().uint32(tag(1, 0)).int32(1).uint32(tag(2, 2)).fork();
  for (const size of dims) writer.uint32(tag(1, 2)).fork().uint32(tag(1, 0)).int64(size).ldelim();
  writer.ldelim().ldelim().ldelim();
  return writer.finish();
}
