import { describe, expect, it } from 'vitest';
import { toProbabilities } from './answer';
import { GraphBuilder } from './graph-builder';
import type { Activation, Operation } from './ops';

function endIn(outputs: number, ...operations: readonly Operation[]) {
  const builder = new GraphBuilder('ending', 'test');
  let at = builder.add('pool', { op: 'global-average-pool', keepDims: false }, [builder.addInput('input', [2, 2, outputs])]);
  operations.forEach((operation, index) => { at = builder.add(`node ${index}`, operation, [at]); });
  const { output, logits, probabilities } = builder.build(at);
  return { output, logits, probabilities };
}
const activation = (kind: 'sigmoid' | 'relu' | 'tanh'): Operation => ({ op: 'activation', activation: { kind } });
const hardSigmoid: Activation = { kind: 'hard-sigmoid', slope: 0.2, offset: 0.5 };

describe('the answer of a network', () => {
  it('is the input of a final softmax or sigmoid', () => {
    expect(endIn(3, { op: 'softmax' })).toEqual({ output: 'node 0', logits: 'pool', probabilities: 'softmax' });
    expect(endIn(3, { op: 'log-softmax' })).toEqual({ output: 'node 0', logits: 'pool', probabilities: 'softmax' });
    expect(endIn(3, activation('sigmoid'))).toEqual({ output: 'node 0', logits: 'pool', probabilities: 'sigmoid' });
    expect(endIn(1, activation('sigmoid'))).toEqual({ output: 'node 0', logits: 'pool', probabilities: 'sigmoid' });
  });

  it('also where the ending is only renamed', () => {
    expect(endIn(1, activation('sigmoid'), { op: 'identity' }, { op: 'reshape', shape: [1] })).toEqual({ output: 'node 2', logits: 'pool', probabilities: 'sigmoid' });
    expect(endIn(4, { op: 'softmax' }, { op: 'reshape', shape: [2, 2] })).toEqual({ output: 'node 1', logits: 'pool', probabilities: 'softmax' });
  });

  it('takes one ending away, not two', () => {
    expect(endIn(3, activation('sigmoid'), { op: 'softmax' })).toMatchObject({ logits: 'node 0', probabilities: 'softmax' });
    expect(endIn(3, { op: 'softmax' }, activation('sigmoid'))).toMatchObject({ logits: 'node 0', probabilities: 'sigmoid' });
  });

  it('is the output where nothing ends the network', () => {
    expect(endIn(3)).toEqual({ output: 'pool', logits: 'pool', probabilities: 'softmax' });
    expect(endIn(1)).toEqual({ output: 'pool', logits: 'pool', probabilities: 'sigmoid' });
    expect(endIn(3, activation('relu'))).toMatchObject({ logits: 'node 0', probabilities: 'softmax' });
    expect(endIn(1, activation('tanh'))).toMatchObject({ logits: 'node 0', probabilities: 'sigmoid' });
  });

  it('leaves a hard sigmoid: it clips', () => {
    expect(endIn(1, { op: 'activation', activation: hardSigmoid })).toEqual({ output: 'node 0', logits: 'node 0', probabilities: 'as-they-are' });
  });
});

describe('probabilities', () => {
  it('of softmax sum to 1 and survive large logits', () => {
    const result = toProbabilities(Float32Array.of(1000, 1001, 1002), 'softmax');
    expect(result.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    expect(result[2]).toBeCloseTo(Math.exp(2) / (1 + Math.exp(1) + Math.exp(2)), 10);
  });

  it('of sigmoids are each their own, of a hard sigmoid there already', () => {
    expect([...toProbabilities(Float32Array.of(0, Math.log(3), -1000, 1000), 'sigmoid')].map((value) => Number(value.toFixed(6)))).toEqual([0.5, 0.75, 0, 1]);
    expect([...toProbabilities(Float32Array.of(0.25, 1), 'as-they-are')]).toEqual([0.25, 1]);
  });
});
