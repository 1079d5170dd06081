import { describe, expect, it } from 'vitest';
import { writeModel } from '../../test/conformance/onnx-model';
import { AppError } from '../contract/errors';
import { readLabels } from './label-metadata';
import { readNetwork, readNetworkWithFacts, type NetworkSource, type NetworkWithFacts } from './read-network';

function pack(...arrays: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Float32Array.from(arrays.flat()).buffer);
}

const rescaling = { class_name: 'Rescaling', config: { name: 'rescaling', scale: 1 / 127.5, offset: -1 } };
const norm = { class_name: 'Normalization', config: { name: 'norm', axis: -1, mean: [0.5, 0, 0], variance: [4, 1, 1] } };
const conv = { class_name: 'Conv2D', config: { name: 'conv', filters: 2, kernel_size: [1, 1], use_bias: false } };
const pool = { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } };
const softmax = { class_name: 'Softmax', config: { name: 'soft' } };
const flatten = { class_name: 'Flatten', config: { name: 'flat' } };
const input = (shape: readonly (number | null)[], name = 'image'): unknown => ({ class_name: 'InputLayer', config: { name, batch_input_shape: [null, ...shape] } });

function makeSource(layers: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): NetworkSource {
  const model = {
    format: 'layers-model', modelTopology: { model_config: { class_name: 'Sequential', config: { name: 'net', layers } } },
    weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'conv/kernel', shape: [1, 1, 3, 2], dtype: 'float32' }] }], ...more,
  };
  return { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(model)), readBeside: async () => pack([1, 2, 3, 4, 5, 6]) };
}

describe('facts of a network file', () => {
  it('tells an open size, and reads at 224 or the given one', async () => {
    const source = makeSource([input([null, null, 3]), conv, pool, softmax]);
    expect(await readNetworkWithFacts(source)).toMatchObject({
      graph: { inputShape: [224, 224, 3] },
      facts: { format: 'tfjs-layers', sizeIsOpen: true, sizeIsFree: true, outputIsProbability: true, normalisation: null, labels: null, dequantised: false, outputs: 2 },
    });
    expect((await readNetwork(source, { height: 32, width: 48 })).inputShape).toEqual([32, 48, 3]);
  });

  it('knows when a fixed size can still be chosen', async () => {
    const free = await readNetworkWithFacts(makeSource([input([8, 8, 3]), conv, pool]));
    expect(free.facts).toMatchObject({ sizeIsOpen: false, sizeIsFree: true, outputIsProbability: false });
    const bound = await readNetworkWithFacts(makeSource([input([8, 8, 3]), conv, flatten]));
    expect(bound.facts).toMatchObject({ sizeIsOpen: false, sizeIsFree: false, outputs: 128 });
    expect((await readNetwork(makeSource([input([8, 8, 3]), conv, pool]), { height: 4 })).inputShape).toEqual([4, 8, 3]);
  });

  it('gives a network that ends in a map one answer, and leaves the map to whoever reads the file alone', async () => {
    const source = makeSource([input([8, 6, 3]), conv]);
    const { graph, facts } = await readNetworkWithFacts(source);
    expect(facts).toMatchObject({ outputs: 2, outputMap: [8, 6, 2], outputNames: [] });
    expect(graph.nodes.at(-1)).toMatchObject({ id: 'mean over the picture', outputShape: [2] });
    const plain = await readNetwork(source);
    expect([plain.output, plain.nodes.at(-1)?.outputShape]).toEqual(['conv', [8, 6, 2]]);
  });

  it('joins the normalisations at the start, and stops at what is none', async () => {
    const { facts } = await readNetworkWithFacts(makeSource([input([8, 8, 3]), rescaling, norm, conv, pool]));
    expect(facts.normalisation?.layer).toBe('norm');
    // ((x / 127.5 - 1) - 0.5) / 2 and x / 127.5 - 1.
    [191.25, 127.5, 127.5].forEach((mean, channel) => expect(facts.normalisation?.mean[channel]).toBeCloseTo(mean, 3));
    [255, 127.5, 127.5].forEach((std, channel) => expect(facts.normalisation?.std[channel]).toBeCloseTo(std, 3));
  });

  it('names inputs it cannot use', async () => {
    const two = { class_name: 'Functional', config: { name: 'n', layers: [input([8, 8, 3], 'left'), input([null, 4], 'right')], output_layers: [['left', 0, 0]] } };
    const source = makeSource([], { modelTopology: two });
    const failure = await readNetwork(source).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'input-unsupported', detail: expect.stringContaining("'left' [8, 8, 3]; 'right' [?, 4]") as string });
    expect(await readNetwork(makeSource([input([20]), conv])).catch((thrown: unknown) => thrown)).toMatchObject({ code: 'input-unsupported', detail: expect.stringContaining("'image' [20]") as string });
  });

  it('refuses more than 1 GB of declared weights before it reads a shard', async () => {
    const asked: string[] = [];
    const entry = (name: string): unknown => ({ name, shape: [2 ** 14, 2 ** 13], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } });
    const source = { ...makeSource([], { weightsManifest: [{ paths: ['w.bin'], weights: ['a', 'b', 'c'].map(entry) }] }), readBeside: async (path: string) => { asked.push(path); return new Uint8Array(); } };
    expect(await readNetwork(source).catch((thrown: unknown) => thrown)).toMatchObject({ code: 'format-too-large' });
    expect(asked).toEqual([]);
  });

  it('reads labels from userDefinedMetadata', async () => {
    expect((await readNetworkWithFacts(makeSource([input([8, 8, 3]), conv, pool], { userDefinedMetadata: { labels: ['cat', 'dog'] } }))).facts.labels).toEqual(['cat', 'dog']);
  });
});

