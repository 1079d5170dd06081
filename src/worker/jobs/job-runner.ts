import { AppError } from '../../contract/errors';
import type { WorkerEvent } from '../../contract/events';
import type { JobId } from '../../contract/ids';
import type { ExplainResult, Job, JobMap, JobNote, JobResult } from '../../contract/jobs';
import type { Tensor4D } from '../../engine/frame-values';
import type { FrameLoop } from '../frame-loop';
import { Turn } from './turn';

/** Progress reaches the window at most so often, in milliseconds. */
const progressPeriodMs = 100;
/** A map so far is read back at most so often, in milliseconds. */
const partialPeriodMs = 500;
/** Finished maps that later jobs (faithfulness, sanity) can refer to. */
const keptMaps = 12;

/** What a step of a job says. */
export interface JobProgress {
  readonly fraction: number;
  readonly note?: JobNote;
  /** The map so far; called before the next step or not at all. */
  readonly partial?: () => Promise<JobMap>;
}

/** The frame a job works on; a copy, because the frame on screen goes on. */
export interface JobFrame {
  /** `[1, h, w, c]` f32, preprocessed · owned by the runner until the job ends. */
  readonly input: Tensor4D;
  readonly sequence: number;
}

/** A finished map and what it was made from; plain values, no tensors. */
export interface KeptMap {
  readonly job: Extract<Job, { readonly kind: 'explain' }>;
  readonly result: ExplainResult;
  /** `[h, w, c]` f32, preprocessed. */
  readonly input: Float32Array;
}

export interface JobRunnerParts {
  readonly loop: Pick<FrameLoop, 'betweenTicks'>;
  /** Lets messages (a cancel) and frames have their turn. */
  readonly yieldToMessages: () => Promise<void>;
  readonly now: () => number;
  readonly post: (event: WorkerEvent) => void;
  /** A copy of the frame on screen. @throws AppError 'internal' when there is none yet */
  readonly copyFrame: () => JobFrame;
  /** Resolves when the device has done what was asked for: a step that only recorded work is no step. */
  readonly finish: () => Promise<void>;
  readonly readValues: (input: Tensor4D) => Promise<Float32Array>;
  /** The job's own work, step by step; frees what it holds when it is dropped. */
  readonly open: (what: Job, frame: JobFrame, find: (job: JobId) => KeptMap) => AsyncGenerator<JobProgress, JobResult, void>;
}

/** Runs one job after the other, a turn of some steps at a time between frames. Belongs to one network. */
export interface JobRunner {
  /** @throws AppError 'cancelled' | 'superseded' (the network changed) | 'explain-unsupported' | what the job throws */
  run(job: JobId, what: Job): Promise<JobResult>;
  /** The job rejects with `cancelled` before its next turn; of one that has ended, the map that was kept is forgotten. Unknown jobs are ignored. */
  cancel(job: JobId): void;
  /** Ends every job with `superseded`; resolves when nothing of theirs is held any more. Idempotent. */
  dispose(): Promise<void>;
}

/** Makes the runner; nothing runs before the first job. */
export function createJobRunner(parts: JobRunnerParts): JobRunner {
  const kept = new Map<JobId, KeptMap>();
  const ended = new Map<JobId, AppError>();
  const waiting = new Set<JobId>();
  let disposed: AppError | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const find = (job: JobId): KeptMap => {
    const found = kept.get(job);
    if (found === undefined) throw new AppError('explain-unsupported', 'The map this refers to is no longer kept; make it again.');
    return found;
  };
  const turn = new Turn();
  const isStopped = (job: JobId): boolean => disposed !== null || ended.has(job);
  const stopIfAsked = (job: JobId): void => {
    const reason = disposed ?? ended.get(job);
    if (reason !== undefined && reason !== null) throw reason;
  };

  const work = async (job: JobId, what: Job): Promise<JobResult> => {
    stopIfAsked(job);
    const frame = await parts.loop.betweenTicks(() => parts.copyFrame());
    let lastPostMs = Number.NEGATIVE_INFINITY;
    let lastPartialMs = parts.now();
    const steps = parts.open(what, frame, find);
    const takeTurn = async (): Promise<IteratorResult<JobProgress, JobResult>> => {
      const beganMs = parts.now();
      for (;;) {
        const next = await steps.next();
        const askedMs = parts.now() - beganMs;
        if (next.done !== true && !turn.isOver(askedMs) && !isStopped(job)) continue;
        await parts.finish();
        turn.note(askedMs, parts.now() - beganMs);
        return next;
      }
    };
    try {
      for (;;) {
        stopIfAsked(job);
        const step = await parts.loop.betweenTicks(takeTurn);
        if (step.done === true) {
          stopIfAsked(job);
          if (what.kind === 'explain' && step.value.kind === 'explain') await keep(job, what, step.value, frame);
          return step.value;
        }
        const nowMs = parts.now();
        if (nowMs - lastPostMs >= progressPeriodMs) {
          lastPostMs = nowMs;
          const { fraction, note, partial } = step.value;
          const isDue = partial !== undefined && nowMs - lastPartialMs >= partialPeriodMs;
          if (isDue) lastPartialMs = nowMs;
          parts.post({ kind: 'job', job, fraction, note: note ?? { steps: null }, partial: isDue ? await parts.loop.betweenTicks(partial) : null });
        }
        await parts.yieldToMessages();
      }
    } finally {
      // Dropped half way, the generator frees what it holds; its result type does not matter any more.
      await steps.return(undefined as never);
      frame.input.dispose();
    }
  };

  const keep = async (job: JobId, what: KeptMap['job'], result: ExplainResult, frame: JobFrame): Promise<void> => {
    kept.set(job, { job: what, result, input: await parts.readValues(frame.input) });
    const oldest = kept.keys().next();
    if (kept.size > keptMaps && oldest.done !== true) kept.delete(oldest.value);
  };

  return {
    run: (job, what) => {
      if (waiting.has(job)) return Promise.reject(new AppError('internal', `job '${job}' runs already`));
      waiting.add(job);
      const turn = last.then(() => work(job, what)).finally(() => {
        waiting.delete(job);
        ended.delete(job);
      });
      last = turn.catch(() => undefined);
      return turn;
    },
    cancel: (job) => {
      kept.delete(job);
      if (waiting.has(job)) ended.set(job, new AppError('cancelled', `job '${job}'`, true));
    },
    dispose: async () => {
      disposed ??= new AppError('superseded', 'another network is shown', true);
      await last;
      kept.clear();
    },
  };
}
