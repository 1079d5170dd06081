import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../contract/errors';
import { codeOf } from '../../test/error-of';
import type { NetworkGraph } from '../graph/network-graph';
import { validateGraph } from '../graph/validate-graph';
import { readTfjsLayers } from './tfjs-layers';
import { countTfjsWeightBytes, listTfjsShards } from './tfjs-weights';

interface Entry { readonly name: string; readonly shape: readonly number[]; readonly dtype: string; readonly quantization?: object }
type Layer = readonly [className: string, config: object, inbound?: readonly string[]];

const entry = (name: string, ...shape: number[]): Entry => ({ name, shape, dtype: 'float32' });

function makeModel(className: string, layers: readonly Layer[], weights: readonly Entry[], more: object = {}): Record<string, unknown> {
  return {
    format: 'layers-model', generatedBy: 'test',
    modelTopology: { keras_version: '2.15.0', model_config: { class_name: className, config: {
      name: 'test', ...more,
      layers: layers.map(([name, config, inbound]) => ({
        class_name: name, name: (config as { name: string }).name, config,
        inbound_nodes: inbound === undefined || inbound.length === 0 ? [] : [inbound.map((source) => [source, 0, 0, {}])],
      })),
    } } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
}

function makeBytes(floats: number): Uint8Array {
  return new Uint8Array(Float32Array.from({ length: floats }, (_, index) => index / 10).buffer);
}

function read(model: unknown, bytes: Uint8Array): NetworkGraph {
  const graph = readTfjsLayers(model, bytes);
  validateGraph(graph);
  return graph;
}

const inputLayer: Layer = ['InputLayer', { name: 'image', batch_input_shape: [null, 8, 8, 1] }];
const convConfig = { name: 'conv', filters: 2, kernel_size: [3, 3], strides: [2, 2], padding: 'same', activation: 'relu', use_bias: true };
const denseConfig = { name: 'scores', units: 3, activation: 'softmax', use_bias: false };
const sequential: readonly Layer[] = [
  ['Conv2D', { ...convConfig, batch_input_shape: [null, 8, 8, 1] }], ['Dropout', { name: 'drop', rate: 0.5 }], ['Flatten', { name: 'flat' }], ['Dense', denseConfig],
];
const sequentialWeights = [entry('conv/kernel', 3, 3, 1, 2), entry('conv/bias', 2), entry('scores/kernel', 32, 3)];
const sequentialFloats = 18 + 2 + 96;
const node = (graph: NetworkGraph, id: string) => graph.nodes.find((candidate) => candidate.id === id);

describe('tfjs LayersModel', () => {
  it('reads a Sequential model and splits built-in activations', () => {
    const graph = read(makeModel('Sequential', sequential, sequentialWeights), makeBytes(sequentialFloats));
    expect(graph.nodes.map((candidate) => candidate.id)).toEqual(['conv_input', 'conv/linear', 'conv', 'drop', 'flat', 'scores/linear', 'scores']);
    expect(graph).toMatchObject({ format: 'tfjs-layers', input: 'conv_input', output: 'scores', logits: 'scores/linear', inputShape: [8, 8, 1] });
    expect(node(graph, 'conv/linear')?.operation).toMatchObject({ op: 'conv2d', padding: { top: 0, bottom: 1, left: 0, right: 1 } });
    expect(node(graph, 'conv')?.outputShape).toEqual([4, 4, 2]);
    expect([...node(graph, 'conv/linear')?.weights.bias?.values ?? []]).toEqual([Math.fround(1.8), Math.fround(1.9)]);
  });

  it('reads a functional model whose layers are listed out of order', () => {
    const layers: readonly Layer[] = [
      ['Add', { name: 'sum' }, ['left', 'image']], ['Activation', { name: 'left', activation: 'tanh' }, ['image']], inputLayer,
    ];
    const model = makeModel('Functional', layers, [], { input_layers: [['image', 0, 0]], output_layers: [['sum', 0, 0]] });
    expect(read(model, new Uint8Array()).nodes.map((candidate) => candidate.id)).toEqual(['image', 'left', 'sum']);
  });

  it('names the layers of a nested model outer/inner, and its output by its own name', () => {
    const inner = { class_name: 'Functional', name: 'block', inbound_nodes: [[['image', 0, 0, {}]]], config: {
      name: 'block', input_layers: [['in', 0, 0]], output_layers: [['act', 0, 0]], layers: [
        { class_name: 'InputLayer', name: 'in', config: { name: 'in', batch_input_shape: [null, 8, 8, 1] }, inbound_nodes: [] },
        { class_name: 'Conv2D', name: 'c', config: { ...convConfig, name: 'c', activation: 'linear' }, inbound_nodes: [[['in', 0, 0, {}]]] },
        { class_name: 'LeakyReLU', name: 'act', config: { name: 'act', alpha: 0.2 }, inbound_nodes: [[['c', 0, 0, {}]]] },
      ],
    } };
    const model = makeModel('Functional', [inputLayer], [entry('c/kernel', 3, 3, 1, 2), entry('c/bias', 2)], { output_layers: [['block', 0, 0]] });
    const config = (model['modelTopology'] as { model_config: { config: { layers: object[] } } }).model_config.config;
    config.layers.push(inner);
    const graph = read(model, makeBytes(20));
    expect(graph.nodes.map((candidate) => candidate.id)).toEqual(['image', 'block/in', 'block/c', 'block/act', 'block']);
    expect(node(graph, 'block/act')?.operation).toEqual({ op: 'activation', activation: { kind: 'leaky-relu', slope: 0.2 } });
  });

  it('undoes quantisation', () => {
    const weights = [
      { ...entry('a/kernel', 2, 2), quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { ...entry('a/bias', 2), quantization: { dtype: 'float16', original_dtype: 'float32' } },
    ];
    const layers: readonly Layer[] = [inputLayer, ['GlobalAveragePooling2D', { name: 'gap' }, ['image']], ['Dense', { name: 'a', units: 2 }, ['gap']]];
    const model = makeModel('Functional', layers, weights, { output_layers: [['a', 0, 0]] });
    // A dense layer of two inputs does not fit the one channel: only the bytes are looked at here, then the shape.
    expect(codeOf(() => readTfjsLayers(model, Uint8Array.of(0, 1, 2, 255, 0x00, 0x3c, 0x00, 0xc0)))).toBe('format-malformed');
    const fitting = makeModel('Sequential', [['InputLayer', { name: 'x', batch_input_shape: [null, 1, 1, 2] }], ['Flatten', { name: 'f' }], ['Dense', { name: 'a', units: 2 }]], weights);
    const graph = read(fitting, Uint8Array.of(0, 1, 2, 255, 0x00, 0x3c, 0x00, 0xc0));
    expect([...node(graph, 'a')?.weights.kernel?.values ?? []]).toEqual([-1, -0.5, 0, 126.5]);
    expect([...node(graph, 'a')?.weights.bias?.values ?? []]).toEqual([1, -2]);
  });

  it('lists shards and their size', () => {
    const model = makeModel('Sequential', sequential, sequentialWeights);
    expect(listTfjsShards(model)).toEqual(['weights.bin']);
    expect(countTfjsWeightBytes(model)).toBe(sequentialFloats * 4);
  });
});

describe('what is refused', () => {
  const bytes = makeBytes(sequentialFloats);
  const withLayer = (layer: Layer): unknown => makeModel('Functional', [inputLayer, layer], [], { output_layers: [[(layer[1] as { name: string }).name, 0, 0]] });

  it.each<readonly [string, unknown, Uint8Array, ErrorCode]>([
    ['a number', 7, bytes, 'format-malformed'],
    ['an empty object', {}, bytes, 'format-malformed'],
    ['a graph model', { ...makeModel('Sequential', sequential, sequentialWeights), format: 'graph-model' }, bytes, 'op-unsupported'],
    ['missing bytes', makeModel('Sequential', sequential, sequentialWeights), bytes.subarray(4), 'format-malformed'],
    ['too many bytes', makeModel('Sequential', sequential, sequentialWeights), makeBytes(sequentialFloats + 1), 'format-malformed'],
    ['a missing weight', makeModel('Sequential', sequential, sequentialWeights.slice(0, 2)), makeBytes(20), 'format-malformed'],
    ['an enormous weight', makeModel('Sequential', sequential, [entry('conv/kernel', 2 ** 20, 2 ** 20)]), bytes, 'format-too-large'],
    ['a negative size', makeModel('Sequential', sequential, [entry('conv/kernel', -3, 3)]), bytes, 'graph-unsupported'],
    ['an unknown layer', withLayer(['LSTM', { name: 'memory' }, ['image']]), new Uint8Array(), 'op-unsupported'],
    ['an unknown activation', withLayer(['Activation', { name: 'a', activation: 'frobnicate' }, ['image']]), new Uint8Array(), 'op-unsupported'],
    ['a layer named like a prototype key', withLayer(['constructor', { name: 'a' }, ['image']]), new Uint8Array(), 'op-unsupported'],
    ['channels first', withLayer(['MaxPooling2D', { name: 'p', data_format: 'channels_first' }, ['image']]), new Uint8Array(), 'op-unsupported'],
    ['a source that does not exist', withLayer(['ReLU', { name: 'a' }, ['nobody']]), new Uint8Array(), 'format-malformed'],
    ['a layer that reads itself', withLayer(['ReLU', { name: 'a' }, ['a']]), new Uint8Array(), 'format-malformed'],
    ['two inputs', makeModel('Functional', [inputLayer, ['InputLayer', { name: 'other', batch_input_shape: [null, 8, 8, 1] }], ['Add', { name: 's' }, ['image', 'other']]], [], { output_layers: [['s', 0, 0]] }), new Uint8Array(), 'input-unsupported'],
    ['an input of unknown depth', makeModel('Sequential', [['InputLayer', { name: 'x', batch_input_shape: [null, 8, 8, null] }]], []), new Uint8Array(), 'input-unsupported'],
    ['an input that is no picture', makeModel('Sequential', [['InputLayer', { name: 'x', batch_input_shape: [null, 20] }]], []), new Uint8Array(), 'input-unsupported'],
  ])('%s', (_, model, weights, expected) => {
    expect(codeOf(() => readTfjsLayers(model, weights))).toBe(expected);
  });

  it.each(['../secret.bin', '/etc/passwd', 'https://example.test/w.bin', 'a/../../b.bin', 'c:\\w.bin'])('the shard path %s', (path) => {
    expect(codeOf(() => listTfjsShards({ weightsManifest: [{ paths: [path], weights: [] }] }))).toBe('format-malformed');
  });

  it('keys that reach for prototypes: they are ignored', () => {
    const model = makeModel('Sequential', sequential, sequentialWeights);
    const hostile: unknown = JSON.parse(JSON.stringify(model).replace('"format":', '"__proto__":{"polluted":"yes","format":"graph-model"},"constructor":{"prototype":{"polluted":1}},"format":'));
    expect(read(hostile, bytes).output).toBe('scores');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('any damage to the JSON, always with an AppError', () => {
    const text = JSON.stringify(makeModel('Sequential', sequential, sequentialWeights));
    const values: unknown[] = [null, -1, 1e308, '', [], {}, true, 'same', [[[]]]];
    let refused = 0;
    // Every value in the document is replaced in turn by something that does not belong there.
    const walk = (root: unknown, holder: Record<string, unknown>): void => {
      for (const key of Object.keys(holder)) {
        const before = holder[key];
        for (const value of values) {
          holder[key] = value;
          if (codeOf(() => readTfjsLayers(root, bytes)) !== null) refused += 1;
        }
        holder[key] = before;
        if (typeof before === 'object' && before !== null) walk(root, before as Record<string, unknown>);
      }
    };
    const root = JSON.parse(text) as Record<string, unknown>;
    walk(root, root);
    expect(refused).toBeGreaterThan(100);
  });
});
