import { AppError } from '../contract/errors';
import type { ExplanationDescription } from '../contract/explanations';
import type { ExplainResult, Job, JobResult } from '../contract/jobs';
import { failure } from './failure';
import { draft, inspecting, maps, methods, place } from './inspection';
import { ranking } from './ranking';
import { receiveEvent } from './receive-event';
import { source, waitingSource } from './source-state';
import { showSource } from './actions/show-source';
import { fakeSource, useFakeRuntime, type FakeRuntime } from './testing.fixture';
import { network } from './worker-state';

/** A job the state asked for, to be ended by the test. */
export interface AskedJob {
  readonly job: string;
  readonly what: Job;
  readonly urgent: boolean;
  finish(result?: Partial<ExplainResult> | JobResult): void;
  fail(thrown: unknown): void;
}

export function describeForTest(id: string, facts: Partial<ExplanationDescription> = {}): ExplanationDescription {
  return {
    id, name: id, definition: 'x.', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', parameters: [], live: true, choosesLayer: false, unsupported: null, cost: 2,
    paper: { authors: 'A', year: 2000, title: 'T', arxiv: '1', doi: null, equation: 'eq. 1' }, ...facts,
  };
}

export function makeResult(over: Partial<ExplainResult> = {}): ExplainResult {
  return {
    kind: 'explain', method: 'gradient', covers: 'input', map: { shape: [1, 2, 1], values: Float32Array.of(1, -2) }, layer: null, targetIndex: 0, score: 1, min: -2, max: 1,
    note: { steps: null }, durationMs: 5, inputShape: [1, 2, 1], sequence: 1, ...over,
  };
}

/** A network on screen, without layers and classes. */
export function showNetworkForTest(id: string, channels = 3): void {
  network.value = { kind: 'network', network: id, card: { id, name: id, classes: [] as readonly string[], input: { channels } } as never, layers: [], explanationLayer: null, answersStandAlone: false };
}

/** A frozen picture on screen that the network has seen, a worker that does what the test says. */
export function useInspection(): { readonly fake: FakeRuntime; readonly asked: AskedJob[]; readonly cancelled: string[]; see(sequence: number): void } {
  const fake = useFakeRuntime();
  const asked: AskedJob[] = [];
  const cancelled: string[] = [];
  Object.assign(fake.runtime.supervisor, {
    runJob: (job: string, what: Job, urgent = false) => new Promise<JobResult>((resolve, reject) => {
      asked.push({ job, what, urgent, finish: (result = {}) => resolve('areas' in result || 'steps' in result ? result as JobResult : makeResult(result)), fail: reject });
    }),
    cancelJob: async (job: string) => {
      cancelled.push(job);
      asked.findLast((entry) => entry.job === job)?.fail(new AppError('cancelled', job, true));
    },
    describeExplanations: async () => [describeForTest('gradient'), describeForTest('occlusion', { live: false, cost: 100 }), describeForTest('cam', { unsupported: 'no pool' })],
  });
  maps.value = [];
  methods.value = [];
  place.value = null;
  inspecting.value = false;
  ranking.value = null;
  failure.value = null;
  network.value = null;
  draft.value = { method: 'gradient', target: { kind: 'top' }, layer: null, parameters: {} };
  source.value = null;
  waitingSource.value = null;
  showSource(fakeSource('still'));
  const see = (sequence: number): void => receiveEvent({ kind: 'drawn', sequence, capturedAtMs: fake.page.nowMs, drawnAtMs: fake.page.nowMs });
  see(1);
  return { fake, asked, cancelled, see };
}

/** Lets promises that are ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}
