import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memory, zerosLike, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { BackwardRule, Executor, PlanMode } from '../../src/engine/executor.interface';
import { borrowNativeKernels } from '../../src/engine/native/native-kernels';
import { createScoreSeed } from '../../src/explain/score-gradient';
import { readNetwork } from '../../src/formats/read-network';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph } from '../../src/graph/network-graph';
import type { Padding } from '../../src/graph/ops';
import { noPadding } from '../../src/graph/padding';
import { makePositive, makeWeight } from '../../src/graph/testing.fixture';
import { findShared } from '../shared-folder';
import { expectClose } from './closeness';
import { buildRandomNetwork, drawInput, networkShapes, stems, type NetworkShape } from './random-network';
import { explainNow, quick } from './run-explanation';
import { startWasm } from './wasm-in-node';

/*
 * One executor serves the live frame, every job and the network page, in both modes and with every rule. What it keeps beside the
 * weights must not depend on who came first: in any order it gives what a fresh one gives, to the bit.
 */
beforeAll(startWasm);

interface Pass { readonly mode: PlanMode; readonly rule: BackwardRule['kind'] }
const modes = ['live', 'inspect'] as const;
const ruleKinds = ['gradient', 'guided', 'deconvnet', 'lrp-epsilon', 'lrp-alpha1-beta0', 'lrp-gamma', 'deep-lift'] as const;
const passes: readonly Pass[] = modes.flatMap((mode) => ruleKinds.filter((kind) => mode === 'inspect' || kind !== 'deep-lift').map((rule) => ({ mode, rule })));

/** The map of the input for class 1. `[h * w * c]` */
function passBack(executor: Executor, input: Tensor4D, { mode, rule: kind }: Pass): Float32Array {
  const { graph } = executor;
  const options = { mode, taps: new Set<string>(), backwardTo: new Set([graph.input]) };
  const blank = zerosLike(input);
  const reference = kind === 'deep-lift' ? executor.forward(blank, options) : null;
  const rule: BackwardRule = kind === 'deep-lift' && reference !== null ? { kind, reference }
    : kind === 'lrp-gamma' ? { kind, gamma: 0.25, epsilon: 1e-3 } : kind === 'lrp-epsilon' ? { kind, epsilon: 0.1 } : { kind } as BackwardRule;
  const activations = executor.forward(input, options);
  const seed = createScoreSeed(activations.logits, 1);
  const map = executor.backward(activations, { from: graph.logits, seed, to: [graph.input], rule }).get(graph.input);
  const values = Float32Array.from(map?.dataSync() ?? []);
  for (const held of [map, seed, activations, reference, blank]) held?.dispose();
  return values;
}

function passBackAlone(graph: NetworkGraph, input: Tensor4D, pass: Pass): Float32Array {
  const executor = createExecutor(graph);
  try {
    return passBack(executor, input, pass);
  } finally {
    executor.dispose();
  }
}

const nameOf = ({ mode, rule }: Pass): string => `${rule} (${mode})`;

/** Every pass on one executor, in the order given, against the same pass on an executor of its own. */
function expectSameInOrder(graph: NetworkGraph, input: Tensor4D, order: readonly Pass[], alone: (pass: Pass) => Float32Array): void {
  const executor = createExecutor(graph);
  order.forEach((pass, index) => {
    // `toEqual` on thousands of numbers is slow, and would tell two zeros apart.
    expectClose(passBack(executor, input, pass), alone(pass), { atol: 1e-12, rtol: 0 }, [...order.slice(0, index), pass].map(nameOf).join(', '));
  });
  executor.dispose();
}

function makePadded(padding: Padding, withBatchNorm: boolean, size: number, channels: number): NetworkGraph {
  const builder = new GraphBuilder('padded', 'test');
  builder.addInput('x', [size, size, channels]);
  builder.add('pad', { op: 'pad', padding, value: 0 }, ['x']);
  builder.add('conv', { op: 'conv2d', strides: [2, 2], dilations: [1, 1], padding: noPadding, groups: 1 }, ['pad'], { kernel: makeWeight(3, 3, channels, 8), bias: makeWeight(8) });
  if (withBatchNorm) builder.add('bn', { op: 'batch-norm', epsilon: 1e-3 }, ['conv'], { gamma: makePositive(8), beta: makeWeight(8), mean: makeWeight(8), variance: makePositive(8) });
  builder.add('relu', { op: 'activation', activation: { kind: 'relu' } }, [withBatchNorm ? 'bn' : 'conv']);
  builder.add('gap', { op: 'global-average-pool', keepDims: false }, ['relu']);
  builder.add('fc', { op: 'dense' }, ['gap'], { kernel: makeWeight(8, 3), bias: makeWeight(3) });
  return builder.build('fc');
}

const borders: readonly (readonly [string, Padding])[] = [
  ['as Keras pads MobileNet', { top: 0, bottom: 1, left: 0, right: 1 }],
  ['one pixel around', { top: 1, bottom: 1, left: 1, right: 1 }],
  ['two pixels before', { top: 2, bottom: 0, left: 2, right: 0 }],
  ['as Keras pads ResNet', { top: 3, bottom: 3, left: 3, right: 3 }],
];

