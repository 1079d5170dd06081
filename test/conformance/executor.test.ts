import { memory, ones, tensor, tensor4d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { BackwardRule, PlanMode } from '../../src/engine/executor.interface';
import { createScoreSeed } from '../../src/explain/score-gradient';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph } from '../../src/graph/network-graph';
import type { Activation, Operation } from '../../src/graph/ops';
import { makePositive, makeResidualGraph, makeWeight, onePixel } from '../../src/graph/testing.fixture';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

beforeAll(startWasm);

const tolerance = { atol: 1e-5, rtol: 1e-4 };

function makeInput(graph: NetworkGraph, pictures = 1): Tensor4D {
  const weight = makeWeight(pictures, ...graph.inputShape);
  return tensor4d(weight.values, [pictures, ...graph.inputShape]);
}

function runBackward(graph: NetworkGraph, mode: PlanMode, rule: BackwardRule, to: string): Float32Array {
  const executor = createExecutor(graph);
  const input = makeInput(graph);
  const activations = executor.forward(input, { mode, taps: new Set(), backwardTo: new Set([to]) });
  const seed = createScoreSeed(activations.logits, 1);
  const gradient = executor.backward(activations, { from: graph.logits, seed, to: [to], rule }).get(to) as Tensor;
  const values = gradient.dataSync().slice() as Float32Array;
  for (const held of [gradient, seed, activations, input, executor]) held.dispose();
  return values;
}

function makeActivated(linear: Operation, kernel: readonly number[], activation: Activation): NetworkGraph {
  const builder = new GraphBuilder('activated', 'test');
  builder.addInput('x', [6, 6, 4]);
  const channels = 4;
  builder.add('linear', linear, ['x'], { kernel: makeWeight(...kernel), bias: makeWeight(channels) });
  builder.add('bn', { op: 'batch-norm', epsilon: 1e-3 }, ['linear'], { mean: makeWeight(channels), variance: makePositive(channels), gamma: makePositive(channels) });
  builder.add('act', { op: 'activation', activation }, ['bn']);
  builder.add('gap', { op: 'global-average-pool', keepDims: false }, ['act']);
  builder.add('fc', { op: 'dense' }, ['gap'], { kernel: makeWeight(channels, 3) });
  return builder.build('fc');
}

const activations: readonly Activation[] = [
  { kind: 'relu' }, { kind: 'relu6' }, { kind: 'leaky-relu', slope: 0.2 }, { kind: 'elu', alpha: 1 }, { kind: 'sigmoid' }, { kind: 'silu' }, { kind: 'tanh' },
];
const conv = { op: 'conv2d', strides: [2, 2], dilations: [1, 1], padding: onePixel, groups: 1 } as const;
const depthwise = { op: 'depthwise-conv2d', strides: [1, 1], dilations: [1, 1], padding: onePixel } as const;

describe('fused and unfused plans', () => {
  it.each(activations.flatMap((activation) => [
    [`conv, ${activation.kind}`, makeActivated(conv, [3, 3, 4, 4], activation)] as const,
    [`depthwise, ${activation.kind}`, makeActivated(depthwise, [3, 3, 4, 1], activation)] as const,
  ]))('agree forward and backward: %s', (_, graph) => {
    const executor = createExecutor(graph);
    const input = makeInput(graph, 2);
    const [live, inspect] = (['live', 'inspect'] as const).map((mode) => executor.forward(input, { mode, taps: new Set(['act']) }));
    expectClose(live?.get('act').dataSync() ?? [], inspect?.get('act').dataSync() ?? [], tolerance, 'value');
    for (const held of [live, inspect, input, executor]) held?.dispose();
    expectClose(runBackward(graph, 'live', { kind: 'gradient' }, 'x'), runBackward(graph, 'inspect', { kind: 'gradient' }, 'x'), tolerance, 'gradient');
    expectClose(runBackward(graph, 'live', { kind: 'lrp-epsilon', epsilon: 0.1 }, 'x'), runBackward(graph, 'inspect', { kind: 'lrp-epsilon', epsilon: 0.1 }, 'x'), tolerance, 'relevance: batch norm counts into the layer before it either way');
  });

  it.each([{ kind: 'gradient' }, { kind: 'guided' }, { kind: 'deconvnet' }, { kind: 'lrp-epsilon', epsilon: 0.1 }, { kind: 'lrp-alpha1-beta0' }] satisfies BackwardRule[])('agree on a residual block: $kind', (rule) => {
    const graph = makeResidualGraph();
    for (const to of ['image', 'relu1', 'relu2']) {
      const live = runBackward(graph, 'live', rule, to);
      expect(live.some((value) => value !== 0)).toBe(true);
      expectClose(live, runBackward(graph, 'inspect', rule, to), tolerance, to);
    }
  });
});