describe('facts of an ONNX file', () => {
  const text = (value: string): number[] => [...new TextEncoder().encode(value)];
  const entry = (key: string, value: string): number[] => [0x0a, key.length, ...text(key), 0x12, value.length, ...text(value)];
  const read = (bytes: Uint8Array): Promise<NetworkWithFacts> => readNetworkWithFacts({ name: 'net.onnx', bytes, readBeside: (path) => Promise.reject(new Error(path)) });

  it('are labels in its metadata, a normalisation at its start, and half floats', async () => {
    const model = writeModel({
      opset: 17, input: [null, 3, null, null],
      nodes: [
        { op: 'Sub', inputs: ['x', 'm'], outputs: ['a'] }, { op: 'Div', inputs: ['a', 's'], outputs: ['b'] }, { op: 'Conv', inputs: ['b', 'w'], outputs: ['c'] },
        { op: 'GlobalAveragePool', inputs: ['c'], outputs: ['g'] }, { op: 'Flatten', inputs: ['g'], outputs: ['f'] }, { op: 'LogSoftmax', inputs: ['f'], outputs: ['y'] },
      ],
      constants: {
        m: { dims: [3, 1, 1], values: [10, 20, 30] }, s: { dims: [3, 1, 1], values: [2, 4, 8] },
        w: { dims: [2, 3, 1, 1], values: [1, 2, 3, 0.5, -1, 0.25], how: 'float16' },
      },
    });
    const metadata = entry('names', "{0: 'cat', 1: 'dog'}");
    // Fields of a protobuf may follow one another in any order: metadata_props is field 14.
    const { graph, facts } = await read(Uint8Array.from([...model, 0x72, metadata.length, ...metadata]));
    expect(facts).toMatchObject({ format: 'onnx', sizeIsOpen: true, sizeIsFree: true, labels: ['cat', 'dog'], dequantised: true, outputIsProbability: true, outputs: 2 });
    facts.normalisation?.mean.forEach((mean, channel) => expect(mean).toBeCloseTo([10, 20, 30][channel] ?? 0, 4));
    facts.normalisation?.std.forEach((std, channel) => expect(std).toBeCloseTo([2, 4, 8][channel] ?? 0, 4));
    expect(facts.normalisation?.layer).toBe('b');
    expect(graph.logits).toBe('f');
  });

  it('are refused sizes that are none', async () => {
    const bytes = writeModel({ opset: 17, input: [1, 3, 8, 8], nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }] });
    const source: NetworkSource = { name: 'net.onnx', bytes, readBeside: (path) => Promise.reject(new Error(path)) };
    for (const height of [0, -3, 1.5, Number.NaN]) expect(await readNetwork(source, { height }).catch((thrown: unknown) => thrown)).toMatchObject({ code: 'graph-unsupported' });
    expect((await readNetwork(source, { height: 5, width: 6 })).inputShape).toEqual([5, 6, 3]);
  });
});

describe('labels in metadata', () => {
  it.each([
    ['a list', 'labels', ['a', 'b'], ['a', 'b']],
    ['numbered names', 'classes', { 1: 'b', 0: 'a' }, ['a', 'b']],
    ['JSON text', 'class_names', '["a", "b"]', ['a', 'b']],
    ["Python's dictionary", 'names', "{0: 'a', 1: 'it\\'s', 2: \"c\"}", ['a', "it's", 'c']],
    ['lines', 'Labels', 'a\r\nb\n', ['a', 'b']],
    ['commas', 'labels', 'a, b,c', ['a', 'b', 'c']],
    ['another key', 'author', 'a, b', null],
    ['numbers with a gap', 'labels', { 0: 'a', 2: 'b' }, null],
    ['numbers', 'labels', [1, 2], null],
    ['broken JSON', 'labels', '["a"', null],
  ] as const)('%s', (_, key, value, expected) => {
    expect(readLabels([[key, value]])).toEqual(expected);
  });
});
