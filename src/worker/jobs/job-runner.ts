import { AppError } from '../../contract/errors';
import type { WorkerEvent } from '../../contract/events';
import type { JobId } from '../../contract/ids';
import type { ExplainResult, Job, JobMap, JobNote, JobResult } from '../../contract/jobs';
import type { Tensor4D } from '../../engine/frame-values';
import type { PixelFacts } from '../../explain/explanation';
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
  /** How its pixels became network input. */
  readonly pixels: PixelFacts;
  readonly sequence: number;
}

/** A finished map and what it was made from; plain values, no tensors. */
export interface KeptMap {
  readonly job: Extract<Job, { readonly kind: 'explain' }>;
  readonly result: ExplainResult;
  /** `[h, w, c]` f32, preprocessed. */
  readonly input: Float32Array;
  readonly pixels: PixelFacts;
}

export interface JobRunnerParts {
  readonly loop: Pick<FrameLoop, 'betweenTicks'>;
  /** Lets messages (a cancel) and frames have their turn. */
  readonly yieldToMessages: () => Promise<void>;
  readonly now: () => number;
  readonly post: (event: WorkerEvent) => void;
  /** A copy of the frame on screen. @throws AppError 'input-mismatch' when the network refused it, 'internal' when there is none yet */
  readonly copyFrame: () => JobFrame;
  /** Resolves when the device has done what was asked for: a step that only recorded work is no step. */
  readonly finish: () => Promise<void>;
  readonly readValues: (input: Tensor4D) => Promise<Float32Array>;
  /** The job's own work, step by step; frees what it holds when it is dropped. */
  readonly open: (what: Job, frame: JobFrame, find: (job: JobId) => KeptMap) => AsyncGenerator<JobProgress, JobResult, void>;
}

/**
 * Runs jobs in turns of some steps between frames. One goes after the other, but an urgent one goes before those that are not: the one at
 * work pauses between two steps and goes on after it. So two jobs are open at most, each on a copy of its own frame. Belongs to one network.
 */
export interface JobRunner {
  /**
   * @param urgent  short, and waited for: it goes first
   * @throws AppError 'cancelled' | 'superseded' (the network changed) | 'explain-unsupported' | what the job throws
   */
  run(job: JobId, what: Job, urgent?: boolean): Promise<JobResult>;
  /**
   * The job rejects with `cancelled` before the next turn of any job, also where it waits or pauses. Of one that has ended, the map that was
   * kept is forgotten. Unknown jobs are ignored.
   */
  cancel(job: JobId): void;
  /** Ends every job with `superseded`; resolves when nothing of theirs is held any more. Idempotent. */
  dispose(): Promise<void>;
}

/** What a job that has begun holds; its own. */
interface OpenedJob {
  readonly frame: JobFrame;
  readonly steps: AsyncGenerator<JobProgress, JobResult, void>;
  lastPostMs: number;
  lastPartialMs: number;
}

/** A job from the asking to the end. */
interface AskedJob {
  readonly job: JobId;
  readonly what: Job;
  readonly urgent: boolean;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (reason: unknown) => void;
  opened: OpenedJob | null;
  cancelled: AppError | null;
}

