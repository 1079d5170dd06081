import { GraphBuilder } from './graph-builder';
import type { NetworkGraph, WeightArray } from './network-graph';
import type { Padding } from './ops';

/** Weights for tests: a fixed sequence in -1 … 1, the same for the same shape. */
export function makeWeight(...shape: number[]): WeightArray {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898 + shape.length) * 0.8) };
}

/** Positive numbers, for variances. */
export function makePositive(...shape: number[]): WeightArray {
  const { values } = makeWeight(...shape);
  return { shape, values: values.map((value) => Math.abs(value) + 0.3) };
}

/** One pixel on each side. */
export const onePixel: Padding = { top: 1, bottom: 1, left: 1, right: 1 };

/** image 8x8x2 → conv, batch norm, ReLU → conv, batch norm + shortcut → add → ReLU → max pool → global average → dense → softmax. */
export function makeResidualGraph(): NetworkGraph {
  const builder = new GraphBuilder('residual', 'test');
  const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: onePixel, groups: 1 } as const;
  const statistics = (): Parameters<GraphBuilder['add']>[3] => ({ gamma: makePositive(4), beta: makeWeight(4), mean: makeWeight(4), variance: makePositive(4) });
  builder.addInput('image', [8, 8, 2]);
  builder.add('conv1', conv, ['image'], { kernel: makeWeight(3, 3, 2, 4) });
  builder.add('bn1', { op: 'batch-norm', epsilon: 1e-3 }, ['conv1'], statistics());
  builder.add('relu1', { op: 'activation', activation: { kind: 'relu' } }, ['bn1']);
  builder.add('conv2', conv, ['relu1'], { kernel: makeWeight(3, 3, 4, 4), bias: makeWeight(4) });
  builder.add('bn2', { op: 'batch-norm', epsilon: 1e-3 }, ['conv2'], statistics());
  builder.add('add', { op: 'add' }, ['bn2', 'relu1']);
  builder.add('relu2', { op: 'activation', activation: { kind: 'relu' } }, ['add']);
  builder.add('drop', { op: 'identity' }, ['relu2']);
  builder.add('pool', { op: 'max-pool', window: [2, 2], strides: [2, 2], padding: { top: 0, bottom: 0, left: 0, right: 0 } }, ['drop']);
  builder.add('gap', { op: 'global-average-pool', keepDims: false }, ['pool']);
  builder.add('fc', { op: 'dense' }, ['gap'], { kernel: makeWeight(4, 3), bias: makeWeight(3) });
  builder.add('probabilities', { op: 'softmax' }, ['fc']);
  return builder.build('probabilities');
}