describe('executor', () => {
  const graph = makeResidualGraph();

  it('keeps what is asked for and nothing else', () => {
    const executor = createExecutor(graph);
    const input = makeInput(graph);
    const pass = executor.forward(input, { mode: 'live', taps: new Set(['pool', 'drop', 'image']) });
    expect(pass.get('pool').shape).toEqual([1, 4, 4, 4]);
    expect(pass.get('drop')).toBe(pass.get('drop'));
    expect(pass.get('image').shape).toEqual([1, 8, 8, 2]);
    expect(pass.has('relu1')).toBe(false);
    expect(() => pass.get('relu1')).toThrow('layer-unknown');
    expect(pass.logits.shape).toEqual([1, 3]);
    pass.dispose();
    pass.dispose();
    expect(() => pass.get('pool')).toThrow('layer-unknown');
    expect(input.isDisposed).toBe(false);
    input.dispose();
    executor.dispose();
  });

  it('refuses another input size and unknown layers, and leaks nothing on the way', () => {
    const executor = createExecutor(graph);
    const input = makeInput(graph);
    executor.forward(input, { mode: 'live', taps: new Set(), backwardTo: new Set(['image']) }).dispose();
    const before = memory().numTensors;
    const wrong = ones([1, 9, 9, 2]) as Tensor4D;
    expect(() => executor.forward(wrong, { mode: 'live', taps: new Set() })).toThrow('input-mismatch');
    wrong.dispose();
    expect(() => executor.forward(input, { mode: 'live', taps: new Set(['nobody']) })).toThrow('layer-unknown');
    const pass = executor.forward(input, { mode: 'live', taps: new Set(['pool']) });
    const seed = createScoreSeed(pass.logits, 0);
    expect(() => executor.backward(pass, { from: graph.logits, seed, to: ['relu1'], rule: { kind: 'gradient' } })).toThrow('layer-unknown');
    expect(() => createScoreSeed(pass.logits, 3)).toThrow('explain-unsupported');
    seed.dispose();
    pass.dispose();
    expect(memory().numTensors).toBe(before);
    input.dispose();
    executor.dispose();
  });

  it('says where guided backpropagation is not defined, and leaks nothing', () => {
    const silu = makeActivated(conv, [3, 3, 4, 4], { kind: 'silu' });
    const executor = createExecutor(silu);
    const input = makeInput(silu);
    executor.forward(input, { mode: 'live', taps: new Set(), backwardTo: new Set(['x']) }).dispose();
    const pass = executor.forward(input, { mode: 'live', taps: new Set(), backwardTo: new Set(['x']) });
    const seed = createScoreSeed(pass.logits, 0);
    const before = memory().numTensors;
    for (const kind of ['guided', 'deconvnet'] as const) {
      expect(() => executor.backward(pass, { from: 'fc', seed, to: ['x'], rule: { kind } })).toThrow('explain-unsupported');
    }
    // The transposed dense kernel and the shares of the average were made and stay.
    expect(memory().numTensors - before).toBeLessThanOrEqual(2);
    for (const held of [pass, seed, input, executor]) held.dispose();
  });

  it('goes back from one unit of a layer, and gives the seed itself where it starts', () => {
    const executor = createExecutor(graph);
    const input = makeInput(graph);
    const pass = executor.forward(input, { mode: 'live', taps: new Set(['relu2']), backwardTo: new Set(['image']) });
    const seed = tensor(Float32Array.from({ length: 256 }, (_, index) => (index === 100 ? 1 : 0)), [1, 8, 8, 4]);
    const found = executor.backward(pass, { from: 'relu2', seed, to: ['image', 'relu2'], rule: { kind: 'gradient' } });
    expect([...found.get('relu2')?.dataSync() ?? []]).toEqual([...seed.dataSync()]);
    const touched = [...found.get('image')?.dataSync() ?? []].reduce<number>((count, value) => count + (value === 0 ? 0 : 1), 0);
    // One unit sees at most its receptive field: 5 x 5 pixels of 2 channels.
    expect(touched).toBeGreaterThan(0);
    expect(touched).toBeLessThanOrEqual(50);
    for (const held of [...found.values(), seed, pass, input, executor]) held.dispose();
  });

  it('frees its weights, and every tensor with them', () => {
    const before = memory().numTensors;
    runBackward(graph, 'live', { kind: 'lrp-alpha1-beta0' }, 'image');
    expect(memory().numTensors).toBe(before);
  });
});
