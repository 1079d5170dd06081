import { describe, expect, it } from 'vitest';
import { build, weight } from '../../test/conformance/published-models';
import { describeExplanations } from './registry';

const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 }, groups: 1 } as const;
const kernel = { kernel: weight([1, 1, 2, 2], [1, -1, 0.5, 2]) };
const graph = build([4, 4, 2], [
  ['low', conv, ['x'], kernel], ['relu', { op: 'activation', activation: { kind: 'relu' } }, ['low']],
  ['high', conv, ['relu'], kernel], ['silu', { op: 'activation', activation: { kind: 'silu' } }, ['high']],
  ['y', { op: 'global-average-pool', keepDims: false }, ['silu']],
]);
const reasonOf = (method: string, unitLayer?: string): string | null | undefined => describeExplanations(graph, unitLayer).find(({ id }) => id === method)?.unsupported;

describe('which methods a network has', () => {
  it('is told for classes and for units: what lies above a unit does not count', () => {
    for (const method of ['guided-backprop', 'deconvnet']) {
      expect(reasonOf(method), method).toMatch(/swish|SiLU|ReLU/i);
      expect(reasonOf(method, 'relu'), method).toBeNull();
      expect(reasonOf(method, 'silu'), method).not.toBeNull();
    }
    expect(reasonOf('cam'), 'its last maps are averaged').toBeNull();
    expect(reasonOf('cam', 'relu')).not.toBeNull();
    expect(reasonOf('gradient', 'relu')).toBeNull();
    expect(() => reasonOf('gradient', 'nowhere')).toThrow(expect.objectContaining({ code: 'layer-unknown' }));
  });
});
