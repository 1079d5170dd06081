import { concat, ones, tensor4d, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import type { PixelFacts } from '../../src/explain/explanation';
import { expectClose } from './closeness';
import { build, filled, relu, weight } from './published-models';
import { buildRandomNetwork, drawInput } from './random-network';
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

  it('says where it took likely replacements from, where the gallery does not fit', async () => {
    const inForce = async (shape: readonly [number, number, number], parameters: Record<string, number | string>, over: Partial<PixelFacts> | null = {}): Promise<unknown> => {
      const executor = createExecutor(build(shape, [['pool', { op: 'global-average-pool', keepDims: false }, ['x']]]));
      const input = drawInput(executor.graph, 4);
      const means = Array.from({ length: shape[2] }, () => 100);
      const { note, progress } = await explainNow('prediction-difference', { executor, input, parameters: { samples: 1, stride: 20, ...parameters }, ...(over === null ? {} : { pixels: { mean: means, std: means, ...over } }) });
      // From the first step on.
      for (const step of progress) expect(step.note.inForce).toEqual(note.inForce);
      input.dispose();
      executor.dispose();
      return note.inForce;
    };
    const picture = { statistics: 'picture' };
    expect(await inForce([32, 32, 3], { window: 4 })).toBeUndefined();
    expect(await inForce([32, 32, 3], { window: 4, statistics: 'picture' }), 'as asked').toBeUndefined();
    expect(await inForce([32, 32, 1], { window: 4 }), 'no colours').toEqual(picture);
    expect(await inForce([32, 32, 3], { window: 12 }), 'a large window').toEqual(picture);
    expect(await inForce([32, 32, 3], { window: 4 }, null), 'pixels nobody knows').toEqual(picture);
    expect(await inForce([32, 32, 3], { window: 4 }, { range: { low: [0, 0, 0], high: [1, 1, 1] } }), 'an array').toEqual(picture);
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

describe('SmoothGrad and VarGrad', () => {
  it.each(['smooth-grad', 'var-grad'])('%s: another seed draws other noise, all of it', async (method) => {
    const executor = createExecutor(makeHalves());
    const input = drawInput(executor.graph, 4);
    const seenWith = async (seed: number): Promise<readonly string[]> => {
      const seen: string[] = [];
      const watched: Executor = { graph: executor.graph, layers: (mode) => executor.layers(mode), dispose: () => undefined,
        forward: (...given) => executor.forward(...given), backward: (...given) => executor.backward(...given), backwardInSteps: (...given) => executor.backwardInSteps(...given),
        forwardInSteps: (picture, options) => { seen.push([...picture.dataSync().subarray(0, 4)].join()); return executor.forwardInSteps(picture, options); } };
      await explainNow(method, { executor: watched, input, parameters: { seed, samples: 25 } });
      // The first pass is the picture itself.
      return seen.slice(1);
    };
    const seeds = [0, 1, 2, 3, 26];
    const all: string[] = [];
    for (const seed of seeds) all.push(...await seenWith(seed));
    expect(all).toHaveLength(25 * seeds.length);
    expect(new Set(all).size).toBe(all.length);
    expect(await seenWith(0)).toEqual(all.slice(0, 25));
    input.dispose();
    executor.dispose();
  });
});

describe('Score-CAM', () => {
  it('chooses the channels of each picture by itself', async () => {
    const executor = createExecutor(buildRandomNetwork({ seed: 11, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels: 3 }));
    const [one, two] = [drawInput(executor.graph, 1), drawInput(executor.graph, 9)];
    const pair = tidy(() => concat([one, two], 0) as Tensor4D);
    for (const channels of [1, 2, 3]) {
      const parameters = { channels };
      const both = await explainNow('score-cam', { executor, input: pair, parameters });
      const size = both.values.length / 2;
      for (const [at, input] of [one, two].entries()) {
        const alone = await explainNow('score-cam', { executor, input, parameters });
        expectClose(both.values.subarray(at * size, (at + 1) * size), alone.values, { atol: 1e-6, rtol: 1e-4 }, `${channels} channels of picture ${at}`);
      }
    }
    for (const tensor of [one, two, pair]) tensor.dispose();
    executor.dispose();
  });

  it('has numbers also without the constant, where a channel is dead', async () => {
    const executor = createExecutor(build([4, 4, 1], [
      ['c', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 }, groups: 1 }, ['x'], { kernel: weight([1, 1, 1, 2], [1, -1]) }], ['r', relu, ['c']],
      ['p', { op: 'global-average-pool', keepDims: false }, ['r']], ['y', { op: 'dense' }, ['p'], { kernel: weight([2, 2], [1, 0, 0, 1]) }],
    ]));
    // Only positive: the second channel is 0 everywhere.
    const input = tensor4d(Float32Array.from({ length: 16 }, (_, at) => at / 16), [1, 4, 4, 1]);
    const strict = await explainNow('score-cam', { executor, input, parameters: { epsilon: 0 } });
    const usual = await explainNow('score-cam', { executor, input });
    expectClose(strict.values, usual.values, { atol: 1e-6, rtol: 1e-5 }, 'map');
    expect(Math.max(...strict.values)).toBeGreaterThan(0);
    input.dispose();
    executor.dispose();
  });
});

describe('DeepLIFT', () => {
  it.each([1, 1e-4, 1e-6, 1e-9])('compares with the baseline also where all values are %f times as large', async (scale) => {
    // relu(x - 1/2) from 0 to 1 gains half of what its input gains, whatever the unit.
    const executor = createExecutor(build([2, 2, 1], [
      ['s', { op: 'scale' }, ['x'], { factor: weight([1], [scale]), offset: weight([1], [-scale / 2]) }], ['r', relu, ['s']],
      ['f', { op: 'flatten' }, ['r']], ['y', { op: 'dense' }, ['f'], { kernel: filled([4, 1], 1) }],
    ]));
    const input: Tensor4D = ones([1, 2, 2, 1]);
    const { values } = await explainNow('deep-lift', { executor, input, parameters: { baseline: 0 } });
    expectClose(values.map((value) => value / scale), new Float32Array(4).fill(0.5), { atol: 1e-5, rtol: 0 }, 'share of each pixel');
    input.dispose();
    executor.dispose();
  });
});

describe('baselines', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are not %f', async (baseline) => {
    const executor = createExecutor(makeHalves());
    const input = drawInput(executor.graph, 4);
    for (const method of ['deep-lift', 'integrated-gradients', 'occlusion', 'rise']) {
      await expect(explainNow(method, { executor, input, parameters: { baseline, ...(method === 'rise' ? { masks: 2 } : {}) } })).rejects.toMatchObject({ code: 'explain-unsupported' });
    }
    input.dispose();
    executor.dispose();
  });

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
