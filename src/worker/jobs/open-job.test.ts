import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRandomNetwork, drawInput } from '../../../test/conformance/random-network';
import { explainNow, quick } from '../../../test/conformance/run-explanation';
import { startWasm } from '../../../test/conformance/wasm-in-node';
import type { ExplainJob, ExplainResult, Job, JobResult } from '../../contract/jobs';
import { planeOf } from '../../contract/map-plane';
import type { ExplanationTarget } from '../../contract/session-spec';
import { createExecutor } from '../../engine/executor';
import type { Executor } from '../../engine/executor.interface';
import type { Tensor4D } from '../../engine/frame-values';
import { viewOnCpu } from '../../engine/readback';
import type { PixelFacts } from '../../explain/explanation';
import { spearman } from '../../explain/rank-correlation';
import { explanations } from '../../explain/registry';
import { randomiseLayers } from '../../explain/sanity';
import type { ScoreTarget } from '../../explain/score-target';
import { createJobRunner, type JobRunner } from './job-runner';
import { openJobs } from './open-job';

const pixels = { mean: [120, 110, 100], std: [60, 61, 62] };
/** Of the frame on screen. */
let pixelsNow: PixelFacts = pixels;
let executor: Executor;
let picture: Tensor4D;
let runner: JobRunner;
let onYield: () => void = () => undefined;
/** Every step lasts long by this clock, so that each is a turn. */
let nowMs = 0;
const now = (): number => { nowMs += 1000; return nowMs; };

beforeAll(async () => {
  await startWasm();
  executor = createExecutor(buildRandomNetwork({ seed: 11, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels: 3 }));
  picture = drawInput(executor.graph, 1);
  const readValues = async (tensor: Parameters<typeof viewOnCpu>[0]): Promise<Float32Array> => viewOnCpu(tensor).slice();
  runner = createJobRunner({
    loop: { betweenTicks: async (task) => task() }, yieldToMessages: async () => { onYield(); }, now, post: () => undefined,
    copyFrame: () => ({ input: drawInput(executor.graph, 1), pixels: pixelsNow, sequence: 3 }), finish: async () => undefined, readValues,
    open: openJobs({ executor, createExecutor, readValues, now: () => performance.now() }),
  });
});
afterAll(async () => {
  await runner.dispose();
  picture.dispose();
  executor.dispose();
});

const job = (method: string, target: ExplanationTarget = { kind: 'class', index: 1 }): ExplainJob =>
  ({ kind: 'explain', method, target, layer: null, parameters: quick[method] ?? {} });
const run = (id: string, what: Job): Promise<JobResult> => runner.run(id, what);
async function explain(id: string, what: ExplainJob): Promise<ExplainResult> {
  const result = await run(id, what);
  if (result.kind !== 'explain') throw new Error(result.kind);
  return result;
}

/** Tensors that stay, after what is cached with the weights was made once. */
async function leftBehind(work: () => Promise<unknown>): Promise<number> {
  await work();
  const before = memory().numTensors;
  await work();
  return memory().numTensors - before;
}

describe.each(explanations.map(({ id }) => id))('%s as a job', (id) => {
  it('gives what the method gives, and leaves nothing behind', async () => {
    const left = await leftBehind(async () => {
      const made = await explain('a', job(id));
      const expected = await explainNow(id, { executor, input: picture, target: 1, parameters: quick[id] ?? {}, pixels });
      expect([...made.map.values]).toEqual([...expected.values]);
      expect(made).toMatchObject({ method: id, layer: expected.layer, targetIndex: 1, sequence: 3, inputShape: [6, 6, 3] });
      expect([1, ...made.map.shape]).toEqual(expected.shape);
      expect([made.min, made.max]).toEqual([Math.min(...made.map.values), Math.max(...made.map.values)]);
    });
    expect(left).toBe(0);
  });
});

describe('targets', () => {
  const targets: readonly (readonly [name: string, asked: ExplanationTarget, score: ScoreTarget, index: number | null])[] = [
    ['a difference', { kind: 'difference', index: 0, against: 2 }, { kind: 'difference', index: 0, against: 2 }, 0],
    ['a channel', { kind: 'unit', layer: 'act2', channel: 3 }, { kind: 'unit', layer: 'act2', channel: 3 }, null],
    ['a unit', { kind: 'unit', layer: 'act2', channel: 2, y: 3, x: 4 }, { kind: 'unit', layer: 'act2', channel: 2, y: 3, x: 4 }, null],
  ];
  it.each(targets)('%s is explained as itself', async (_, asked, score, index) => {
    const made = await explain('t', job('gradient', asked));
    expect([...made.map.values]).toEqual([...(await explainNow('gradient', { executor, input: picture, target: score })).values]);
    expect(made.targetIndex).toBe(index);
  });

  it('the top answer is found on the frame', async () => {
    const activations = executor.forward(picture, { mode: 'live', taps: new Set() });
    const logits = [...viewOnCpu(activations.logits)];
    activations.dispose();
    const made = await explain('t', job('gradient', { kind: 'top' }));
    expect(made.targetIndex).toBe(logits.indexOf(Math.max(...logits)));
    expect(made.score).toBeCloseTo(Math.max(...logits), 4);
  });
});

