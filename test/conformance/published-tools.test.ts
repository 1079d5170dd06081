import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mul, tensor, tensor4d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { BackwardRule } from '../../src/engine/executor.interface';
import { localiseEvidence } from '../../src/explain/grad-cam';
import { weighByCurvature } from '../../src/explain/grad-cam-plus-plus';
import { weighPlaceByPlace } from '../../src/explain/layer-cam';
import { createScoreSeed } from '../../src/explain/score-gradient';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph, WeightArray } from '../../src/graph/network-graph';
import type { Operation } from '../../src/graph/ops';
import { noPadding } from '../../src/graph/padding';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

/* Numbers from the tests of Captum and iNNvestigate; they lie beside the project. The models are small enough to type in. */
const folder = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));
const available = existsSync(folder);
if (!available) console.info(`conformance: ${folder} is not there; Captum's and iNNvestigate's numbers are not compared in this run`);

const relu = { op: 'activation', activation: { kind: 'relu' } } as const;
const pointwise = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 } as const;

function weight(shape: readonly number[], values: readonly number[]): WeightArray {
  return { shape, values: Float32Array.from(values) };
}

function filled(shape: readonly number[], value: number): WeightArray {
  return weight(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => value));
}

function build(input: readonly number[], nodes: readonly (readonly [id: string, operation: Operation, inputs: readonly string[], weights?: Record<string, WeightArray>])[]): NetworkGraph {
  const builder = new GraphBuilder('published', 'test');
  builder.addInput('x', input);
  for (const [id, operation, inputs, weights] of nodes) builder.add(id, operation, inputs, weights ?? {});
  return builder.build(nodes.at(-1)?.[0] ?? 'x');
}

const models: Readonly<Record<string, () => NetworkGraph>> = {
  one_conv: () => build([4, 4, 1], [
    ['conv1', pointwise, ['x'], { kernel: filled([3, 3, 1, 2], 1), bias: weight([2], [-50, -75]) }], ['relu1', relu, ['conv1']],
    ['flat', { op: 'flatten' }, ['relu1']],
    ['dense', { op: 'dense' }, ['flat'], { kernel: weight([8, 4], [1, 1, 1, -1, 1, -1, 1, -1].flatMap((row) => [row, row, row, row])) }], ['relu2', relu, ['dense']],
  ]),
  multilayer: () => build([1, 1, 3], [
    ['linear0', pointwise, ['x'], { kernel: weight([1, 1, 3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]) }],
    ['linear1', pointwise, ['linear0'], { kernel: filled([1, 1, 3, 4], 1), bias: weight([4], [-10, 1, 1, 1]) }], ['relu', relu, ['linear1']],
    ['linear2', pointwise, ['relu'], { kernel: filled([1, 1, 4, 2], 1), bias: weight([2], [-1, 1]) }],
  ]),
  lrp_simple: () => build([1, 1, 3], [
    ['a', pointwise, ['x'], { kernel: filled([1, 1, 3, 3], 2) }], ['r', relu, ['a']], ['y', pointwise, ['r'], { kernel: filled([1, 1, 3, 1], 3) }],
  ]),
  lrp_simple_neg: () => build([1, 1, 3], [
    ['a', pointwise, ['x'], { kernel: weight([1, 1, 3, 3], [-2, 2, 2, 2, 2, 2, 2, 2, 2]) }], ['r', relu, ['a']], ['y', pointwise, ['r'], { kernel: filled([1, 1, 3, 1], 3) }],
  ]),
  lrp_tanh: () => build([1, 1, 3], [
    ['a', pointwise, ['x'], { kernel: filled([1, 1, 3, 3], 0.1) }], ['t', { op: 'activation', activation: { kind: 'tanh' } }, ['a']],
    ['y', pointwise, ['t'], { kernel: filled([1, 1, 3, 1], 0.1) }],
  ]),
  lrp_skip: () => build([1, 1, 2], [['a', pointwise, ['x'], { kernel: filled([1, 1, 2, 2], 5) }], ['y', { op: 'add' }, ['a', 'x']]]),
  maxpool_2x2: () => build([2, 2, 1], [['y', { op: 'max-pool', window: [2, 2], strides: [2, 2], padding: noPadding }, ['x']]]),
};

