import { describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../contract/events';
import type { Job, JobResult } from '../../contract/jobs';
import type { Tensor4D } from '../../engine/frame-values';
import { createJobRunner, type JobProgress, type JobRunnerParts } from './job-runner';

const job: Job = { kind: 'explain', method: 'gradient', target: { kind: 'top' }, layer: null, parameters: {} };
const faithfulness: Job = { kind: 'faithfulness', of: 'a', steps: 4, random: true };
const result: JobResult = {
  kind: 'explain', method: 'gradient', covers: 'input', map: { shape: [1, 1, 1], values: Float32Array.of(1) }, layer: null, targetIndex: 0,
  score: 1, min: 1, max: 1, note: { steps: null }, durationMs: 1, inputShape: [1, 1, 1], sequence: 7,
};

function setUp(steps: number, over: Partial<JobRunnerParts> = {}) {
  const said: WorkerEvent[] = [];
  const counts = { held: 0, mostHeld: 0, steps: 0, ticks: 0 };
  const hold = (): void => { counts.held += 1; counts.mostHeld = Math.max(counts.mostHeld, counts.held); };
  let nowMs = 0;
  async function* open(what: Job, _frame: unknown, find: (id: string) => unknown): AsyncGenerator<JobProgress, JobResult, void> {
    hold();
    try {
      if (what.kind !== 'explain') find(what.of);
      for (let index = 0; index < steps; index += 1) {
        counts.steps += 1;
        nowMs += 40;
        yield { fraction: index / steps };
      }
      return result;
    } finally {
      counts.held -= 1;
    }
  }
  const runner = createJobRunner({
    loop: { betweenTicks: async (task) => { counts.ticks += 1; return task(); } },
    yieldToMessages: () => new Promise((resolve) => { setTimeout(resolve, 0); }), now: () => nowMs, post: (event) => { said.push(event); },
    copyFrame: () => { hold(); return { input: { dispose: () => { counts.held -= 1; } } as unknown as Tensor4D, pixels: { mean: [], std: [] }, sequence: 7 }; },
    finish: async () => undefined, readValues: async () => Float32Array.of(5), open, ...over,
  });
  return { runner, said, counts };
}

describe('the job runner', () => {
  it('goes step by step between frames and says so, not too often', async () => {
    const { runner, said, counts } = setUp(10);
    expect(await runner.run('a', job)).toBe(result);
    expect(counts).toEqual({ held: 0, mostHeld: 2, steps: 10, ticks: 12 });
    expect(said.map((event) => (event.kind === 'job' ? [event.fraction, event.sequence] : null))).toEqual([[0, 7], [0.3, 7], [0.6, 7], [0.9, 7]]);
  });

  it('keeps nothing of a job that is cancelled while what is to be kept is read', async () => {
    let isRead: (values: Float32Array) => void = () => undefined;
    const { runner, counts } = setUp(1, { readValues: () => new Promise((resolve) => { isRead = resolve; }) });
    const cancelled = runner.run('a', job).catch((error: { readonly code: string }) => error.code);
    while (counts.steps < 1 || counts.held > 1) await new Promise((resolve) => { setTimeout(resolve, 0); });
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    runner.cancel('a');
    isRead(Float32Array.of(5));
    expect(await cancelled).toBe('cancelled');
    await expect(runner.run('f', faithfulness)).rejects.toMatchObject({ code: 'explain-unsupported' });
    expect(counts.held).toBe(0);
  });

  it('takes several short steps in one turn, and few where the device lags behind', async () => {
    let nowMs = 0;
    const turns: number[] = [];
    let steps = 0;
    const play = async (stepMs: number, deviceMs: number): Promise<readonly number[]> => {
      turns.length = 0;
      let before = 0;
      steps = 0;
      const { runner } = setUp(0, {
        now: () => nowMs,
        finish: async () => { nowMs += deviceMs * (steps - before); turns.push(steps - before); before = steps; },
        async* open() {
          for (; steps < 400; steps += 1) {
            nowMs += stepMs;
            yield { fraction: steps / 400 };
          }
          return result;
        },
      });
      await runner.run('a', job);
      return turns;
    };
    // Done when asked for: turns of 16 ms.
    expect((await play(2, 0)).slice(3, -1).every((count) => count === 8)).toBe(true);
    // Recorded in no time, done much later: no more than 48 ms at once for long.
    const lagging = await play(0.5, 10);
    expect(Math.max(...lagging.slice(8))).toBeLessThanOrEqual(5);
    // A step that is long by itself is a turn.
    expect(new Set((await play(60, 0)).slice(1))).toEqual(new Set([1]));
  });

  it('cancels before the next turn and frees everything', async () => {
    const { runner, counts } = setUp(1000);
    const running = runner.run('a', job);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    runner.cancel('a');
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(counts.steps).toBeGreaterThan(0);
    expect(counts.steps).toBeLessThan(1000);
    expect(counts.held).toBe(0);
  });

  it('runs one after the other, and cancels one that waits without touching the one that runs', async () => {
    const { runner, counts } = setUp(5);
    const first = runner.run('a', job);
    const second = runner.run('b', job);
    runner.cancel('b');
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(counts.steps, 'at once').toBeLessThan(5);
    expect(await first).toBe(result);
    expect(counts).toMatchObject({ held: 0, steps: 5 });
    runner.cancel('a');
    expect(await runner.run('a', job)).toBe(result);
  });

  it('lets an urgent job go first: the one at work pauses and goes on, a third one is not opened', async () => {
    const ends: (readonly [name: string, steps: number])[] = [];
    const { runner, counts } = setUp(40, { yieldToMessages: async () => { at(counts.steps); } });
    const started: Promise<unknown>[] = [];
    const start = (name: string, urgent = false): void => { started.push(runner.run(name, job, urgent).then(() => ends.push([name, counts.steps]))); };
    const at = (steps: number): void => {
      if (steps !== 3) return;
      start('quick', true);
      start('quick too', true);
    };
    start('slow');
    start('next');
    while (ends.length < 4) await Promise.all(started);
    expect(ends.map(([name]) => name)).toEqual(['quick', 'quick too', 'slow', 'next']);
    // The next job may take a step before this test hears of the end.
    ends.forEach(([name, steps], index) => expect(steps - ([43, 83, 120, 160][index] ?? 0), name).toBeOneOf([0, 1]));
    expect(counts, 'frame and steps of two at most').toMatchObject({ held: 0, mostHeld: 4 });
  });

  it('ends a job that pauses when it is told to, not after the urgent one', async () => {
    const at: Record<number, () => void> = {
      3: () => { quick = runner.run('quick', job, true).catch((error: unknown) => error); }, 6: () => runner.cancel('slow'),
      60: () => runner.cancel('quick'),
    };
    const { runner, counts } = setUp(1000, { yieldToMessages: async () => at[counts.steps]?.() });
    let quick: Promise<unknown> = Promise.resolve();
    await expect(runner.run('slow', job)).rejects.toMatchObject({ code: 'cancelled' });
    expect(counts).toMatchObject({ held: 2, mostHeld: 4 });
    expect(counts.steps, 'it takes none, the urgent one at most one before this test hears of it').toBeLessThanOrEqual(7);
    expect(await quick).toMatchObject({ code: 'cancelled' });
    expect(counts).toMatchObject({ steps: 60, held: 0 });
  });

  it('finds finished maps for jobs that judge them, and says when there is none', async () => {
    const { runner, counts } = setUp(1);
    await expect(runner.run('f', faithfulness)).rejects.toMatchObject({ code: 'explain-unsupported' });
    await runner.run('a', job);
    expect(await runner.run('f', faithfulness)).toBe(result);
    expect(counts.held).toBe(0);
  });

  it('ends everything when the network changes', async () => {
    const { runner, counts } = setUp(1000);
    const first = [runner.run('a', job), runner.run('b', job)];
    await new Promise((resolve) => { setTimeout(resolve, 10); });
    const running = [...first, runner.run('u', job, true)].map((promise) => promise.catch((error: unknown) => error));
    await new Promise((resolve) => { setTimeout(resolve, 10); });
    expect(counts.held, 'one at work, one that pauses').toBe(4);
    await runner.dispose();
    for (const error of await Promise.all(running)) expect(error).toMatchObject({ code: 'superseded' });
    expect(counts.held).toBe(0);
    await expect(runner.run('c', job)).rejects.toMatchObject({ code: 'superseded' });
  });
});
