import type { ExplanationState, WorkerEvent } from '../contract/events';
import type { LayerId } from '../contract/ids';
import type { ChannelOrder, ExplanationId } from '../contract/session-spec';
import type { ProbabilityRule } from '../graph/network-graph';
import type { ValueRange } from '../render/renderer';
import { orderChannels, rankPredictions } from './predictions';
import { createFrequencyMeter, createRunningAverage, createThrottle } from './rates';
import type { Throttle } from './rates';

const predictionPeriodMs = 100;
const rangePeriodMs = 100;
const orderPeriodMs = 500;
const ratePeriodMs = 500;

/** What a report about one frame carries besides the numbers that are read back. */
export interface FrameFacts {
  readonly sequence: number;
  readonly capturedAtMs: number;
  readonly pinned: number | null;
  /** Null: no surface shows one, so that none was computed. */
  readonly explanation: { readonly method: ExplanationId; readonly layer: LayerId | null; readonly unsupported: string | null;
    /** Number of the frame that the map is of, and every how many frames one is explained. */
    readonly sequence: number; readonly everyFrames: number } | null;
}

/** Where the reporter gets its numbers; each read is asked for at once (its tensors may go) and answered later. */
export interface ReportSources {
  /** Logits, then least and largest value of the explanation, and the class that was on top in its frame; -1: another target, or none. */
  readonly readReport: () => Promise<Float32Array>;
  readonly readRange: () => Promise<ValueRange | null>;
  /** One number for each channel; null: by index. */
  readonly readOrder: () => Promise<Float32Array> | null;
}

export interface ReporterParts {
  readonly post: (event: WorkerEvent) => void;
  readonly now: () => number;
  readonly classes: readonly string[];
  readonly probabilities: ProbabilityRule;
  /** A readback failed. */
  readonly onError: (thrown: unknown) => void;
  /** A readback ended; something may be due now that could not begin before. */
  readonly onReadEnd: () => void;
}

/** Says what frames showed, no oftener than a person can follow, and never with two readbacks of one kind under way. */
export interface Reporter {
  /** A frame was computed: its predictions, range and order are news. */
  noteComputed(): void;
  /**
   * A frame was drawn anew: the range behind the colour bar is news.
   *
   * @param isReordered  another layer's channels are put in order, or by another measure: on a still no frame would come that says how
   */
  noteDrawn(isReordered: boolean): void;
  noteTick(tickMs: number, forwardMs: number, newFrame: boolean): void;
  publish(facts: FrameFacts, open: { readonly layer: LayerId; readonly channel: number | null; readonly by: ChannelOrder; readonly channels: number } | null, sources: ReportSources): void;
  nextInMs(): number | null;
  /** Resolves when no readback is under way. */
  whenIdle(): Promise<void>;
  /** Nothing is posted from now on. */
  dispose(): void;
}

/** Makes the reporter of one network's session. */
export function createReporter(parts: ReporterParts): Reporter {
  const predictions = createThrottle(predictionPeriodMs);
  const ranges = createThrottle(rangePeriodMs);
  const orders = createThrottle(orderPeriodMs);
  const rates = createThrottle(ratePeriodMs);
  const frames = createFrequencyMeter();
  const tickAverage = createRunningAverage();
  const forwardAverage = createRunningAverage();
  const underWay = new Set<Promise<void>>();
  let disposed = false;
  let lastQuietState = '';
  let lastIndexOrder = '';

  const run = <T>(throttle: Throttle, read: Promise<T>, report: (value: T) => void): void => {
    const done: Promise<void> = read.then((value) => { if (!disposed) report(value); })
      .catch((thrown: unknown) => { if (!disposed) parts.onError(thrown); })
      .finally(() => {
        underWay.delete(done);
        throttle.end();
        if (!disposed) parts.onReadEnd();
      });
    underWay.add(done);
  };

  const reportFrame = (facts: FrameFacts, values: Float32Array): void => {
    const logits = values.subarray(0, -3);
    const [min = 0, max = 0, explained = -1] = values.subarray(-3);
    const { top, targetIndex } = rankPredictions(logits, parts.classes, facts.pinned, parts.probabilities);
    parts.post({ kind: 'predictions', sequence: facts.sequence, capturedAtMs: facts.capturedAtMs, top, targetIndex });
    if (facts.explanation === null) return;
    const { method, layer, unsupported, sequence, everyFrames } = facts.explanation;
    const state: ExplanationState = method === 'off' ? 'off' : unsupported !== null ? 'unsupported' : max > 0 ? 'ok' : 'no-positive-evidence';
    const quiet = state === 'off' || state === 'unsupported';
    const key = quiet ? `${method} ${state} ${unsupported}` : '';
    if (quiet && key === lastQuietState) return;
    lastQuietState = key;
    // The map may be of an older frame, with another answer on top.
    parts.post({ kind: 'explanation', method, state, layer, targetIndex: explained >= 0 ? explained : targetIndex, min, max, sequence, everyFrames, ...(unsupported === null ? {} : { reason: unsupported }) });
  };

  return {
    noteComputed: () => {
      predictions.mark();
      ranges.mark();
      orders.mark();
    },
    noteDrawn: (isReordered) => {
      ranges.mark();
      if (isReordered) orders.mark();
    },
    noteTick: (tickMs, forwardMs, newFrame) => {
      if (newFrame) frames.note(parts.now());
      tickAverage.add(tickMs);
      forwardAverage.add(forwardMs);
      rates.mark();
    },
    publish: (facts, open, sources) => {
      const now = parts.now();
      if (predictions.begin(now)) run(predictions, sources.readReport(), (values) => reportFrame(facts, values));
      if (open === null) ranges.clear();
      if (open === null || open.by === 'index') orders.clear();
      if (open !== null && ranges.begin(now)) {
        run(ranges, sources.readRange(), (range) => {
          if (range !== null) parts.post({ kind: 'range', layer: open.layer, channel: open.channel, min: range.min, max: range.max });
        });
      }
      if (open !== null && open.by === 'index') {
        // By index nothing changes with the frames, so it is said once.
        const key = `${open.layer} ${open.channels}`;
        if (key !== lastIndexOrder) parts.post({ kind: 'order', layer: open.layer, by: 'index', channels: Array.from({ length: open.channels }, (_, index) => index) });
        lastIndexOrder = key;
      } else if (open !== null) {
        lastIndexOrder = '';
        if (orders.begin(now)) {
          const read = sources.readOrder();
          if (read === null) orders.end();
          else run(orders, read, (values) => parts.post({ kind: 'order', layer: open.layer, by: open.by, channels: orderChannels(values) }));
        }
      }
      if (rates.begin(now)) {
        parts.post({ kind: 'rate', framesPerSecond: frames.perSecond, tickMs: tickAverage.value, forwardMs: forwardAverage.value });
        rates.end();
      }
    },
    nextInMs: () => {
      const now = parts.now();
      const due = [predictions, ranges, orders, rates].map((throttle) => throttle.dueInMs(now)).filter((inMs) => inMs !== null);
      return due.length === 0 ? null : Math.min(...due);
    },
    whenIdle: async () => { while (underWay.size > 0) await Promise.all(underWay); },
    dispose: () => { disposed = true; },
  };
}
