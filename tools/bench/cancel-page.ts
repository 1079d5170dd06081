import { tensor4d } from '@tensorflow/tfjs-core';
import type { Job } from '../../src/contract/jobs';
import type { Backend } from '../../src/contract/session-spec';
import { startBackend } from '../../src/engine/backend';
import { createExecutor } from '../../src/engine/executor';
import { flushGpu, readAsync } from '../../src/engine/readback';
import { explanations } from '../../src/explain/registry';
import { readTfjsLayers } from '../../src/formats/tfjs-layers';
import type { KeptMap } from '../../src/worker/jobs/job-runner';
import { openJobs } from '../../src/worker/jobs/open-job';
import { createScheduler } from '../../src/worker/scheduler';

export interface CancelRequest {
  readonly backend: Backend;
  readonly modelJson: unknown;
  readonly weightsBase64: string;
  readonly wasmPath: string;
  readonly rounds: number;
}

/** What a person who stops a job waits for at most, but for messages. */
export interface LongestStep {
  readonly job: string;
  readonly longestMs: number;
  /** Steps that were timed, and which of them was the longest. */
  readonly steps: number;
  readonly at: number;
}

/** So long a job is followed, in milliseconds; sampling methods repeat themselves long before. */
const mostMs = 1000;

/**
 * Runs each slow method, and both checks of a map, step by step on a network whose weights were never used, and finds the
 * longest step. Of several rounds the least time of each step counts: a busy machine only adds.
 */
export async function measureSteps(request: CancelRequest): Promise<{ readonly forwardMs: number; readonly longest: readonly LongestStep[] }> {
  const { device } = await startBackend({ choice: request.backend, wasmPath: request.wasmPath });
  const finish = async (): Promise<void> => {
    flushGpu();
    await device?.queue.onSubmittedWorkDone();
  };
  const graph = readTfjsLayers(request.modelJson, Uint8Array.from(atob(request.weightsBase64), (letter) => letter.charCodeAt(0)));
  const [height, width, channels] = graph.inputShape;
  const values = Float32Array.from({ length: height * width * channels }, (_, index) => Math.sin(index * 0.37) * Math.cos(index * 0.011));
  const explain = (method: string): Job => ({ kind: 'explain', method, target: { kind: 'top' }, layer: null, parameters: {} });
  const slow = explanations.filter((method) => method.supports(graph) === null && (!method.live || method.id.startsWith('lrp')));
  const jobs: readonly (readonly [name: string, job: Job])[] = [
    ...slow.map(({ id }) => [id, explain(id)] as const),
    ['faithfulness', { kind: 'faithfulness', of: 'map', steps: 64, random: true }], ['sanity', { kind: 'sanity', of: 'map', seed: 1 }],
  ];
  const timesMs = new Map<string, number[]>(jobs.map(([name]) => [name, []]));
  const scheduler = createScheduler();
  let forwardMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < request.rounds; round += 1) {
    for (const [name, job] of jobs) {
      const executor = createExecutor(graph);
      const input = tensor4d(values, [1, height, width, channels]);
      try {
        // The network has been live before.
        for (let pass = 0; pass < 4; pass += 1) {
          const startMs = performance.now();
          executor.forward(input, { mode: 'live', taps: new Set() }).dispose();
          await finish();
          forwardMs = Math.min(forwardMs, performance.now() - startMs);
        }
        const open = openJobs({ executor, createExecutor, readValues: readAsync, now: () => performance.now() });
        const frame = { input, sequence: 1, pixels: { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } };
        // Not for the methods themselves: their weights are to be new.
        const kept = job.kind === 'explain' ? null : await keepMap(open, frame, values);
        const steps = open(job, frame, () => {
          if (kept === null) throw new Error('judges nothing');
          return kept;
        });
        const least = timesMs.get(name) ?? [];
        let spentMs = 0;
        for (let step = 0; spentMs < mostMs; step += 1) {
          // Between steps the page has its turn, here as there.
          await scheduler.yieldToMessages();
          const startMs = performance.now();
          const { done } = await steps.next();
          await finish();
          const stepMs = performance.now() - startMs;
          spentMs += stepMs;
          least[step] = Math.min(least[step] ?? Number.POSITIVE_INFINITY, stepMs);
          if (done === true) break;
        }
        await steps.return(undefined as never);
      } finally {
        input.dispose();
        executor.dispose();
      }
    }
  }
  return {
    forwardMs,
    longest: [...timesMs].map(([job, least]) => {
      const longestMs = Math.max(...least);
      return { job, longestMs, steps: least.length, at: least.indexOf(longestMs) };
    }),
  };
}

/** The map that the checks judge. */
async function keepMap(open: ReturnType<typeof openJobs>, frame: Parameters<ReturnType<typeof openJobs>>[1], values: Float32Array): Promise<KeptMap> {
  const job = { kind: 'explain', method: 'saliency', target: { kind: 'class', index: 1 }, layer: null, parameters: {} } as const;
  const run = open(job, frame, () => { throw new Error('judges nothing'); });
  for (;;) {
    const { done, value } = await run.next();
    if (done === true && value.kind === 'explain') return { job, result: value, input: values, pixels: frame.pixels };
  }
}
