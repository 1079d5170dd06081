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
  const counts = { held: 0, steps: 0, ticks: 0 };
  let nowMs = 0;
  async function* open(what: Job, _frame: unknown, find: (id: string) => unknown): AsyncGenerator<JobProgress, JobResult, void> {
    counts.held += 1;
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
    copyFrame: () => { counts.held += 1; return { input: { dispose: () => { counts.held -= 1; } } as unknown as Tensor4D, sequence: 7 }; },
    finish: async () => undefined, readValues: async () => Float32Array.of(5), open, ...over,
  });
  return { runner, said, counts };
}

describe('the job runner', () => {
  it('goes step by step between frames and says so, not too often', async () => {
    const { runner, said, counts } = setUp(10);
    expect(await runner.run('a', job)).toBe(result);
    expect(counts).toEqual({ held: 0, steps: 10, ticks: 12 });
    expect(said.map((event) => (event.kind === 'job' ? event.fraction : null))).toEqual([0, 0.3, 0.6, 0.9]);
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
    expect(await first).toBe(result);
    expect(counts).toMatchObject({ held: 0, steps: 5 });
    runner.cancel('a');
    expect(await runner.run('a', job)).toBe(result);
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
    const running = [runner.run('a', job), runner.run('b', job)].map((promise) => promise.catch((error: unknown) => error));
    await new Promise((resolve) => { setTimeout(resolve, 10); });
    await runner.dispose();
    for (const error of await Promise.all(running)) expect(error).toMatchObject({ code: 'superseded' });
    expect(counts.held).toBe(0);
    await expect(runner.run('c', job)).rejects.toMatchObject({ code: 'superseded' });
  });
});
