import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import type { WorkerEvent } from '../contract/events';
import { createExecutor } from '../engine/executor';
import { countTensors, createInputTensor } from '../engine/frame-values';
import type { Tensor } from '../engine/frame-values';
import { viewOnCpu } from '../engine/readback';
import { makeResidualGraph } from '../graph/testing.fixture';
import { createActivityMeter } from './activity-meter';
import { settlePromises } from './testing.fixture';

beforeAll(startWasm);

function createStage() {
  const events: WorkerEvent[] = [];
  const clock = { nowMs: 1000 };
  const executor = createExecutor(makeResidualGraph());
  const layers = executor.layers('live');
  const readAndDrop = async (tensor: Tensor): Promise<Float32Array> => {
    const values = viewOnCpu(tensor).slice();
    tensor.dispose();
    return values;
  };
  const meter = createActivityMeter({ post: (event) => events.push(event), now: () => clock.nowMs, readAndDrop, onError: (thrown) => { throw thrown; }, onReadEnd: () => undefined });
  const pass = (light: number, keep: readonly string[] = layers) => {
    const input = createInputTensor(new Float32Array(128).fill(light), 8, 8, 2);
    const activations = executor.forward(input, { mode: 'live', taps: new Set(keep) });
    input.dispose();
    return activations;
  };
  return { events, clock, executor, layers, meter, pass };
}

describe('createActivityMeter', () => {
  it('reports the mean absolute value of each layer, in order', async () => {
    const { events, layers, meter, pass } = createStage();
    const activations = pass(1);
    const expected = layers.map((layer) => {
      const values = viewOnCpu(activations.get(layer)).slice();
      return values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
    });
    meter.publish(7, layers, activations);
    await settlePromises();
    expect(events).toHaveLength(1);
    const [event] = events;
    if (event?.kind !== 'activity') throw new Error('no activity event');
    expect(event).toMatchObject({ sequence: 7, layers });
    event.mean.forEach((mean, index) => expect(mean).toBeCloseTo(expected[index] ?? Number.NaN, 4));
    expect(Math.max(...event.mean)).toBeGreaterThan(0);
    activations.dispose();
  });

  it('speaks at most four times a second and asks for no values between', async () => {
    const { events, clock, layers, meter, pass } = createStage();
    for (let frame = 0; frame < 60; frame += 1) {
      const kept = meter.layersToKeep(layers, false);
      const activations = pass(frame / 60, kept);
      meter.publish(frame, layers, activations);
      await settlePromises();
      activations.dispose();
      clock.nowMs += 33;
    }
    expect(events.length).toBeGreaterThanOrEqual(7);
    expect(events.length).toBeLessThanOrEqual(9);
  });

  it('measures a still picture once, later where it came too soon', async () => {
    const { events, clock, layers, meter, pass } = createStage();
    const first = pass(1, meter.layersToKeep(layers, true));
    meter.publish(1, layers, first);
    await settlePromises();
    meter.publish(1, layers, first);
    expect(meter.nextInMs()).toBeNull();
    const second = pass(0.5, meter.layersToKeep(layers, true));
    meter.publish(2, layers, second);
    expect(meter.nextInMs()).toBe(250);
    clock.nowMs += 250;
    meter.publish(2, layers, second);
    await settlePromises();
    expect(events.map((event) => (event.kind === 'activity' ? event.sequence : null))).toEqual([1, 2]);
    meter.clear();
    expect(meter.nextInMs()).toBeNull();
    first.dispose();
    second.dispose();
  });

  it('leaves no tensors behind', async () => {
    const { clock, layers, meter, pass } = createStage();
    pass(0).dispose();
    const before = countTensors();
    for (let frame = 0; frame < 5; frame += 1) {
      clock.nowMs += 300;
      const activations = pass(1);
      meter.publish(frame, layers, activations);
      await meter.whenIdle();
      activations.dispose();
    }
    expect(countTensors()).toEqual(before);
  });
});
