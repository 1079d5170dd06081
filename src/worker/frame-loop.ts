import { AppError } from '../contract/errors';
import type { InputMessage } from '../contract/frames';
import type { FrameInbox } from './frame-inbox';
import { recogniseFailure } from './recognise-failure';
import type { Scheduler } from './scheduler';

/** So many ticks that fail one after the other mean that the worker is broken, not the frame. */
const failureLimit = 3;

/** A tick that takes longer is slow: a frame asked for at its beginning would be old at its end. */
const quickTickMs = 60;

/** One network at work on frames. Made and disposed by the visualizer; the loop calls it in turn, never twice at once. */
export interface FrameSession {
  /** True: some frame was imported, so that there is something to compute and draw again. */
  readonly hasInput: boolean;
  /** Makes the network's input, which it keeps, of a frame's pixels or an array's values. Must not keep the image. */
  importFrame(frame: InputMessage): Promise<void>;
  /** Forward pass and explanation for the input it keeps. */
  compute(): void;
  /** Draws what was computed. */
  draw(): void;
  /** Resolves when the device can take more work: on a GPU, when the work of the tick before is done. */
  settle(): Promise<void>;
  /** Reports what is due. */
  publish(): void;
  /** Milliseconds until something that waits is due; null: nothing waits. */
  nextPublishInMs(): number | null;
  /** Told how long a tick took, in milliseconds, and whether it brought a new frame. */
  noteTick(tickMs: number, newFrame: boolean): void;
  dispose(): void;
}

export interface FrameLoopParts {
  readonly inbox: FrameInbox;
  readonly scheduler: Scheduler;
  /** Told of failures that end the loop: `out-of-memory`, or `worker-crashed` after three ticks failed in a row. */
  readonly onFailure: (error: AppError) => void;
}

/** Takes the freshest frame, computes, draws, gives the credit back; again and again. */
export interface FrameLoop {
  /** The session frames go to from now on (borrowed); null: frames wait. Gives the first credit. */
  setSession(session: FrameSession | null): void;
  /** What is shown changed: compute and draw again, with the newest frame or the one that is there. */
  requestRedraw(): void;
  /** Something that waited can be reported now (a readback ended): looks again at what is due. */
  requestPublish(): void;
  /** Runs a job when no tick is under way, so that it sees one frame's values only. */
  betweenTicks<T>(job: () => T | Promise<T>): Promise<T>;
  /** Ends the loop; pending jobs reject with `cancelled`. */
  halt(): void;
}

/** Starts the loop; it idles until there are a session and a frame. */
export function startFrameLoop(parts: FrameLoopParts): FrameLoop {
  const { inbox, scheduler } = parts;
  const jobs: { readonly run: () => Promise<void>; readonly reject: (error: AppError) => void }[] = [];
  let session: FrameSession | null = null;
  let redrawIsDue = false;
  let failures = 0;
  let lastTickMs = 0;
  let halted = false;
  let wake: (() => void) | null = null;

  const wakeUp = (): void => wake?.();
  const waitForWork = (): Promise<void> => new Promise((resolve) => {
    const dueInMs = session?.nextPublishInMs() ?? null;
    const cancel = dueInMs === null ? null : scheduler.after(Math.max(0, dueInMs), () => wake?.());
    wake = () => {
      wake = null;
      cancel?.();
      resolve();
    };
  });

  const tick = async (current: FrameSession, frame: InputMessage | null): Promise<void> => {
    const startedAtMs = scheduler.now();
    redrawIsDue = false;
    try {
      try {
        if (frame !== null) await current.importFrame(frame);
      } finally {
        if (frame !== null) inbox.release(frame);
      }
      // Asked for before the work, the next frame is there when it ends (measured: about 15 % more frames a second); when the
      // work takes long that frame would be old by then, so it is asked for later.
      if (frame !== null && lastTickMs <= quickTickMs) inbox.giveCredit();
      current.compute();
      if (frame !== null && lastTickMs > quickTickMs) inbox.giveCredit();
      current.draw();
      await current.settle();
      failures = 0;
    } catch (thrown) {
      failTick(thrown);
      // It may have been given before the failure; then a frame waits, or it is still out and this does nothing.
      if (frame !== null && !inbox.waiting) inbox.giveCredit();
    }
    lastTickMs = scheduler.now() - startedAtMs;
    if (session === current && !halted) {
      current.noteTick(lastTickMs, frame !== null);
      current.publish();
    }
  };

  const failTick = (thrown: unknown): void => {
    const error = recogniseFailure(thrown);
    failures += 1;
    redrawIsDue = true;
    if (error.code !== 'out-of-memory' && failures < failureLimit) return;
    loop.halt();
    parts.onFailure(error.code === 'out-of-memory' ? error : new AppError('worker-crashed', `${failures} ticks failed: ${error.detail}`, true, { cause: thrown }));
  };

  const run = async (): Promise<void> => {
    while (!halted) {
      const job = jobs.shift();
      if (job !== undefined) {
        await job.run();
        continue;
      }
      const current = session;
      const frame = current === null ? null : inbox.take();
      if (current !== null && (frame !== null || (redrawIsDue && current.hasInput))) {
        await tick(current, frame);
        await scheduler.yieldToMessages();
      } else {
        await waitForWork();
        if (!halted) session?.publish();
      }
    }
  };

  const loop: FrameLoop = {
    setSession: (next) => {
      session = next;
      failures = 0;
      redrawIsDue = false;
      if (next !== null && !inbox.waiting) inbox.giveCredit();
      wakeUp();
    },
    requestRedraw: () => {
      redrawIsDue = true;
      wakeUp();
    },
    requestPublish: wakeUp,
    betweenTicks: <T>(job: () => T | Promise<T>) => new Promise<T>((resolve, reject) => {
      if (halted) {
        reject(new AppError('cancelled', 'the frame loop ended', true));
        return;
      }
      jobs.push({ run: async () => { try { resolve(await job()); } catch (thrown) { reject(recogniseFailure(thrown)); } }, reject });
      wakeUp();
    }),
    halt: () => {
      halted = true;
      for (const { reject } of jobs.splice(0)) reject(new AppError('cancelled', 'the frame loop ended', true));
      wakeUp();
    },
  };
  inbox.onArrival = wakeUp;
  run().catch((thrown: unknown) => parts.onFailure(new AppError('worker-crashed', `the frame loop ended: ${String(thrown)}`, true, { cause: thrown })));
  return loop;
}