describe('stopping', () => {
  it.each(['rise', 'occlusion', 'smooth-grad', 'score-cam'])('%s half way frees everything', async (id) => {
    const left = await leftBehind(async () => {
      let yields = 0;
      onYield = () => {
        yields += 1;
        if (yields === 2) runner.cancel('s');
      };
      await expect(run('s', { ...job(id), parameters: {} })).rejects.toMatchObject({ code: 'cancelled' });
      expect(yields).toBe(2);
      onYield = () => undefined;
    });
    expect(left).toBe(0);
  });
});

describe('stopping a check', () => {
  const kept: readonly (readonly [name: string, what: Job])[] = [
    ['the curves', { kind: 'faithfulness', of: 'k', steps: 3, random: true }], ['the sanity check', { kind: 'sanity', of: 'k', seed: 1 }],
  ];
  it.each(kept)('of %s at any step frees everything', async (_, what) => {
    await explain('k', job('gradient'));
    const steps = async (limit: number): Promise<number> => {
      let yields = 0;
      onYield = () => {
        yields += 1;
        if (yields === limit) runner.cancel('c');
      };
      const code = await run('c', what).then(() => 'done', (error: { readonly code: string }) => error.code);
      expect(code).toBe(limit === Number.POSITIVE_INFINITY ? 'done' : 'cancelled');
      onYield = () => undefined;
      return yields;
    };
    const count = await steps(Number.POSITIVE_INFINITY);
    expect(count).toBeGreaterThan(10);
    const before = [memory().numTensors, memory().numDataBuffers];
    for (let limit = 1; limit <= count; limit += 1) {
      expect(await steps(limit)).toBe(limit);
      expect([memory().numTensors, memory().numDataBuffers], `after ${limit} of ${count}`).toEqual(before);
    }
  });
});

describe('a quick map between two steps of a slow one', () => {
  const quickest = ['gradient', 'guided-backprop', 'lrp-composite', 'deep-lift', 'grad-cam'] as const;
  const slow: readonly (readonly [name: string, what: () => Job])[] = [
    ...explanations.map(({ id }): readonly [string, () => Job] => [id, () => job(id)]),
    ['the curves', () => ({ kind: 'faithfulness', of: 'k', steps: 3, random: true })], ['the sanity check', () => ({ kind: 'sanity', of: 'k', seed: 1 })],
  ];
  const plain = (made: JobResult): unknown => (made.kind === 'explain' ? [...made.map.values] : made);
  it.each(slow)('of %s changes neither, and frees everything', async (_, what) => {
    await explain('k', job('gradient-x-input'));
    const alone = plain(await run('s', what()));
    const expected = new Map<string, unknown>();
    for (const id of quickest) expected.set(id, plain(await run('q', job(id))));
    const left = await leftBehind(async () => {
      const made: Promise<readonly [string, unknown]>[] = [];
      // Between any two steps of the slow one, all quick ones in turn.
      onYield = () => {
        if (made.length >= 60) return;
        const id = quickest[made.length % quickest.length] ?? 'gradient';
        const name = `q${made.length}`;
        made.push(runner.run(name, job(id), true).then((quickMap) => {
          runner.cancel(name);
          return [id, plain(quickMap)] as const;
        }));
      };
      const together = await run('s', what());
      onYield = () => undefined;
      expect(plain(together)).toEqual(alone);
      for (const [id, values] of await Promise.all(made)) expect(values, id).toEqual(expected.get(id));
      expect(made.length).toBeGreaterThan(0);
    });
    expect(left).toBe(0);
  });
});

