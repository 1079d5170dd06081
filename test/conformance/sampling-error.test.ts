import { tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { drawNormal, drawUniform } from '../../src/explain/random';
import { isCheckpoint, measureErrorOfVariance, measureStandardError, type PowerSums } from '../../src/explain/sampling-error';
import { build, filled, weight } from './published-models';
import { buildRandomNetwork, drawInput } from './random-network';
import { explainNow, sumOf, type Asked } from './run-explanation';
import { startWasm } from './wasm-in-node';

let executor: Executor;
let input: Tensor4D;

beforeAll(async () => {
  await startWasm();
  executor = createExecutor(buildRandomNetwork({ seed: 5, activation: 'tanh', bias: true, batchNorm: false, pool: 'average', shortcut: true, head: 'average', channels: 3 }));
  input = drawInput(executor.graph, 5);
});
afterAll(() => {
  input.dispose();
  executor.dispose();
});

/** With so many repetitions the spread of one place is known to 6.5 % (1 / sqrt(2 · 119)), the mean over a map of many places better. */
const repetitions = 120;

/** Mean over the map of the deviation among repetitions with other seeds, and the mean of the errors they reported. */
async function repeat(method: string, parameters: Readonly<Record<string, number | boolean>>, asked: Partial<Asked>): Promise<{ readonly spread: number; readonly reported: number }> {
  const maps: Float32Array[] = [];
  const errors: number[] = [];
  for (let seed = 1; seed <= repetitions; seed += 1) {
    const { values, note } = await explainNow(method, { executor, input, parameters: { ...parameters, seed }, ...asked });
    maps.push(values);
    errors.push(note.standardError ?? Number.NaN);
  }
  const size = maps[0]?.length ?? 0;
  const deviations = Array.from({ length: size }, (_, at) => deviationOf(maps.map((map) => map[at] ?? Number.NaN)));
  return { spread: sumOf(deviations) / size, reported: sumOf(errors) / repetitions };
}

function deviationOf(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

describe('the standard error that is reported is how far repetitions with other seeds lie apart', () => {
  it.each([
    ['smooth-grad', { samples: 40, sigma: 0.1 }, {}],
    ['smooth-grad', { samples: 40, sigma: 0.1, squared: true }, {}],
    ['var-grad', { samples: 40, sigma: 0.1 }, {}],
    ['rise', { masks: 60, grid: 3 }, {}],
    ['prediction-difference', { samples: 40, window: 3, stride: 3, trainingPictures: 1e6 }, {}],
    // Windows that overlap: a pixel's value is a mean of several.
    ['prediction-difference', { samples: 40, window: 4, stride: 2, trainingPictures: 1e6 }, {}],
    ['prediction-difference', { samples: 40, window: 3, stride: 3 }, { target: { kind: 'difference', index: 0, against: 2 } }],
  ] as const)('%s %j %j', async (method, parameters, asked) => {
    const { spread, reported } = await repeat(method, parameters, asked);
    expect(reported / spread).toBeGreaterThan(0.9);
    expect(reported / spread).toBeLessThan(1.1);
  });
});

describe('while it runs', () => {
  it.each([
    ['smooth-grad', { samples: 40 }, 4], ['smooth-grad', { samples: 40, squared: true }, 4], ['var-grad', { samples: 40 }, 4], ['rise', { masks: 40, grid: 3 }, 4],
    ['prediction-difference', { samples: 4, window: 3, stride: 3 }, 4],
  ] as const)('%s %j says it about ten times, and at the end of the whole', async (method, parameters, least) => {
    for (const picturesPerPass of [1, 3]) {
      const { note, progress } = await explainNow(method, { executor, input, parameters, picturesPerPass });
      const said = new Set(progress.map((step) => step.note.standardError).filter((error) => error !== undefined));
      expect(said.size).toBeGreaterThanOrEqual(least);
      expect([...said].every((error) => error > 0)).toBe(true);
      expect(note.standardError).toBe(progress.at(-1)?.note.standardError);
    }
  });

  it.each([['smooth-grad', { samples: 1 }], ['var-grad', { samples: 3 }], ['prediction-difference', { samples: 1, window: 3 }]] as const)(
    '%s %j has too few samples to say it', async (method, parameters) => {
      const { note } = await explainNow(method, { executor, input, parameters });
      expect(note).not.toHaveProperty('standardError');
    });

  it('prediction difference is sure of what does not vary, also beside a probability near 1', async () => {
    const sure = createExecutor(build([8, 8, 1], [['flat', { op: 'flatten' }, ['x']], ['y', { op: 'dense' }, ['flat'], { kernel: filled([64, 2], 0), bias: weight([2], [9.3, 0]) }]]));
    const picture = drawInput(sure.graph, 4);
    const { note } = await explainNow('prediction-difference', { executor: sure, input: picture, parameters: { samples: 7, window: 4 } });
    expect(note.standardError).toBe(0);
    picture.dispose();
    sure.dispose();
  });

  it('measures at tenths, whatever the size of a pass', () => {
    const at = (count: number, size: number): number => Array.from({ length: Math.ceil(count / size) }, (_, pass) => [Math.min(count, (pass + 1) * size), Math.min(size, count - pass * size)] as const)
      .filter(([done, own]) => isCheckpoint(done, count, own)).length;
    expect([at(100, 1), at(100, 3), at(90, 7), at(4, 1), at(4, 3)]).toEqual([10, 10, 10, 4, 2]);
  });
});

describe('formulas', () => {
  const normal = drawNormal(drawUniform(3));
  const samples = Array.from({ length: 9 }, () => [1000 + normal(), 1000 + normal() ** 3]);
  const sumsOf = (): PowerSums => {
    const power = (exponent: number): Tensor4D => tensor4d([0, 1].map((at) => sumOf(samples.map((sample) => ((sample[at] ?? 0) - (samples[0]?.[at] ?? 0)) ** exponent))), [1, 1, 2, 1]);
    return { total: power(1), squares: power(2), cubes: power(3), fourths: power(4), done: samples.length };
  };
  const n = samples.length;
  const centralOf = (at: number, exponent: number): number => {
    const mean = sumOf(samples.map((sample) => sample[at] ?? 0)) / n;
    return sumOf(samples.map((sample) => ((sample[at] ?? 0) - mean) ** exponent)) / n;
  };

  it('of a mean: the deviation over the root of the number', async () => {
    const sums = sumsOf();
    const expected = sumOf([0, 1].map((at) => Math.sqrt(centralOf(at, 2) / (n - 1)))) / 2;
    expect(await measureStandardError(sums.total, sums.squares, n)).toBeCloseTo(expected, 4);
    expect(await measureStandardError(sums.total, sums.squares, 1)).toBeNull();
  });

  it('of a variance: from the second and the fourth central moment, wherever the origin lies', async () => {
    const expected = sumOf([0, 1].map((at) => {
      const [m2, m4] = [centralOf(at, 2), centralOf(at, 4)];
      const k2 = (n * m2) / (n - 1);
      const k4 = (n ** 2 * ((n + 1) * m4 - 3 * (n - 1) * m2 ** 2)) / ((n - 1) * (n - 2) * (n - 3));
      return ((n - 1) / n) * Math.sqrt((2 * n * k2 ** 2 + (n - 1) * k4) / (n * (n + 1)));
    })) / 2;
    expect(((await measureErrorOfVariance(sumsOf())) ?? Number.NaN) / expected).toBeCloseTo(1, 3);
    expect(await measureErrorOfVariance({ ...sumsOf(), done: 3 })).toBeNull();
    expect(await measureErrorOfVariance({ ...sumsOf(), fourths: null })).toBeNull();
  });
});
