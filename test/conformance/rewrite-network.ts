import type { GraphNode, NetworkGraph, WeightArray, WeightRole } from '../../src/graph/network-graph';
import { writeGraphModel, type GraphConstant, type GraphNodeDraft } from './tfjs-graph-model';
import { writeTflite, type TestOperator, type TestTensor } from './tflite-model';

/* One plain network (convolutions that keep the size, ReLU, max pooling, dense layers) in another format: the same numbers must come out. */

export interface WrittenNetwork {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Files beside it, by name. */
  readonly beside: ReadonlyMap<string, Uint8Array>;
}

export type RewriteFormat = 'tflite' | 'tfjs-graph' | 'tfjs-layers';

/** Names that every format takes: a layer of the rewritten network for one of the graph. */
export const plainName = (id: string): string => `n${id.replaceAll(/[^A-Za-z0-9]+/g, '_')}`;

/** @throws Error naming an operation that is not written */
export function rewriteNetwork(graph: NetworkGraph, format: RewriteFormat): WrittenNetwork {
  switch (format) {
    case 'tflite': return { name: 'net.tflite', bytes: asTflite(graph), beside: new Map() };
    case 'tfjs-graph': return asGraphModel(graph);
    case 'tfjs-layers': return asLayersModel(graph);
  }
}

function weightOf(node: GraphNode, role: WeightRole): WeightArray {
  const found = node.weights[role];
  if (found === undefined) throw new Error(`${node.id} has no ${role}`);
  return found;
}

function refuse(node: GraphNode): never {
  throw new Error(`${node.id}: ${node.operation.op} is not written`);
}

/** Kernels that keep the size are the only ones written, so the word is `SAME`. */
function requireSame(node: GraphNode): void {
  const { operation } = node;
  const [height = 0, width = 0] = weightOf(node, 'kernel').shape;
  const same = operation.op === 'conv2d' && operation.groups === 1 && [...operation.strides, ...operation.dilations].every((step) => step === 1)
    && operation.padding.top * 2 + 1 === height && operation.padding.left * 2 + 1 === width;
  if (!same) refuse(node);
}

