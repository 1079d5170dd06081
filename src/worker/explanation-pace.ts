import { createRunningAverage } from './rates';

/** Share of a frame's time that a live explanation may take away from the rate of the frames; Grad-CAM stays below it. */
const explanationShare = 0.2;
/** A map of a picture that is gone for longer explains nothing that is on screen: on very slow machines it rather costs more than its share. */
const longestAgeMs = 2000;
/** What a camera needs for a frame: as long as everything is done within it, an explanation costs no frame. */
const cameraPeriodMs = 1000 / 30;
/** What each frame of a trial is, where the cost of an explanation shows only in the time of whole frames; the first one compiles. */
const trialFrames = [{ explained: true, timed: false }, { explained: true, timed: true }, { explained: false, timed: true }, { explained: true, timed: true }, { explained: false, timed: true }] as const;
/** Frames from one trial to the next. */
const steadyFrames = 300;
/** A new number of frames has to differ from the one in use by this share, so that noise does not change it all the time. */
const leastChange = 0.25;

/** Decides which frames are explained, so that explanations leave the camera the rate that the forward pass allows. */
export interface ExplanationPace {
  /** Every how many frames one is explained; 1: each. */
  readonly everyFrames: number;
  /** The frame that was asked about last belongs to a trial: `note` needs the time until the device has done all of it. */
  readonly isTimed: boolean;
  /**
   * Whether this new frame is explained; asked once for each.
   *
   * @param choice  what is explained and how, as a key: another one is explained at once
   */
  isDue(choice: string): boolean;
  /**
   * A frame is done.
   *
   * @param frameMs    all that was done for it, milliseconds
   * @param explainMs  how much of that was its explanation; 0: it had none, or that is not known (trials)
   */
  note(frameMs: number, explainMs: number): void;
}

/**
 * Makes the pace of one network. An explanation whose cost is more than a fifth of a frame is made for every n-th frame only, with n such
 * that on average it takes no more than that fifth; time in which the worker would only wait for the camera is free.
 *
 * @param measuredBy  `parts`: `note` is told what the explanation took; `trials`: only whole frames can be timed (a GPU works later than
 *                    it is asked), so now and then frames with and without one are compared
 */
export function createExplanationPace(measuredBy: 'parts' | 'trials'): ExplanationPace {
  const baseMs = createRunningAverage();
  const costMs = createRunningAverage();
  let choice: string | null = null;
  let everyFrames = 1;
  let sinceExplained = 0;
  /** The first explanation of a choice compiles plans and kernels; what it takes says nothing. */
  let isFirst = false;
  /** Place in the trial; its length and more: steady. */
  let place = 0;
  let trial: { readonly withMs: number[]; readonly withoutMs: number[] } = { withMs: [], withoutMs: [] };

  const decide = (base: number, cost: number): void => {
    const allowedMs = Math.max(base, cameraPeriodMs);
    const lostMs = base + cost - allowedMs;
    const wanted = Math.max(1, Math.min(Math.ceil(lostMs / (explanationShare * allowedMs)), Math.floor(longestAgeMs / allowedMs)));
    // Back to each frame only with some room, or a cost at the limit would go to and fro.
    const isClear = wanted > 1 || lostMs < (1 - leastChange) * explanationShare * allowedMs;
    if (everyFrames === 1 || (isClear && Math.abs(wanted - everyFrames) > leastChange * everyFrames)) everyFrames = wanted;
  };
  const begin = (asked: string): void => {
    choice = asked;
    costMs.reset();
    everyFrames = 1;
    isFirst = true;
    place = -1;
    trial = { withMs: [], withoutMs: [] };
  };
  /** @returns whether this frame is explained because of a trial; null: there is none */
  const stepTrial = (): boolean | null => {
    place += 1;
    if (place === trialFrames.length + steadyFrames) {
      // What it compiles is there already.
      place = 1;
      trial = { withMs: [], withoutMs: [] };
    }
    return trialFrames[place]?.explained ?? null;
  };
  const noteTrial = (frameMs: number): void => {
    const frame = trialFrames[place];
    if (frame?.timed !== true) return;
    (frame.explained ? trial.withMs : trial.withoutMs).push(frameMs);
    if (place < trialFrames.length - 1) return;
    // The least: whatever else the machine does only adds to it.
    const base = Math.min(...trial.withoutMs);
    decide(base, Math.max(0, Math.min(...trial.withMs) - base));
  };

  return {
    get everyFrames() { return everyFrames; },
    get isTimed() { return measuredBy === 'trials' && trialFrames[place]?.timed === true; },
    isDue: (asked) => {
      if (asked !== choice) begin(asked);
      sinceExplained += 1;
      const due = (measuredBy === 'trials' ? stepTrial() : null) ?? sinceExplained >= everyFrames;
      if (due) sinceExplained = 0;
      return due;
    },
    note: (frameMs, explainMs) => {
      if (measuredBy === 'trials') {
        noteTrial(frameMs);
      } else if (explainMs > 0 && isFirst) {
        isFirst = false;
      } else {
        baseMs.add(frameMs - explainMs);
        if (explainMs > 0) costMs.add(explainMs);
        decide(baseMs.value, costMs.value);
      }
    },
  };
}
