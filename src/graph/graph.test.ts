import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of';
import { costOf, totalCost } from './costs';
import { affineOfBatchNorm, foldBatchNorm } from './fold-batch-norm';
import { GraphBuilder } from './graph-builder';
import { describeLayers, findLastSpatialLayer } from './layer-facts';
import type { GraphNode, NetworkGraph } from './network-graph';
import { noPadding, resolveSamePadding } from './padding';
import { computeReceptiveFields } from './receptive-field';
import { inferShape } from './shapes';
import { makePositive, makeResidualGraph, makeWeight, onePixel } from './testing.fixture';
import { validateGraph } from './validate-graph';

const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 } as const;

describe('padding', () => {
  it('puts the odd pixel at the bottom and right, as TensorFlow does', () => {
    expect(resolveSamePadding([64, 7], [3, 3], [2, 2])).toEqual({ top: 0, bottom: 1, left: 1, right: 1 });
    expect(resolveSamePadding([8, 8], [2, 4], [1, 1])).toEqual({ top: 0, bottom: 1, left: 1, right: 2 });
    expect(resolveSamePadding([5, 5], [1, 1], [3, 3])).toEqual(noPadding);
    expect(resolveSamePadding([9, 9], [3, 3], [1, 1], [2, 2])).toEqual({ top: 2, bottom: 2, left: 2, right: 2 });
  });
});