/** `[rows, columns]` to `[columns, rows]`, both row major. */
const turn = (values: Float32Array, rows: number, columns: number): number[] => Array.from({ length: values.length }, (_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0);

function asTflite(graph: NetworkGraph): Uint8Array {
  const tensors: TestTensor[] = [];
  const operators: TestOperator[] = [];
  const places = new Map<string, number>();
  const keep = (tensor: TestTensor): number => tensors.push(tensor) - 1;
  const constant = (name: string, shape: readonly number[], data: readonly number[], type: TestTensor['type'] = 'float32'): number => keep({ name, shape, data, type });
  for (const node of graph.nodes) {
    const { operation } = node;
    const name = plainName(node.id);
    const from = places.get(node.inputs[0] ?? '') ?? 0;
    const add = (code: number, constants: readonly number[], options: TestOperator['options'] = []): void => {
      const to = keep({ name, shape: [1, ...node.outputShape] });
      places.set(node.id, to);
      operators.push({ code, inputs: [from, ...constants], outputs: [to], options });
    };
    switch (operation.op) {
      case 'input': places.set(node.id, keep({ name, shape: [1, ...graph.inputShape] })); break;
      case 'conv2d': {
        requireSame(node);
        const { shape: [height = 0, width = 0, depth = 0, filters = 0], values } = weightOf(node, 'kernel');
        const bias = weightOf(node, 'bias');
        add(3, [constant(`${name}/w`, [filters, height, width, depth], turn(values, height * width * depth, filters)), constant(`${name}/b`, bias.shape, [...bias.values])],
          [[0, 'byte', 0], [1, 'int', 1], [2, 'int', 1], [3, 'byte', 0], [4, 'int', 1], [5, 'int', 1]]);
        break;
      }
      case 'activation': if (operation.activation.kind === 'relu') add(19, []); else refuse(node); break;
      case 'max-pool': {
        const { window: [height, width], strides: [down, right] } = operation;
        add(17, [], [[0, 'byte', 1], [1, 'int', right], [2, 'int', down], [3, 'int', width], [4, 'int', height]]);
        break;
      }
      case 'flatten': add(22, [constant(`${name}/shape`, [2], [1, ...node.outputShape], 'int32')]); break;
      case 'dense': {
        const { shape: [rows = 0, columns = 0], values } = weightOf(node, 'kernel');
        const bias = weightOf(node, 'bias');
        add(9, [constant(`${name}/w`, [columns, rows], turn(values, rows, columns)), constant(`${name}/b`, bias.shape, [...bias.values])], [[0, 'byte', 0]]);
        break;
      }
      default: refuse(node);
    }
  }
  return writeTflite({ tensors, operators, inputs: [places.get(graph.input) ?? 0], outputs: [places.get(graph.output) ?? 0] });
}

function asGraphModel(graph: NetworkGraph): WrittenNetwork {
  const nodes: GraphNodeDraft[] = [];
  const constants: Record<string, GraphConstant> = {};
  const names = new Map<string, string>();
  for (const node of graph.nodes) {
    const { operation } = node;
    const name = plainName(node.id);
    const from = names.get(node.inputs[0] ?? '') ?? 'x';
    const keep = (role: WeightRole): string => {
      const { shape, values } = weightOf(node, role);
      constants[`${name}/${role}`] = { shape, values: [...values] };
      return `${name}/${role}`;
    };
    names.set(node.id, operation.op === 'input' ? 'x' : name);
    switch (operation.op) {
      case 'input': break;
      case 'conv2d':
        requireSame(node);
        nodes.push({ op: 'Conv2D', name: `${name}/conv`, inputs: [from, keep('kernel')], attributes: { strides: [1, 1, 1, 1], dilations: [1, 1, 1, 1], padding: 'SAME', data_format: 'NHWC' } });
        nodes.push({ op: 'BiasAdd', name, inputs: [`${name}/conv`, keep('bias')], attributes: { data_format: 'NHWC' } });
        break;
      case 'activation': if (operation.activation.kind === 'relu') nodes.push({ op: 'Relu', name, inputs: [from] }); else refuse(node); break;
      case 'max-pool':
        nodes.push({ op: 'MaxPool', name, inputs: [from], attributes: { ksize: [1, ...operation.window, 1], strides: [1, ...operation.strides, 1], padding: 'VALID', data_format: 'NHWC' } });
        break;
      case 'flatten':
        constants[`${name}/shape`] = { shape: [2], values: [-1, ...node.outputShape], dtype: 'int32' };
        nodes.push({ op: 'Reshape', name, inputs: [from, `${name}/shape`] });
        break;
      case 'dense':
        nodes.push({ op: 'MatMul', name: `${name}/product`, inputs: [from, keep('kernel')], attributes: { transpose_a: false, transpose_b: false } });
        nodes.push({ op: 'BiasAdd', name, inputs: [`${name}/product`, keep('bias')], attributes: { data_format: 'NHWC' } });
        break;
      default: refuse(node);
    }
  }
  const { modelJson, shards } = writeGraphModel({ input: [null, ...graph.inputShape], nodes, constants, output: plainName(graph.output) });
  return { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)), beside: shards };
}

function asLayersModel(graph: NetworkGraph): WrittenNetwork {
  const weights: { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array }[] = [];
  const layers = graph.nodes.flatMap((node, index) => {
    const { operation } = node;
    const name = plainName(node.id);
    for (const role of ['kernel', 'bias'] as const) {
      const found = node.weights[role];
      if (found !== undefined) weights.push({ name: `${name}/${role}`, ...found });
    }
    const first = index === 1 ? { batch_input_shape: [null, ...graph.inputShape], dtype: 'float32' } : {};
    const layer = (className: string, config: object): object[] => [{ class_name: className, config: { name, trainable: true, ...first, ...config } }];
    switch (operation.op) {
      case 'input': return [];
      case 'conv2d': {
        requireSame(node);
        const [height, width, , filters] = weightOf(node, 'kernel').shape;
        return layer('Conv2D', { filters, kernel_size: [height, width], strides: [1, 1], padding: 'same', data_format: 'channels_last', dilation_rate: [1, 1], activation: 'linear', use_bias: true });
      }
      case 'activation': return operation.activation.kind === 'relu' ? layer('Activation', { activation: 'relu' }) : refuse(node);
      case 'max-pool': return layer('MaxPooling2D', { pool_size: operation.window, strides: operation.strides, padding: 'valid', data_format: 'channels_last' });
      case 'flatten': return layer('Flatten', { data_format: 'channels_last' });
      case 'dense': return layer('Dense', { units: weightOf(node, 'kernel').shape[1], activation: 'linear', use_bias: true });
      default: return refuse(node);
    }
  });
  const all = new Uint8Array(Float32Array.from(weights.flatMap(({ values }) => [...values])).buffer);
  const modelJson = {
    format: 'layers-model', generatedBy: 'test', convertedBy: null,
    modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: { class_name: 'Sequential', config: { name: 'net', layers } } },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) }],
  };
  return { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)), beside: new Map([['group1-shard1of1.bin', all]]) };
}