const rules: Readonly<Record<string, BackwardRule>> = {
  vanilla_gradient: { kind: 'gradient' }, gradient_x_input: { kind: 'gradient' }, neuron_gradient: { kind: 'gradient' },
  guided_backprop: { kind: 'guided' }, deconvnet: { kind: 'deconvnet' }, lrp_epsilon: { kind: 'lrp-epsilon', epsilon: 1e-9 },
  lrp_alpha1beta0: { kind: 'lrp-alpha1-beta0' }, lrp_z: { kind: 'lrp-epsilon', epsilon: 0 },
};

interface CaptumVector {
  readonly id: string; readonly method: string; readonly model: string | null; readonly layer?: string;
  readonly input: { readonly x?: unknown; readonly x2?: unknown }; readonly target: number | string | null;
  readonly expected: unknown; readonly tolerance: number;
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(numbers) : [Number(value)];
}

function readVectors<T>(file: string): readonly T[] {
  return available ? (JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as { vectors: T[] }).vectors : [];
}

/** The map of one published vector. */
function compute(vector: CaptumVector): number[] {
  const graph = models[vector.model ?? '']?.() as NetworkGraph;
  const executor = createExecutor(graph);
  const second = vector.input.x2 === undefined ? null : numbers(vector.input.x2);
  const input = tensor4d(numbers(vector.input.x).map((value, index) => value + (second?.[index] ?? 0)), [1, ...graph.inputShape]);
  const isCam = vector.method === 'grad_cam_raw';
  // The first two vectors name their layer only in their id.
  const named = vector.layer ?? (vector.method === 'layer_activation' ? vector.id.split('.').at(-1) : undefined);
  const layer = named === undefined || named === 'input of conv1' ? 'x' : named;
  const from = vector.method === 'neuron_gradient' ? layer : graph.logits;
  const to = isCam ? layer : 'x';
  // 'inspect': layers are asked for that live would fuse.
  const pass = executor.forward(input, { mode: 'inspect', taps: new Set([layer, to, from]), backwardTo: new Set([to]) });
  if (vector.method === 'layer_activation') return [...pass.get(layer).dataSync()];
  if (vector.method === 'model_output') return [...pass.logits.dataSync()];
  const rule = rules[isCam ? 'vanilla_gradient' : vector.method] as BackwardRule;
  const start = pass.get(from);
  const seed = from === graph.logits
    ? createScoreSeed(pass.logits, typeof vector.target === 'number' ? vector.target : 0, rule.kind.startsWith('lrp'))
    : tensor(Float32Array.from({ length: start.size }, (_, index) => (vector.target === 'sum over units' || index === vector.target ? 1 : 0)), start.shape);
  const gradient = executor.backward(pass, { from, seed, to: [to], rule }).get(to) as Tensor;
  if (isCam) return [...localiseEvidence(pass.get(layer), gradient).dataSync()];
  return [...(vector.method === 'gradient_x_input' ? mul(gradient, input) : gradient).dataSync()];
}

const captum = readVectors<CaptumVector>('captum.json').filter((vector) => Object.hasOwn(models, vector.model ?? '')
  && (Object.hasOwn(rules, vector.method) || ['layer_activation', 'model_output', 'grad_cam_raw'].includes(vector.method))
  // A sum over four channels of a vector without place is a number of Captum's own.
  && vector.id !== 'ml.gradcam.linear0');

