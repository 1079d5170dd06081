import type { PointQuery } from '../contract/api';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { ActivationSet, Executor } from '../engine/executor.interface';
import { measureActivity, measureInfluence, pickUnit } from '../engine/frame-values';
import type { Tensor } from '../engine/frame-values';
import { createLiveSeed } from '../explain/live';
import type { LivePlan } from './live-plan';

/** Reads a tensor made for reading, and lets it go. */
export type ReadAndDrop = (tensor: Tensor) => Promise<Float32Array>;

export interface PointReaderParts {
  readonly post: (event: WorkerEvent) => void;
  readonly readAndDrop: ReadAndDrop;
  readonly onError: (thrown: unknown) => void;
  /** A readback ended. */
  readonly onReadEnd: () => void;
}

/** Reads the value of the unit under the finger, one readback at a time, and posts it while that unit is still watched. */
export interface PointReader {
  /** The unit that is watched; null: none. */
  readonly point: PointQuery | null;
  watch(point: PointQuery | null): void;
  /** For a frame that is drawn; while a readback is under way the value is due. @param activations  borrowed, for the time of the call */
  read(activations: ActivationSet): void;
  /** Reads what became due during the readback that has ended: a still picture is not drawn again. @param activations  borrowed, for the time of the call */
  readDue(activations: ActivationSet): void;
  /** Resolves when no readback is under way. */
  whenIdle(): Promise<void>;
  /** Nothing is posted any more. */
  dispose(): void;
}

/** Makes the reader of one session; nothing is watched yet. */
export function createPointReader({ post, readAndDrop, onError, onReadEnd }: PointReaderParts): PointReader {
  let point: PointQuery | null = null;
  let reading: Promise<void> | null = null;
  /** Another frame or another point came while a value was on its way. */
  let isDue = false;
  let disposed = false;
  const reader: PointReader = {
    get point() { return point; },
    watch: (next) => { point = next; },
    read: (activations) => {
      isDue = reading !== null;
      if (point === null || isDue || !activations.has(point.layer)) return;
      const asked = point;
      const value = pickUnit(activations.get(asked.layer), asked.y, asked.x, asked.channel);
      if (value === null) return;
      reading = readAndDrop(value).then((values) => { if (!disposed && point === asked) post({ kind: 'point', ...asked, value: values[0] ?? Number.NaN }); })
        .catch((thrown: unknown) => { if (!disposed) onError(thrown); })
        .finally(() => {
          reading = null;
          if (!disposed) onReadEnd();
        });
    },
    readDue: (activations) => { if (isDue && reading === null) reader.read(activations); },
    whenIdle: async () => { await reading; },
    dispose: () => { disposed = true; },
  };
  return reader;
}

/**
 * What the channels of the open layer are ordered by: how active each is, or how much each moves the target's score, be it a class, a difference or a unit
 * (one backward pass).
 *
 * @param activations  of a forward pass of this plan · borrowed
 * @returns            `[c]` f32, one value for each channel; null: nothing has to be read for this order
 * @throws AppError 'internal' when the target does not depend on the layer, which the plan rules out
 */
export function readOrder(executor: Executor, activations: ActivationSet, plan: LivePlan, readAndDrop: ReadAndDrop): Promise<Float32Array> | null {
  const { order } = plan;
  if (order === null || order.by === 'index') return null;
  const activation = activations.get(order.layer);
  if (order.by === 'activity') return readAndDrop(measureActivity(activation));
  const { from, seed } = createLiveSeed(executor, activations, plan.target);
  const gradients = executor.backward(activations, { from, seed, to: [order.layer], rule: { kind: 'gradient' } });
  seed.dispose();
  const gradient = gradients.get(order.layer);
  if (gradient === undefined) throw new AppError('internal', `no gradient for '${order.layer}'`);
  const influence = measureInfluence(activation, gradient);
  gradient.dispose();
  return readAndDrop(influence);
}
