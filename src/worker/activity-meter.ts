import type { WorkerEvent } from '../contract/events';
import type { LayerId } from '../contract/ids';
import type { ActivationSet } from '../engine/executor.interface';
import { measureMeanActivity } from '../engine/frame-values';
import type { Tensor } from '../engine/frame-values';
import { createThrottle } from './rates';

const activityPeriodMs = 250;

export interface ActivityMeterParts {
  readonly post: (event: WorkerEvent) => void;
  readonly now: () => number;
  /** Reads a tensor made for reading, and lets it go. */
  readonly readAndDrop: (tensor: Tensor) => Promise<Float32Array>;
  readonly onError: (thrown: unknown) => void;
  /** A readback ended; another measurement may be due. */
  readonly onReadEnd: () => void;
}

/** Says how active each layer is, a few times a second: one readback for all layers, never two under way. */
export interface ActivityMeter {
  /** Layers whose values the next pass must keep: all of them when a measurement is due, else none, so that most frames cost nothing. */
  layersToKeep(layers: readonly LayerId[], still: boolean): readonly LayerId[];
  /** Measures what the pass kept, once for each pass, if that is due. */
  publish(sequence: number, layers: readonly LayerId[], activations: ActivationSet): void;
  /** Nobody looks any more. */
  clear(): void;
  nextInMs(): number | null;
  /** Resolves when no readback is under way. */
  whenIdle(): Promise<void>;
  /** Nothing is posted from now on. */
  dispose(): void;
}

/** Makes the meter of one network's session; it costs nothing until it is asked. */
export function createActivityMeter(parts: ActivityMeterParts): ActivityMeter {
  const throttle = createThrottle(activityPeriodMs);
  let lastMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | null = null;
  let seen: ActivationSet | null = null;
  let disposed = false;
  return {
    // A still frame has one pass only: what it does not keep is never seen.
    layersToKeep: (layers, still) => (still || (underWay === null && parts.now() - lastMs >= activityPeriodMs) ? layers : []),
    publish: (sequence, layers, activations) => {
      if (layers.length === 0 || !layers.every((layer) => activations.has(layer))) return;
      if (seen !== activations) throttle.mark();
      seen = activations;
      const now = parts.now();
      if (!throttle.begin(now)) return;
      lastMs = now;
      underWay = parts.readAndDrop(measureMeanActivity(layers.map((layer) => activations.get(layer))))
        .then((values) => { if (!disposed) parts.post({ kind: 'activity', sequence, layers, mean: [...values] }); })
        .catch((thrown: unknown) => { if (!disposed) parts.onError(thrown); })
        .finally(() => {
          underWay = null;
          throttle.end();
          if (!disposed) parts.onReadEnd();
        });
    },
    clear: () => {
      throttle.clear();
      seen = null;
    },
    nextInMs: () => throttle.dueInMs(parts.now()),
    whenIdle: async () => { await underWay; },
    dispose: () => { disposed = true; },
  };
}