describe('one executor for all', () => {
  it('is tried with our own kernels, which keep the most', () => {
    expect(borrowNativeKernels()).not.toBeNull();
  });

  it.each(borders.flatMap(([name, border]) => [false, true].flatMap((withBatchNorm) => [15, 16].map((size) => [
    `${name}, ${size} pixels${withBatchNorm ? ', batch norm' : ''}`, border, withBatchNorm, size,
  ] as const))))('gives the same after every other pass: a strided layer padded %s', (_, border, withBatchNorm, size) => {
    const graph = makePadded(border, withBatchNorm, size, 3);
    const input = drawInput(graph, 3);
    const known = new Map(passes.map((pass) => [pass, passBackAlone(graph, input, pass)]));
    const alone = (pass: Pass): Float32Array => known.get(pass) ?? new Float32Array();
    for (const first of passes) for (const second of passes) expectSameInOrder(graph, input, [first, second, first], alone);
    // The same derivative by both plans, which pad it differently.
    expectClose(alone(passes[0] as Pass), passBackAlone(graph, input, { mode: 'inspect', rule: 'gradient' }), { atol: 1e-6, rtol: 1e-5 }, 'live against inspect');
    input.dispose();
  });

  it('gives the same in any order of modes and rules, on random networks', async () => {
    const before = memory().numTensors;
    const shapes = fc.tuple(networkShapes({ activation: 'relu' }), fc.option(stems(), { freq: 4 })).map(([shape, stem]): NetworkShape => ({ ...shape, stem }));
    await fc.assert(fc.asyncProperty(shapes, fc.shuffledSubarray([...passes], { minLength: 5, maxLength: 8 }), async (shape, order) => {
      const graph = buildRandomNetwork(shape);
      const input = drawInput(graph, shape.seed);
      expectSameInOrder(graph, input, [...order, ...order.slice(0, 2)], (pass) => passBackAlone(graph, input, pass));
      input.dispose();
    }), { seed: 20_27, numRuns: 60 });
    expect(memory().numTensors).toBe(before);
  });

  it('gives the same in any order of methods, as jobs ask for them', async () => {
    const methods = ['deep-lift', 'gradient', 'lrp-composite', 'smooth-grad', 'integrated-gradients', 'grad-cam', 'guided-grad-cam', 'lrp-gamma'];
    for (const [, border] of borders) {
      const graph = makePadded(border, true, 16, 3);
      const input = drawInput(graph, 5);
      const alone = async (method: string): Promise<Float32Array> => {
        const executor = createExecutor(graph);
        const { values } = await explainNow(method, { executor, input, parameters: quick[method] ?? {} });
        executor.dispose();
        return values;
      };
      for (const order of [methods, [...methods].reverse()]) {
        const executor = createExecutor(graph);
        for (const method of order) {
          const { values } = await explainNow(method, { executor, input, parameters: quick[method] ?? {} });
          expectClose(values, await alone(method), { atol: 1e-12, rtol: 0 }, `${method} in ${order.join(', ')}`);
        }
        executor.dispose();
      }
      input.dispose();
    }
  });

  it('keeps the weights of layers apart, whatever they are called', () => {
    const builder = new GraphBuilder('names', 'test');
    const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 } as const;
    builder.addInput('x', [4, 4, 2]);
    builder.add('a', conv, ['x'], { kernel: makeWeight(1, 1, 2, 2) });
    builder.add('b', { op: 'batch-norm', epsilon: 1e-3 }, ['a'], { mean: makeWeight(2), variance: makePositive(2) });
    builder.add('a + b', conv, ['b'], { kernel: makeWeight(1, 1, 2, 2), bias: makeWeight(2) });
    builder.add('gap', { op: 'global-average-pool', keepDims: false }, ['a + b']);
    const graph = builder.build('gap');
    const input = drawInput(graph, 1);
    const [live, inspect] = modes.map((mode) => passBackAlone(graph, input, { mode, rule: 'gradient' }));
    expectClose(live ?? [], inspect ?? [], { atol: 1e-6, rtol: 1e-5 }, 'gradient');
    input.dispose();
  });
});

const shared = findShared('vectors/', 'one executor in both modes is tried on the networks of test/fixtures/vectors only');
const folder = shared ?? fileURLToPath(new URL('../fixtures/vectors/', import.meta.url));
const cases = ['keras-v3-mobileish', 'keras-h5-sequential', 'keras-h5-nested', ...(shared === null ? [] : ['keras2-h5-sequential', 'onnx-mobilenetv2', 'onnx-resnet'])];

describe.each(cases)('network of case %s', (name) => {
  it('has the same gradient before and after LRP and DeepLIFT', async () => {
    const facts = JSON.parse(readFileSync(`${folder}${name}/case.json`, 'utf8')) as { readonly network: string };
    const graph = await readNetwork({ name: facts.network, bytes: readFileSync(`${folder}${name}/${facts.network}`), readBeside: (path) => Promise.reject(new Error(path)) });
    const input = drawInput(graph, 11);
    const known = new Map<string, Float32Array>();
    const alone = (pass: Pass): Float32Array => {
      const found = known.get(nameOf(pass)) ?? passBackAlone(graph, input, pass);
      known.set(nameOf(pass), found);
      return found;
    };
    const asked: readonly Pass[] = [
      { mode: 'live', rule: 'gradient' }, { mode: 'inspect', rule: 'lrp-epsilon' }, { mode: 'inspect', rule: 'gradient' }, { mode: 'live', rule: 'lrp-epsilon' }, { mode: 'inspect', rule: 'deep-lift' },
    ];
    asked.forEach((_, first) => expectSameInOrder(graph, input, [...asked.slice(first), ...asked.slice(0, first)], alone));
    expectSameInOrder(graph, input, [...asked].reverse(), alone);
    input.dispose();
  });
});
