import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './graph-builder';
import type { Operation } from './ops';
import { poolAnswer } from './pool-answer';
import { validateGraph } from './validate-graph';

function endIn(...operations: readonly Operation[]) {
  const builder = new GraphBuilder('map', 'test');
  let at = builder.addInput('input', [4, 6, 3]);
  operations.forEach((operation, index) => { at = builder.add(`node ${index}`, operation, [at]); });
  return builder.build(at);
}

const sigmoid: Operation = { op: 'activation', activation: { kind: 'sigmoid' } };

describe('poolAnswer', () => {
  it('averages a map of scores over the picture', () => {
    const { graph, map } = poolAnswer(endIn({ op: 'identity' }));
    validateGraph(graph);
    expect(map).toEqual([4, 6, 3]);
    expect(graph.nodes.slice(-1)).toMatchObject([{ id: 'mean over the picture', inputs: ['node 0'], outputShape: [3] }]);
    expect([graph.output, graph.logits]).toEqual(['mean over the picture', 'mean over the picture']);
  });
  it.each([[{ op: 'softmax' } as const], [{ op: 'log-softmax' } as const]])('averages before %o, and explains the mean', (ending) => {
    const { graph } = poolAnswer(endIn({ op: 'identity' }, ending, { op: 'identity' }));
    validateGraph(graph);
    expect(graph.nodes.slice(-2)).toMatchObject([{ inputs: ['node 0'] }, { id: 'answer', operation: { op: 'softmax' }, inputs: ['mean over the picture'] }]);
    expect([graph.output, graph.logits]).toEqual(['answer', 'mean over the picture']);
  });
  it('takes the sigmoid of the mean, and explains the mean', () => {
    const { graph } = poolAnswer(endIn({ op: 'identity' }, sigmoid));
    validateGraph(graph);
    expect(graph.nodes.at(-1)).toMatchObject({ id: 'answer', operation: sigmoid, outputShape: [3] });
    expect([graph.output, graph.logits, graph.probabilities]).toEqual(['answer', 'mean over the picture', 'sigmoid']);
  });
  it('averages what the network ends in where the places are mixed after the softmax', () => {
    const { graph } = poolAnswer(endIn({ op: 'softmax' }, { op: 'reshape', shape: [6, 4, 3] }));
    validateGraph(graph);
    expect(graph.nodes.at(-1)).toMatchObject({ id: 'mean over the picture', inputs: ['node 1'] });
  });
  it('leaves classifiers alone, and maps of one place', () => {
    for (const graph of [endIn({ op: 'flatten' }), endIn({ op: 'global-average-pool', keepDims: true })]) expect(poolAnswer(graph)).toEqual({ graph, map: null });
  });
});
