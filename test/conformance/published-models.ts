import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph, WeightArray } from '../../src/graph/network-graph';
import type { Operation } from '../../src/graph/ops';
import { noPadding } from '../../src/graph/padding';

/* The models of Captum's, PAIR's and tf-explain's tests, small enough to type in. A vector of features is an image of one place. */

export const relu = { op: 'activation', activation: { kind: 'relu' } } as const;
export const pointwise = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 } as const;

export function weight(shape: readonly number[], values: readonly number[]): WeightArray {
  return { shape, values: Float32Array.from(values) };
}

export function filled(shape: readonly number[], value: number): WeightArray {
  return weight(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => value));
}

export type Node = readonly [id: string, operation: Operation, inputs: readonly string[], weights?: Record<string, WeightArray>];

export function build(input: readonly number[], nodes: readonly Node[]): NetworkGraph {
  const builder = new GraphBuilder('published', 'test');
  builder.addInput('x', input);
  for (const [id, operation, inputs, weights] of nodes) builder.add(id, operation, inputs, weights ?? {});
  return builder.build(nodes.at(-1)?.[0] ?? 'x');
}

/** x, y → relu(relu(x) - 1 - relu(y)) or relu(relu(x - 1) - relu(y)): one function, two networks. */
function difference(inside: boolean): NetworkGraph {
  return build([1, 1, 2], [
    ['shift', { op: 'scale' }, ['x'], { offset: weight([2], inside ? [-1, 0] : [0, 0]) }], ['r', relu, ['shift']],
    ['z', pointwise, ['r'], { kernel: weight([1, 1, 2, 1], [1, -1]), bias: weight([1], [inside ? 0 : -1]) }], ['y', relu, ['z']],
  ]);
}

export const models: Readonly<Record<string, () => NetworkGraph>> = {
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
  /** The same with its features side by side, so that windows can cover them. */
  multilayer_row: () => build([1, 3, 1], [
    ['flat', { op: 'flatten' }, ['x']],
    ['linear1', { op: 'dense' }, ['flat'], { kernel: filled([3, 4], 1), bias: weight([4], [-10, 1, 1, 1]) }], ['relu', relu, ['linear1']],
    ['linear2', { op: 'dense' }, ['relu'], { kernel: filled([4, 2], 1), bias: weight([2], [-1, 1]) }],
  ]),
  /** f(x) = 1 - relu(1 - x), six features. */
  basic_model: () => build([1, 6, 1], [
    ['a', { op: 'scale' }, ['x'], { factor: weight([1], [-1]), offset: weight([1], [1]) }], ['r', relu, ['a']],
    ['s', { op: 'scale' }, ['r'], { factor: weight([1], [-1]), offset: weight([1], [1]) }],
    ['flat', { op: 'flatten' }, ['s']], ['y', { op: 'dense' }, ['flat'], { kernel: filled([6, 1], 1) }],
  ]),
  ig_model2: () => difference(false),
  ig_model3: () => difference(true),
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
  deeplift_relu: () => build([1, 1, 2], [
    ['s', { op: 'scale' }, ['x'], { offset: weight([2], [0, -1.5]) }], ['r', relu, ['s']], ['y', pointwise, ['r'], { kernel: weight([1, 1, 2, 1], [2, 2]) }],
  ]),
  triple_sum: () => build([5, 5, 1], [['flat', { op: 'flatten' }, ['x']], ['y', { op: 'dense' }, ['flat'], { kernel: filled([25, 1], 3) }]]),
  scorecam_tiny: () => build([4, 4, 1], [
    ['conv1', pointwise, ['x'], { kernel: filled([3, 3, 1, 2], 0.1), bias: weight([2], [-5, -7.5]) }], ['relu1', relu, ['conv1']], ['flat', { op: 'flatten' }, ['relu1']],
    ['y', { op: 'dense' }, ['flat'], { kernel: weight([8, 2], [1, 1, 1, -1, 1, -1, 1, -1].flatMap((value) => [value, 0.5])) }],
  ]),
};