describe.skipIf(!available)('Captum', () => {
  beforeAll(startWasm);

  it('covers what it is meant to cover', () => {
    expect(captum.length).toBeGreaterThanOrEqual(28);
  });

  it.each(captum.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const expected = numbers(vector.expected).map((value) => (vector.method === 'grad_cam_raw' ? Math.max(value, 0) : value));
    expectClose(compute(vector), expected, { atol: Math.min(vector.tolerance, 1e-3), rtol: 1e-4 }, vector.id);
  });

  it('agrees on the CAM family for given activations and gradients', () => {
    const vector = readVectors<CaptumVector & { input: { A_HWC: unknown; G_HWC: unknown } }>('captum.json').find((entry) => entry.id === 'cam.algebra');
    const expected = vector?.expected as Readonly<Record<string, unknown>>;
    const activation = tensor4d(numbers(vector?.input.A_HWC), [1, 2, 2, 2]);
    const gradient = tensor4d(numbers(vector?.input.G_HWC), [1, 2, 2, 2]);
    const positive = (name: string): number[] => numbers(expected[name]).map((value) => Math.max(value, 0));
    expectClose(localiseEvidence(activation, gradient).dataSync(), positive('grad_cam'), { atol: 1e-5, rtol: 0 }, 'Grad-CAM');
    expectClose(weighByCurvature(activation, gradient, 1e-6).dataSync(), positive('grad_cam_pp__pytorch_grad_cam'), { atol: 1e-5, rtol: 0 }, 'Grad-CAM++');
    expectClose(weighPlaceByPlace(activation, gradient).dataSync(), positive('layer_cam'), { atol: 1e-5, rtol: 0 }, 'LayerCAM');
  });
});

interface InnVector {
  readonly id: string; readonly method: string; readonly layer: string; readonly seed: string; readonly kernel?: unknown;
  readonly samples: readonly { readonly neuron_flat: number; readonly output_value: number; readonly nonzero_attribution_h_w_c_value: readonly (readonly [number, number, number, number])[] }[];
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

function buildLayer(vector: InnVector): NetworkGraph {
  const pool = { window: [2, 2], strides: [2, 2], padding: noPadding } as const;
  const shape = shapeOf(vector.kernel);
  const kernel = weight(shape.length === 2 ? [1, 1, ...shape] : shape, vector.kernel === undefined ? [] : numbers(vector.kernel));
  if (vector.layer === 'AveragePooling2D') return build([10, 10, 3], [['y', { op: 'average-pool', ...pool, countPadding: false }, ['x']]]);
  if (vector.layer === 'MaxPooling2D') return build([10, 10, 3], [['y', { op: 'max-pool', ...pool }, ['x']]]);
  if (vector.layer.endsWith('_relu')) return build([10, 10, 3], [['z', pointwise, ['x'], { kernel }], ['y', relu, ['z']]]);
  return build([10, 10, 3], [['y', pointwise, ['x'], { kernel }]]);
}

const investigated = readVectors<InnVector>('innvestigate.json').filter((vector) => Object.hasOwn(rules, vector.method));

describe.skipIf(!available)('iNNvestigate', () => {
  beforeAll(startWasm);

  it('covers what it is meant to cover', () => {
    expect(investigated).toHaveLength(7 * 6);
  });

  it.each(investigated.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const pictures = (JSON.parse(readFileSync(`${folder}innvestigate.json`, 'utf8')) as { input: unknown[] }).input;
    const graph = buildLayer(vector);
    const executor = createExecutor(graph);
    vector.samples.forEach((sample, picture) => {
      const input = tensor4d(numbers(pictures[picture]), [1, 10, 10, 3]) as Tensor4D;
      const pass = executor.forward(input, { mode: 'live', taps: new Set(['y']), backwardTo: new Set(['x']) });
      const output = pass.get('y');
      expect(output.dataSync()[sample.neuron_flat]).toBeCloseTo(sample.output_value, 4);
      const start = vector.seed.startsWith('1') ? 1 : sample.output_value;
      const seed = tensor(Float32Array.from({ length: output.size }, (__, index) => (index === sample.neuron_flat ? start : 0)), output.shape);
      const rule = vector.method === 'lrp_epsilon' ? { kind: 'lrp-epsilon', epsilon: 1e-7 } as const : rules[vector.method] as BackwardRule;
      const gradient = executor.backward(pass, { from: 'y', seed, to: ['x'], rule }).get('x') as Tensor;
      const expected = new Float32Array(300);
      for (const [h, w, c, value] of sample.nonzero_attribution_h_w_c_value) expected[(h * 10 + w) * 3 + c] = value;
      const map = vector.method === 'gradient_x_input' ? mul(gradient, input) : gradient;
      expectClose(map.dataSync(), expected, { atol: 1e-6, rtol: 1e-2 }, `picture ${picture}`);
    });
    executor.dispose();
  });
});