describe('judging a map', () => {
  it('follows the probability from the picture to its mean, and back', async () => {
    await explain('m', job('gradient-x-input', { kind: 'top' }));
    const left = await leftBehind(async () => {
      const found = await run('f', { kind: 'faithfulness', of: 'm', steps: 6, random: true });
      if (found.kind !== 'faithfulness') throw new Error(found.kind);
      for (const curve of [found.deletion, found.insertion, found.randomDeletion, found.randomInsertion]) {
        expect(curve).toHaveLength(7);
        expect(curve.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
      expect(found.deletion[0]).toBeCloseTo(found.insertion[6] ?? Number.NaN, 5);
      expect(found.randomDeletion[6]).toBeCloseTo(found.deletion[6] ?? Number.NaN, 5);
      expect(found.areas.deletion).not.toBe(found.areas.randomDeletion);
    });
    expect(left).toBe(0);
  });

  it('follows a difference by the odds of the two, not by the first class alone', async () => {
    const curve = async (target: ExplanationTarget): Promise<readonly number[]> => {
      await explain('d', job('gradient-x-input', target));
      const found = await run('f', { kind: 'faithfulness', of: 'd', steps: 3, random: false });
      return found.kind === 'faithfulness' ? found.insertion : [];
    };
    const a = (await curve({ kind: 'class', index: 0 })).at(-1) ?? Number.NaN;
    const b = (await curve({ kind: 'class', index: 2 })).at(-1) ?? Number.NaN;
    expect((await curve({ kind: 'difference', index: 0, against: 2 })).at(-1)).toBeCloseTo(a / (a + b), 5);
  });

  it('says that a unit has no such curves', async () => {
    await explain('u', job('gradient', { kind: 'unit', layer: 'act2', channel: 0 }));
    await expect(run('f', { kind: 'faithfulness', of: 'u', steps: 4, random: false })).rejects.toMatchObject({ code: 'explain-unsupported' });
  });

  it('makes it again with networks that forgot, and frees them', async () => {
    await explain('m', job('gradient'));
    const left = await leftBehind(async () => {
      const found = await run('n', { kind: 'sanity', of: 'm', seed: 1 });
      if (found.kind !== 'sanity') throw new Error(found.kind);
      expect(found.steps.map(({ layer }) => layer)).toEqual(['logits', 'conv2', 'conv1']);
      for (const { correlation } of found.steps) expect(Math.abs(correlation)).toBeLessThan(1);
    });
    expect(left).toBe(0);
  });

  it('forgets only what lies below the unit that is explained', async () => {
    await explain('m', { kind: 'explain', method: 'gradient', target: { kind: 'unit', layer: 'conv2', channel: 1 }, layer: null, parameters: {} });
    const found = await run('n', { kind: 'sanity', of: 'm', seed: 1 });
    if (found.kind !== 'sanity') throw new Error(found.kind);
    expect(found.steps.map(({ layer }) => layer)).toEqual(['conv2', 'conv1']);
    for (const { correlation } of found.steps) expect(correlation).toBeLessThan(0.99);
  });

  it('refuses a map that is the same everywhere: it has no order', async () => {
    await explain('m', job('gradient'));
    const open = openJobs({ executor, createExecutor, readValues: async (tensor) => viewOnCpu(tensor).slice(), now: () => 0 });
    for (const what of [{ kind: 'faithfulness', of: 'm', steps: 4, random: false }, { kind: 'sanity', of: 'm', seed: 1 }] as const) {
      const steps = open(what, { input: picture, pixels, sequence: 1 }, () => {
        const [, height = 1, width = 1, channels = 1] = picture.shape;
        const result: ExplainResult = {
          kind: 'explain', method: 'gradient', covers: 'input', map: { shape: [height, width, channels], values: new Float32Array(height * width * channels) }, layer: null,
          targetIndex: 1, score: 0, min: 0, max: 0, note: { steps: null }, durationMs: 0, inputShape: [height, width, channels], sequence: 1,
        };
        return { job: { kind: 'explain', method: 'gradient', target: { kind: 'class', index: 1 }, layer: null, parameters: {} }, result, input: viewOnCpu(picture).slice(), pixels };
      });
      await expect(steps.next(), what.kind).rejects.toMatchObject({ code: 'explain-unsupported' });
    }
  });

  it('knows what was black and white in the picture that was explained, whatever is on screen now', async () => {
    await explain('m', job('lrp-composite'));
    const before = await run('n', { kind: 'sanity', of: 'm', seed: 1 });
    pixelsNow = { mean: [0, 0, 0], std: [1, 1, 1], range: { low: [-9, -9, -9], high: [3, 3, 3] } };
    const after = await run('n', { kind: 'sanity', of: 'm', seed: 1 });
    pixelsNow = pixels;
    expect(after).toEqual(before);
  });

  it('compares maps as they are shown: one number for each pixel', async () => {
    for (const method of ['gradient', 'gradient-x-input']) {
      await explain('m', job(method));
      const found = await run('n', { kind: 'sanity', of: 'm', seed: 1 });
      if (found.kind !== 'sanity') throw new Error(found.kind);
      const forgetting = randomiseLayers(executor.graph, ['logits'], 1, new Map());
      let next = forgetting.next();
      while (next.done !== true) next = forgetting.next();
      const forgot = createExecutor(next.value);
      const reading = method === 'gradient' ? 'strongest' : 'sum';
      const maps = await Promise.all([executor, forgot].map(async (over) => {
        const { values, shape } = await explainNow(method, { executor: over, input: picture, target: 1 });
        return planeOf(values, shape.slice(1), reading).values.map(Math.abs);
      }));
      expect(found.steps[0]?.correlation).toBeCloseTo(spearman(maps[0] ?? new Float32Array(), maps[1] ?? new Float32Array()), 6);
      forgot.dispose();
    }
  });

  it('is no longer possible once the map was let go', async () => {
    await explain('gone', job('gradient'));
    runner.cancel('gone');
    const before = memory().numTensors;
    await expect(run('f', { kind: 'faithfulness', of: 'gone', steps: 4, random: false })).rejects.toMatchObject({ code: 'explain-unsupported' });
    expect(memory().numTensors - before).toBe(0);
  });
});
