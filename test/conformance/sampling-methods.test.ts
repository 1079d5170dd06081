import { ones, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { expectClose } from './closeness';
import { build, filled, weight } from './published-models';
import { drawInput } from './random-network';
import { explainNow, sumOf } from './run-explanation';
import { startWasm } from './wasm-in-node';

beforeAll(startWasm);

/** S = the sum of the left half, twice that of the right half; nothing depends on anything else. */
function makeHalves(): ReturnType<typeof build> {
  const weights = Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? 1 : 2));
  return build([8, 8, 1], [['flat', { op: 'flatten' }, ['x']], ['y', { op: 'dense' }, ['flat'], { kernel: weight([64, 2], weights.flatMap((value) => [value / 64, 0])) }]]);
}

describe('RISE', () => {
  it('finds where a sum counts twice, and its error falls with the square root of the masks', async () => {
    const executor = createExecutor(makeHalves());
    const flat: Tensor4D = ones([1, 8, 8, 1]);
    const few = await explainNow('rise', { executor, input: flat, parameters: { masks: 100, grid: 2, score: 'logit', baseline: 0 } });
    const many = await explainNow('rise', { executor, input: flat, parameters: { masks: 1600, grid: 2, score: 'logit', baseline: 0 } });
    expect((few.note.standardError ?? 0) / (many.note.standardError ?? 1)).toBeGreaterThan(3);
    expect((few.note.standardError ?? 0) / (many.note.standardError ?? 1)).toBeLessThan(5.3);
    const half = (from: number): number => sumOf(many.values.filter((_, at) => at % 8 >= from && at % 8 < from + 4));
    expect(half(4)).toBeGreaterThan(half(0));
    // Each pixel's mean is E[S | it shows], at most the whole score and at least half of it.
    expect(Math.max(...many.values)).toBeLessThan(many.scores[0] ?? 0);
    flat.dispose();
    executor.dispose();
  });
});

describe('prediction difference', () => {
  it('is 0 for a network that does not look', async () => {
    const executor = createExecutor(build([8, 8, 1], [['flat', { op: 'flatten' }, ['x']], ['y', { op: 'dense' }, ['flat'], { kernel: filled([64, 3], 0), bias: weight([3], [1, 2, 3]) }]]));
    const input = drawInput(executor.graph, 4);
    const { values } = await explainNow('prediction-difference', { executor, input, parameters: { samples: 2, window: 2 } });
    expectClose(values, new Float32Array(64), { atol: 1e-5, rtol: 0 }, 'evidence');
    input.dispose();
    executor.dispose();
  });

  it('is bits of odds: what the class loses when its evidence is replaced', async () => {
    // Class 0 counts the one bright pixel; the surroundings are dark, and so is what could be there.
    const executor = createExecutor(build([8, 8, 1], [['flat', { op: 'flatten' }, ['x']], ['y', { op: 'dense' }, ['flat'], { kernel: weight([64, 2], Array.from({ length: 64 }, (_, at) => (at === 27 ? [5, 0] : [0, 0])).flat()) }]]));
    const input = tensor4d(Float32Array.from({ length: 64 }, (_, at) => (at === 27 ? 1 : 0)), [1, 8, 8, 1]);
    const { values } = await explainNow('prediction-difference', { executor, input, parameters: { samples: 40, window: 1, trainingPictures: 1_000_000_000 } });
    // ln odds are 5 before and about 5 times the drawn value after.
    expect(values[27]).toBeGreaterThan(4);
    expect(values[27]).toBeLessThan(5 / Math.LN2 + 0.5);
    expect(Math.max(...values.filter((_, at) => at !== 27).map(Math.abs))).toBeLessThan(1e-3);
    input.dispose();
    executor.dispose();
  });

  it('shows the difference of the score itself for a unit', async () => {
    const executor = createExecutor(makeHalves());
    const input = drawInput(executor.graph, 4);
    const byDifference = await explainNow('prediction-difference', { executor, input, target: { kind: 'difference', index: 0, against: 1 }, parameters: { samples: 3, window: 2 } });
    const byUnit = await explainNow('prediction-difference', { executor, input, target: { kind: 'unit', layer: 'y', channel: 0 }, parameters: { samples: 3, window: 2 } });
    // The second class is always 0.
    expectClose(byUnit.values, byDifference.values, { atol: 1e-6, rtol: 1e-5 }, 'activation difference');
    input.dispose();
    executor.dispose();
  });
});

describe('baselines', () => {
  it('black is what a black pixel becomes, a number is itself', async () => {
    const executor = createExecutor(makeHalves());
    const input = drawInput(executor.graph, 4);
    const pixels = { mean: [51], std: [102] };
    const black = await explainNow('deep-lift', { executor, input, pixels });
    const number = await explainNow('deep-lift', { executor, input, parameters: { baseline: -0.5 } });
    expectClose(black.values, number.values, { atol: 1e-6, rtol: 1e-5 }, 'black');
    const zero = await explainNow('deep-lift', { executor, input });
    const same = await explainNow('deep-lift', { executor, input, parameters: { baseline: 0 } });
    expectClose(zero.values, same.values, { atol: 0, rtol: 1e-6 }, 'black without preprocessing');
    input.dispose();
    executor.dispose();
  });

  it('a blurred constant picture is itself, up to its borders', async () => {
    const executor = createExecutor(makeHalves());
    const input: Tensor4D = ones([1, 8, 8, 1]);
    for (const baseline of ['blur', 'mean']) {
      const { values } = await explainNow('deep-lift', { executor, input, parameters: { baseline } });
      expectClose(values, new Float32Array(64), { atol: 1e-6, rtol: 0 }, baseline);
    }
    input.dispose();
    executor.dispose();
  });
});