describe('shapes', () => {
  it.each([
    ['conv', { ...conv, strides: [2, 2], padding: onePixel }, [[7, 8, 3]], { kernel: makeWeight(3, 3, 3, 5) }, [4, 4, 5]],
    ['dilated conv', { ...conv, dilations: [2, 2] }, [[7, 8, 3]], { kernel: makeWeight(3, 3, 3, 5) }, [3, 4, 5]],
    ['grouped conv', { ...conv, groups: 2 }, [[4, 4, 6]], { kernel: makeWeight(1, 1, 3, 4) }, [4, 4, 4]],
    ['depthwise', { op: 'depthwise-conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding }, [[5, 5, 2]], { kernel: makeWeight(3, 3, 2, 3) }, [3, 3, 6]],
    ['dense', { op: 'dense' }, [[6]], { kernel: makeWeight(6, 2) }, [2]],
    ['add, broadcast', { op: 'add' }, [[3, 4, 2], [1, 1, 2]], {}, [3, 4, 2]],
    ['concat', { op: 'concat', axis: 2 }, [[3, 4, 2], [3, 4, 5]], {}, [3, 4, 7]],
    ['pool rounds down', { op: 'max-pool', window: [2, 2], strides: [2, 2], padding: noPadding }, [[5, 7, 2]], {}, [2, 3, 2]],
    ['global pool', { op: 'global-average-pool', keepDims: true }, [[5, 7, 2]], {}, [1, 1, 2]],
    ['group norm', { op: 'group-norm', groups: 2, eachPlace: false, epsilon: 1e-5 }, [[5, 7, 4]], { gamma: makeWeight(4), beta: makeWeight(4) }, [5, 7, 4]],
    ['layer norm of a vector', { op: 'group-norm', groups: 1, eachPlace: true, epsilon: 1e-5 }, [[6]], {}, [6]],
    ['flatten', { op: 'flatten' }, [[3, 4, 2]], {}, [24]],
    ['transpose', { op: 'transpose', permutation: [2, 0, 1] }, [[3, 4, 2]], {}, [2, 3, 4]],
  ] as const)('%s', (_, operation, inputs, weights, expected) => {
    expect(inferShape(operation, inputs, weights, 'node')).toEqual(expected);
  });

  it.each([
    ['channels that do not fit the kernel', conv, [[4, 4, 3]], { kernel: makeWeight(3, 3, 5, 2) }, 'format-malformed'],
    ['a window larger than the map', conv, [[2, 2, 1]], { kernel: makeWeight(3, 3, 1, 1) }, 'graph-unsupported'],
    ['groups that do not divide the channels', { op: 'group-norm', groups: 3, eachPlace: false, epsilon: 1e-5 }, [[4, 4, 4]], {}, 'graph-unsupported'],
    ['a missing kernel', conv, [[4, 4, 1]], {}, 'format-malformed'],
    ['fewer values than the shape needs', { op: 'dense' }, [[4]], { kernel: { shape: [4, 4], values: new Float32Array(3) } }, 'format-malformed'],
    ['a stride of 0', { ...conv, strides: [0, 1] }, [[4, 4, 1]], { kernel: makeWeight(1, 1, 1, 1) }, 'graph-unsupported'],
    ['a map where a vector is needed', { op: 'dense' }, [[4, 4, 4]], { kernel: makeWeight(4, 4) }, 'graph-unsupported'],
    ['shapes that do not broadcast', { op: 'add' }, [[3, 3, 2], [3, 3, 3]], {}, 'graph-unsupported'],
    ['an enormous value', { op: 'resize', height: 2 ** 20, width: 2 ** 20, method: 'nearest', halfPixelCentres: false, alignCorners: false }, [[2, 2, 1]], {}, 'format-too-large'],
    ['a reshape that changes the count', { op: 'reshape', shape: [5] }, [[4]], {}, 'graph-unsupported'],
  ] as const)('refuses %s', (_, operation, inputs, weights, expected) => {
    expect(codeOf(() => inferShape(operation, inputs, weights, 'node'))).toBe(expected);
  });
});

describe('graph builder', () => {
  it('finds the logits behind a softmax, also through a reshape', () => {
    const builder = new GraphBuilder('n', 'test');
    builder.addInput('x', [1, 1, 4]);
    builder.add('scores', conv, ['x'], { kernel: makeWeight(1, 1, 4, 3) });
    builder.add('soft', { op: 'softmax' }, ['scores']);
    builder.add('flat', { op: 'reshape', shape: [3] }, ['soft']);
    expect(builder.build('flat').logits).toBe('scores');
    expect(builder.build('scores').logits).toBe('scores');
  });

  it('refuses a second input, a repeated name and an unknown source', () => {
    const builder = new GraphBuilder('n', 'test');
    builder.addInput('x', [2, 2, 1]);
    expect(codeOf(() => builder.addInput('y', [2, 2, 1]))).toBe('input-unsupported');
    expect(codeOf(() => builder.add('x', { op: 'identity' }, ['x']))).toBe('format-malformed');
    expect(codeOf(() => builder.add('z', { op: 'identity' }, ['nobody']))).toBe('format-malformed');
  });
});

describe('validation', () => {
  const graph = makeResidualGraph();
  const change = (id: string, part: Partial<GraphNode>): NetworkGraph => ({ ...graph, nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...part } : node)) });

  it('accepts a sound graph', () => {
    expect(() => validateGraph(graph)).not.toThrow();
  });

  it.each([
    ['a wrong stored shape', change('pool', { outputShape: [8, 8, 4] })],
    ['a node before its source', { ...graph, nodes: [...graph.nodes].reverse() }],
    ['two nodes of one name', change('bn1', { id: 'conv1' })],
    ['an unknown output', { ...graph, output: 'nobody' }],
  ])('refuses %s', (_, broken) => {
    expect(codeOf(() => validateGraph(broken))).toBe('graph-unsupported');
  });
});

describe('batch norm folding', () => {
  it('is the same affine map, channel by channel', () => {
    const bn: GraphNode = { id: 'bn', operation: { op: 'batch-norm', epsilon: 0.001 }, inputs: ['c'], outputShape: [1, 1, 2],
      weights: { gamma: makePositive(2), beta: makeWeight(2), mean: makeWeight(2), variance: makePositive(2) } };
    const linear: GraphNode = { id: 'c', operation: { op: 'dense' }, inputs: ['x'], outputShape: [2], weights: { kernel: makeWeight(3, 2), bias: makeWeight(2) } };
    const { kernel, bias } = foldBatchNorm(linear, bn);
    const { factor, offset } = affineOfBatchNorm(bn);
    const x = [0.3, -1.2, 2];
    for (const channel of [0, 1]) {
      const before = x.reduce((sum, value, row) => sum + value * (linear.weights.kernel?.values[row * 2 + channel] ?? 0), linear.weights.bias?.values[channel] ?? 0);
      const folded = x.reduce((sum, value, row) => sum + value * (kernel.values[row * 2 + channel] ?? 0), bias.values[channel] ?? 0);
      expect(folded).toBeCloseTo(before * (factor[channel] ?? 0) + (offset[channel] ?? 0), 5);
    }
  });
});