/** Makes the runner; nothing runs before the first job. */
export function createJobRunner(parts: JobRunnerParts): JobRunner {
  const kept = new Map<JobId, KeptMap>();
  /** In the order of asking. */
  const asked: AskedJob[] = [];
  const turn = new Turn();
  let disposed: AppError | null = null;
  let working: Promise<void> | null = null;

  const find = (job: JobId): KeptMap => {
    const found = kept.get(job);
    if (found === undefined) throw new AppError('explain-unsupported', 'The map this refers to is no longer kept; make it again.');
    return found;
  };
  const isStopped = (entry: AskedJob): boolean => disposed !== null || entry.cancelled !== null;
  const stopIfAsked = (entry: AskedJob): void => {
    const reason = disposed ?? entry.cancelled;
    if (reason !== null) throw reason;
  };
  // What is to end comes first: a job that pauses must not wait for the others to hear of it.
  const chooseNext = (): AskedJob | undefined => asked.find(isStopped) ?? asked.find(({ urgent }) => urgent) ?? asked[0];

  const open = async (what: Job): Promise<OpenedJob> => {
    const frame = await parts.loop.betweenTicks(() => parts.copyFrame());
    try {
      return { frame, steps: parts.open(what, frame, find), lastPostMs: Number.NEGATIVE_INFINITY, lastPartialMs: parts.now() };
    } catch (thrown) {
      frame.input.dispose();
      throw thrown;
    }
  };

  const takeSteps = async (entry: AskedJob, steps: OpenedJob['steps']): Promise<IteratorResult<JobProgress, JobResult>> => {
    const beganMs = parts.now();
    for (;;) {
      const next = await steps.next();
      const askedMs = parts.now() - beganMs;
      if (next.done !== true && !turn.isOver(askedMs) && !isStopped(entry)) continue;
      await parts.finish();
      turn.note(askedMs, parts.now() - beganMs);
      return next;
    }
  };

  /** @returns null where the job is to go on */
  const takeTurn = async (entry: AskedJob): Promise<JobResult | null> => {
    stopIfAsked(entry);
    const opened = entry.opened ??= await open(entry.what);
    stopIfAsked(entry);
    const step = await parts.loop.betweenTicks(() => takeSteps(entry, opened.steps));
    if (step.done === true) {
      stopIfAsked(entry);
      if (entry.what.kind === 'explain' && step.value.kind === 'explain') await keep(entry, entry.what, step.value, opened.frame);
      return step.value;
    }
    await say(entry.job, opened, step.value);
    await parts.yieldToMessages();
    return null;
  };

  const say = async (job: JobId, opened: OpenedJob, { fraction, note, partial }: JobProgress): Promise<void> => {
    const nowMs = parts.now();
    if (nowMs - opened.lastPostMs < progressPeriodMs) return;
    opened.lastPostMs = nowMs;
    const isDue = partial !== undefined && nowMs - opened.lastPartialMs >= partialPeriodMs;
    if (isDue) opened.lastPartialMs = nowMs;
    const { sequence } = opened.frame;
    parts.post({ kind: 'job', job, sequence, fraction, note: note ?? { steps: null }, partial: isDue ? await parts.loop.betweenTicks(partial) : null });
  };

  const keep = async (entry: AskedJob, what: KeptMap['job'], result: ExplainResult, frame: JobFrame): Promise<void> => {
    const input = await parts.readValues(frame.input);
    // A cancel may have come while a GPU was read: nothing is kept of what nobody wants.
    stopIfAsked(entry);
    kept.set(entry.job, { job: what, result, input, pixels: frame.pixels });
    const oldest = kept.keys().next();
    if (kept.size > keptMaps && oldest.done !== true) kept.delete(oldest.value);
  };

  const close = async ({ opened }: AskedJob): Promise<void> => {
    try {
      // Dropped half way, the generator frees what it holds; its result type does not matter any more.
      await opened?.steps.return(undefined as never);
    } finally {
      opened?.frame.input.dispose();
    }
  };

  const work = async (): Promise<void> => {
    for (let entry = chooseNext(); entry !== undefined; entry = chooseNext()) {
      const { resolve, reject } = entry;
      const end = await takeTurn(entry).then((result) => (result === null ? null : () => resolve(result)), (thrown: unknown) => () => reject(thrown));
      if (end === null) continue;
      const failed = await close(entry).then(() => null, (thrown: unknown) => () => reject(thrown));
      asked.splice(asked.indexOf(entry), 1);
      (failed ?? end)();
    }
    working = null;
  };

  return {
    run: (job, what, urgent = false) => {
      if (asked.some((entry) => entry.job === job)) return Promise.reject(new AppError('internal', `job '${job}' runs already`));
      return new Promise((resolve, reject) => {
        asked.push({ job, what, urgent, resolve, reject, opened: null, cancelled: null });
        working ??= work();
      });
    },
    cancel: (job) => {
      kept.delete(job);
      const entry = asked.find((candidate) => candidate.job === job);
      if (entry !== undefined) entry.cancelled ??= new AppError('cancelled', `job '${job}'`, true);
    },
    dispose: async () => {
      disposed ??= new AppError('superseded', 'another network is shown', true);
      await working;
      kept.clear();
    },
  };
}
