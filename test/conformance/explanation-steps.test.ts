import { memory, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { BackwardRule, Executor } from '../../src/engine/executor.interface';
import { explainLive, findLiveExplanation, planLiveExplanation } from '../../src/explain/live';
import { explanations, findExplanation } from '../../src/explain/registry';
import { createScoreSeed } from '../../src/explain/score-gradient';
import { makeResidualGraph } from '../../src/graph/testing.fixture';
import { buildRandomNetwork, drawInput, type NetworkShape } from './random-network';
import { explainNow, quick, requestOf } from './run-explanation';
import { startWasm } from './wasm-in-node';

/* Methods pause between layers, so that a person who stops one does not wait for a whole pass. */

const shape: NetworkShape = { seed: 11, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels: 3 };
const pixels = { mean: [120, 110, 100], std: [60, 61, 62] };
const ids = explanations.map((method) => method.id);
/** Pauses before every layer, which only long layers do otherwise. */
let executor: Executor;
/** Pauses between passes alone. */
let whole: Executor;
let input: Tensor4D;

beforeAll(async () => {
  await startWasm();
  executor = createExecutor(buildRandomNetwork(shape), 0);
  whole = createExecutor(buildRandomNetwork(shape), Number.POSITIVE_INFINITY);
  input = drawInput(executor.graph, 1);
});
afterAll(() => {
  input.dispose();
  whole.dispose();
  executor.dispose();
});

const held = (): readonly number[] => [memory().numTensors, memory().numDataBuffers];
const open = (id: string): ReturnType<ReturnType<typeof findExplanation>['run']> =>
  findExplanation(id).run(requestOf({ executor, input, parameters: quick[id] ?? {}, target: 1, pixels }));

async function countSteps(id: string): Promise<number> {
  const run = open(id);
  for (let steps = 0; ; steps += 1) {
    const { done, value } = await run.next();
    if (done !== true) continue;
    value.map.dispose();
    return steps;
  }
}

describe.each(ids)('%s, with a pause before every layer', (id) => {
  it('frees everything at whichever pause it is dropped', async () => {
    const count = await countSteps(id);
    // Forward and back, a pause before each layer.
    expect(count).toBeGreaterThan(7);
    const before = held();
    const first = Array.from({ length: 14 }, (_, index) => index + 1);
    const spread = Array.from({ length: 8 }, (_, index) => Math.round((count * (index + 1)) / 8));
    for (const steps of new Set([...first, ...spread].filter((at) => at <= count))) {
      const run = open(id);
      for (let step = 0; step < steps; step += 1) {
        const { done, value } = await run.next();
        if (done !== true && value.partial !== undefined && step % 5 === 0) await value.partial();
      }
      await run.return(undefined as never);
      expect(held(), `dropped after ${steps} of ${count}`).toEqual(before);
    }
  });

  it('computes the same to the bit, also when the camera goes on in between', async () => {
    const expected = await explainNow(id, { executor: whole, input, parameters: quick[id] ?? {}, target: 1, pixels });
    const method = findLiveExplanation('grad-cam');
    const target = { kind: 'class', index: 2 } as const;
    const plan = planLiveExplanation(executor, method, target, null);
    const run = open(id);
    const fractions: number[] = [];
    for (;;) {
      const { done, value } = await run.next();
      if (done !== true) {
        fractions.push(value.fraction);
        const frame = executor.forward(input, { mode: 'live', taps: new Set(plan.taps), backwardTo: new Set(plan.backwardTo) });
        explainLive(executor, frame, method, target, plan).map.dispose();
        frame.dispose();
        continue;
      }
      expect([...value.map.dataSync()]).toEqual([...expected.values]);
      expect([...value.scores]).toEqual([...expected.scores]);
      expect(value.note).toEqual(expected.note);
      value.map.dispose();
      break;
    }
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  });
});

describe('a pass in steps', () => {
  const backward = (over: Executor, rule: BackwardRule): { readonly fractions: readonly number[]; readonly values: readonly number[] } => {
    const activations = over.forward(input, { mode: 'live', taps: new Set(), backwardTo: new Set(['x']) });
    const seed = createScoreSeed(activations.logits, 1, rule.kind.startsWith('lrp'));
    const steps = over.backwardInSteps(activations, { from: over.graph.logits, seed, to: ['x'], rule });
    const fractions: number[] = [];
    for (;;) {
      const next = steps.next();
      if (next.done !== true) {
        fractions.push(next.value);
        continue;
      }
      const gradient = next.value.get('x') as Tensor;
      const values = [...gradient.dataSync()];
      for (const owned of [gradient, seed, activations]) owned.dispose();
      return { fractions, values };
    }
  };
  /** conv1, conv2, add, pool, gap, logits; batch norm and activations are part of their layers. */
  const layers = 6;

  it('pauses before every layer but the first, and inside a layer where a rule takes several convolutions', () => {
    expect(backward(executor, { kind: 'gradient' }).fractions.length).toBeGreaterThanOrEqual(layers - 1);
    const gamma = backward(executor, { kind: 'lrp-gamma', gamma: 0.25, epsilon: 0.01 }).fractions;
    // conv1, conv2 and logits have a pause for each of the convolutions a rule makes of them.
    expect(gamma.length).toBeGreaterThanOrEqual(layers - 1 + 3 * 6);
    expect(new Set(gamma).size).toBeGreaterThan(layers);
    expect([...gamma].sort((a, b) => a - b)).toEqual(gamma);
    expect(gamma.at(-1)).toBeLessThanOrEqual(1);
  });

  it('does not pause for less than it is worth', () => {
    expect(backward(whole, { kind: 'gradient' }).fractions).toEqual([]);
    expect([...whole.forwardInSteps(input, { mode: 'live', taps: new Set() })]).toEqual([]);
  });

  it('gives what the pass without pauses gives, to the bit', () => {
    for (const rule of [{ kind: 'gradient' }, { kind: 'guided' }, { kind: 'lrp-epsilon', epsilon: 0.01 }, { kind: 'lrp-alpha1-beta0' }, { kind: 'lrp-gamma', gamma: 0.25, epsilon: 0.01 }] as const) {
      const activations = executor.forward(input, { mode: 'live', taps: new Set(), backwardTo: new Set(['x']) });
      const seed = createScoreSeed(activations.logits, 1, rule.kind.startsWith('lrp'));
      const gradient = executor.backward(activations, { from: executor.graph.logits, seed, to: ['x'], rule }).get('x') as Tensor;
      expect(backward(executor, rule).values, rule.kind).toEqual([...gradient.dataSync()]);
      for (const owned of [gradient, seed, activations]) owned.dispose();
    }
  });

  it('frees a forward pass and a backward pass with several ends wherever it is dropped', () => {
    const graph = makeResidualGraph();
    const other = createExecutor(graph, 0);
    const picture = drawInput(graph, 4);
    const options = { mode: 'inspect', taps: new Set(['relu1']), backwardTo: new Set([graph.input]) } as const;
    const pass = other.forward(picture, options);
    const seed = createScoreSeed(pass.logits, 0);
    const request = { from: graph.logits, seed, to: [graph.input, 'relu1'], rule: { kind: 'lrp-alpha1-beta0' } } as const;
    for (const owned of other.backward(pass, request).values()) owned.dispose();
    const drop = (open: () => Generator<number, unknown, void>): number => {
      const before = held();
      for (let steps = 1; ; steps += 1) {
        const run = open();
        let isDone = false;
        for (let step = 0; step < steps && !isDone; step += 1) {
          const next = run.next();
          isDone = next.done === true;
          if (next.value instanceof Map) for (const owned of (next.value as Map<string, Tensor>).values()) owned.dispose();
          else if (isDone) (next.value as { dispose(): void }).dispose();
        }
        run.return(undefined);
        expect(held(), `dropped after ${steps}`).toEqual(before);
        if (isDone) return steps;
      }
    };
    expect(drop(() => other.forwardInSteps(picture, options))).toBeGreaterThan(5);
    expect(drop(() => other.backwardInSteps(pass, request))).toBeGreaterThan(10);
    for (const owned of [seed, pass, picture, other]) owned.dispose();
  });

  it('stops when the network is gone', () => {
    const other = createExecutor(buildRandomNetwork(shape), 0);
    const steps = other.forwardInSteps(input, { mode: 'live', taps: new Set() });
    steps.next();
    other.dispose();
    expect(() => steps.next()).toThrow('disposed');
  });
});
