import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder';
import { noPadding } from '../graph/padding';
import { makeResidualGraph, makeWeight } from '../graph/testing.fixture';
import { compilePlan, listLayers } from './plan';

const graph = makeResidualGraph();
const namesOf = (mode: 'live' | 'inspect', ...wanted: string[]): readonly string[] => compilePlan(graph, mode, new Set(wanted)).steps.map((step) => step.id);

describe('plan', () => {
  it('folds, fuses and skips what nobody asks for', () => {
    expect(namesOf('live', 'fc')).toEqual(['relu1', 'bn2', 'add', 'relu2', 'pool', 'gap', 'fc']);
    expect(namesOf('live', 'relu1')).toEqual(['relu1']);
  });

  it('keeps a value that is asked for, and folds the rest', () => {
    expect(namesOf('live', 'fc', 'bn1').slice(0, 3)).toEqual(['bn1', 'relu1', 'bn2']);
    expect(namesOf('live', 'fc', 'conv1').slice(0, 3)).toEqual(['conv1', 'bn1', 'relu1']);
    const folded = compilePlan(graph, 'live', new Set(['fc', 'bn1'])).steps[0];
    expect(folded).toMatchObject({ id: 'bn1', activation: null, batchNorm: { id: 'bn1' } });
  });

  it('runs every node when inspecting, but not what computes nothing', () => {
    expect(namesOf('inspect', 'probabilities')).toEqual(graph.nodes.map((node) => node.id).filter((id) => id !== 'image' && id !== 'drop'));
    expect(compilePlan(graph, 'inspect', new Set(['drop'])).alias.get('drop')).toBe('relu2');
  });

  it('lists the layers of the rail', () => {
    expect(listLayers(graph, 'live')).toEqual(['relu1', 'bn2', 'add', 'relu2', 'pool', 'gap', 'fc', 'probabilities']);
    expect(listLayers(graph, 'inspect')).toContain('conv1');
  });

  it('takes zero padding into the convolution after it, only when live and unseen', () => {
    const builder = new GraphBuilder('padded', 'test');
    builder.addInput('x', [4, 4, 1]);
    builder.add('pad', { op: 'pad', padding: { top: 0, bottom: 1, left: 0, right: 1 }, value: 0 }, ['x']);
    builder.add('conv', { op: 'conv2d', strides: [2, 2], dilations: [1, 1], padding: noPadding, groups: 1 }, ['pad'], { kernel: makeWeight(3, 3, 1, 2) });
    const padded = builder.build('conv');
    const [step, ...others] = compilePlan(padded, 'live', new Set(['conv'])).steps;
    expect(others).toEqual([]);
    expect(step).toMatchObject({ id: 'conv', inputs: ['x'], operation: { padding: { top: 0, bottom: 1, left: 0, right: 1 } } });
    expect(compilePlan(padded, 'live', new Set(['conv', 'pad'])).steps).toHaveLength(2);
  });

  it('does not fold a batch norm whose convolution has another reader', () => {
    const builder = new GraphBuilder('shared', 'test');
    builder.addInput('x', [4, 4, 2]);
    builder.add('conv', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 }, ['x'], { kernel: makeWeight(1, 1, 2, 2) });
    builder.add('bn', { op: 'batch-norm', epsilon: 1e-3 }, ['conv'], { mean: makeWeight(2), variance: { shape: [2], values: Float32Array.of(1, 2) } });
    builder.add('sum', { op: 'add' }, ['conv', 'bn']);
    expect(compilePlan(builder.build('sum'), 'live', new Set(['sum'])).steps.map((step) => step.id)).toEqual(['conv', 'bn', 'sum']);
  });

  it('refuses an unknown name', () => {
    expect(() => compilePlan(graph, 'live', new Set(['nobody']))).toThrow('layer-unknown');
  });
});