describe('receptive field', () => {
  it('grows by (extent - 1) * stride and starts in the padding', () => {
    const builder = new GraphBuilder('n', 'test');
    builder.addInput('x', [32, 32, 1]);
    builder.add('a', { ...conv, padding: onePixel }, ['x'], { kernel: makeWeight(3, 3, 1, 1) });
    builder.add('p', { op: 'max-pool', window: [2, 2], strides: [2, 2], padding: noPadding }, ['a']);
    builder.add('b', { ...conv, padding: onePixel }, ['p'], { kernel: makeWeight(3, 3, 1, 1) });
    builder.add('c', { ...conv, strides: [2, 2], dilations: [1, 1], padding: { top: 0, bottom: 1, left: 0, right: 1 } }, ['b'], { kernel: makeWeight(3, 3, 1, 1) });
    builder.add('g', { op: 'global-average-pool', keepDims: false }, ['c']);
    const fields = computeReceptiveFields(builder.build('g'));
    expect(fields.get('x')).toEqual({ sizePx: 1, stridePx: 1, startPx: 0 });
    expect(fields.get('a')).toEqual({ sizePx: 3, stridePx: 1, startPx: -1 });
    expect(fields.get('p')).toEqual({ sizePx: 4, stridePx: 2, startPx: -1 });
    expect(fields.get('b')).toEqual({ sizePx: 8, stridePx: 2, startPx: -3 });
    expect(fields.get('c')).toEqual({ sizePx: 12, stridePx: 4, startPx: -3 });
    expect(fields.get('g')).toBeNull();
  });

  it('unites branches', () => {
    const fields = computeReceptiveFields(makeResidualGraph());
    expect(fields.get('relu1')).toEqual({ sizePx: 3, stridePx: 1, startPx: -1 });
    expect(fields.get('add')).toEqual({ sizePx: 5, stridePx: 1, startPx: -2 });
  });
});

describe('layer facts', () => {
  const graph = makeResidualGraph();
  const layers = ['relu1', 'bn2', 'add', 'relu2', 'pool', 'gap', 'fc', 'probabilities'];
  const facts = new Map(describeLayers(graph, layers).map((info) => [info.id, info]));

  it('gives a layer the parameters of all nodes it stands for, each once', () => {
    expect(facts.get('relu1')?.parameters).toBe(3 * 3 * 2 * 4 + 16);
    expect(facts.get('bn2')?.parameters).toBe(3 * 3 * 4 * 4 + 4 + 16);
    expect(facts.get('add')?.parameters).toBe(0);
    expect([...facts.values()].reduce((sum, info) => sum + info.parameters, 0)).toBe(totalCost(graph).parameters);
    expect(facts.get('relu1')?.multiplyAdds).toBe(8 * 8 * 3 * 3 * 2 * 4);
  });

  it('knows which layers have a place and which have a sign', () => {
    expect(facts.get('relu2')).toMatchObject({ op: 'relu', shape: [8, 8, 4], spatial: true, signed: false });
    expect(facts.get('add')).toMatchObject({ signed: true, spatial: true });
    expect(facts.get('pool')).toMatchObject({ signed: false, receptiveField: { sizePx: 6, stridePx: 2, startPx: -2 } });
    expect(facts.get('fc')).toMatchObject({ shape: [1, 1, 3], spatial: false, signed: true, receptiveField: null });
    expect(facts.get('probabilities')).toMatchObject({ signed: false });
  });

  it('finds the last spatial layer', () => {
    expect(findLastSpatialLayer(graph, layers)).toBe('pool');
    expect(findLastSpatialLayer(graph, ['fc'])).toBeNull();
  });

  it('counts a dense layer once, not per pixel', () => {
    const dense = graph.nodes.find((node) => node.id === 'fc');
    expect(dense === undefined ? null : costOf(dense)).toEqual({ parameters: 15, multiplyAdds: 12 });
  });
});
