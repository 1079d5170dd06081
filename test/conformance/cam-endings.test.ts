import { zeros, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { cam } from '../../src/explain/cam';
import { readNetwork } from '../../src/formats/read-network';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { noPadding } from '../../src/graph/padding';
import { makePositive, makeWeight } from '../../src/graph/testing.fixture';
import { expectClose } from './closeness';
import { writeModel, type TestNode } from './onnx-model';
import { drawInput } from './random-network';
import { explainNow, sumOf } from './run-explanation';
import { startWasm } from './wasm-in-node';

/* How the last dense layer may be written, and what CAM is then: its mean and a number that no picture changes are the score. */
beforeAll(startWasm);

type End = (builder: GraphBuilder, pooled: string) => string;

const dense = (builder: GraphBuilder, from: string, bias: boolean): string => builder.add('fc', { op: 'dense' }, [from], { kernel: makeWeight(6, 3), ...(bias ? { bias: makeWeight(3) } : {}) });
const statistics = (channels: number): Parameters<GraphBuilder['add']>[3] => ({ gamma: makePositive(channels), beta: makeWeight(channels), mean: makeWeight(channels), variance: makePositive(channels) });

const exact: readonly (readonly [string, boolean, End])[] = [
  ['a dense layer with its bias', false, (builder, pooled) => dense(builder, pooled, true)],
  ['a product and a bias that is added by itself', false, (builder, pooled) => builder.add('bias', { op: 'scale' }, [dense(builder, pooled, false)], { offset: makeWeight(3) })],
  ['a factor and a bias, before and after', false, (builder, pooled) => builder.add('after', { op: 'scale' }, [
    dense(builder, builder.add('before', { op: 'scale' }, [pooled], { factor: makeWeight(6), offset: makeWeight(6) }), true),
  ], { factor: makeWeight(3), offset: makeWeight(3) })],
  ['a batch norm of the pooled vector', false, (builder, pooled) => dense(builder, builder.add('bn', { op: 'batch-norm', epsilon: 1e-3 }, [pooled], statistics(6)), true)],
  ['a batch norm of the logits', false, (builder, pooled) => builder.add('bn', { op: 'batch-norm', epsilon: 1e-3 }, [dense(builder, pooled, false)], statistics(3))],
  ['a convolution of one place, with its batch norm', true, (builder, pooled) => builder.add('flat', { op: 'flatten' }, [builder.add('bn', { op: 'batch-norm', epsilon: 1e-3 }, [
    builder.add('fc', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, [pooled], { kernel: makeWeight(1, 1, 6, 3) }),
  ], statistics(3))])],
  ['a bias on the pool\'s own answers', false, (builder, pooled) => builder.add('bias', { op: 'scale' }, [pooled], { offset: makeWeight(6) })],
];

function build(end: End, keepDims: boolean): NetworkGraph {
  const builder = new GraphBuilder('ending', 'test');
  builder.addInput('x', [7, 6, 3]);
  builder.add('conv', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, ['x'], { kernel: makeWeight(3, 3, 3, 6) });
  builder.add('relu', { op: 'activation', activation: { kind: 'relu' } }, ['conv']);
  return builder.build(end(builder, builder.add('gap', { op: 'global-average-pool', keepDims }, ['relu'])));
}

describe('CAM', () => {
  it.each(exact)('is exact at %s', async (_, keepDims, end) => {
    const graph = build(end, keepDims);
    expect(cam.supports(graph)).toBeNull();
    const executor = createExecutor(graph);
    // What is left when all maps are 0: the first convolution has no bias.
    const blank: Tensor4D = zeros([1, 7, 6, 3]);
    const rest = await explainNow('cam', { executor, input: blank, target: 1 });
    for (const seed of [1, 2, 3]) {
      const input = drawInput(graph, seed);
      const { values, scores, layer, shape } = await explainNow('cam', { executor, input, target: 1 });
      expect([layer, shape]).toEqual(['relu', [1, 5, 4]]);
      expect(sumOf(values) / values.length + (rest.scores[0] ?? Number.NaN)).toBeCloseTo(scores[0] ?? Number.NaN, 5);
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0);
      input.dispose();
    }
    blank.dispose();
    executor.dispose();
  });

  it('is the same whether the bias is the dense layer\'s or a step of its own', async () => {
    const [together, apart] = await Promise.all(exact.slice(0, 2).map(async ([, keepDims, end]) => {
      const executor = createExecutor(build(end, keepDims));
      const input = drawInput(executor.graph, 5);
      const { values } = await explainNow('cam', { executor, input, target: 2 });
      input.dispose();
      executor.dispose();
      return values;
    }));
    expectClose(apart ?? [], together ?? [], { atol: 1e-7, rtol: 1e-6 }, 'map');
  });

  it.each([
    ['a function between', (builder: GraphBuilder, pooled: string) => dense(builder, builder.add('act', { op: 'activation', activation: { kind: 'relu' } }, [pooled]), true)],
    ['two dense layers', (builder: GraphBuilder, pooled: string) => builder.add('more', { op: 'dense' }, [dense(builder, pooled, true)], { kernel: makeWeight(3, 3) })],
  ] as const)('is not defined with %s', (_, end) => {
    expect(cam.supports(build(end, false))).toMatch(/^CAM needs a global average pool/);
  });

  it('is defined for a file that adds the bias by itself', async () => {
    const node = (op: string, inputs: string, output: string): TestNode => ({ op, inputs: inputs.split(' '), outputs: [output] });
    const numbers = (...dims: number[]): { readonly dims: readonly number[]; readonly values: readonly number[] } => ({ dims, values: [...makeWeight(...dims).values] });
    const bytes = writeModel({
      opset: 13, input: [1, 3, 6, 6], constants: { w: numbers(4, 3, 3, 3), d: numbers(4, 3), b: numbers(3) },
      nodes: [node('Conv', 'x w', 'c'), node('Relu', 'c', 'r'), node('GlobalAveragePool', 'r', 'p'), node('Flatten', 'p', 'f'), node('MatMul', 'f d', 'm'), node('Add', 'm b', 'a'), node('Softmax', 'a', 'y')],
    });
    expect(cam.supports(await readNetwork({ name: 'x.onnx', bytes, readBeside: (path) => Promise.reject(new Error(path)) }))).toBeNull();
  });
});
