import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import { createExecutor } from '../engine/executor';
import { createInputTensor } from '../engine/frame-values';
import { viewOnCpu } from '../engine/readback';
import { makeResidualGraph } from '../graph/testing.fixture';
import type { NetworkCard } from '../contract/card';
import { createLiveNetwork } from './live-network';
import { nearestUnit, readUnits } from './read-units';

beforeAll(() => startWasm());

describe('the units that see a place', () => {
  it('are those with their middle nearest', () => {
    expect([0, 0.1, 0.5, 0.99].map((at) => nearestUnit({ sizePx: 3, stridePx: 1, startPx: -1 }, at, 8, 8))).toEqual([0, 0, 4, 7]);
    expect([0, 0.4, 0.99].map((at) => nearestUnit({ sizePx: 7, stridePx: 4, startPx: -2 }, at, 32, 8))).toEqual([0, 3, 7]);
    expect(nearestUnit(null, 0.5, 32, 4)).toBe(2);
  });

  it('come with the strongest channels of the very activations, and leave nothing behind', async () => {
    const executor = createExecutor(makeResidualGraph());
    const network = createLiveNetwork({ id: 'n', classes: [] } as unknown as NetworkCard, executor);
    const [height, width, channels] = executor.graph.inputShape;
    const input = createInputTensor(Float32Array.from({ length: height * width * channels }, (_, index) => Math.sin(index * 1.7)), height, width, channels);
    const readValues = async (tensor: Parameters<typeof viewOnCpu>[0]): Promise<Float32Array> => viewOnCpu(tensor).slice();
    await readUnits({ network, input, mode: 'inspect', readValues }, { y: 0.3, x: 0.8 });
    const before = memory().numTensors;
    const units = await readUnits({ network, input, mode: 'inspect', readValues }, { y: 0.3, x: 0.8 });
    expect(memory().numTensors).toBe(before);
    expect(units.length).toBeGreaterThan(2);
    const activations = executor.forward(input, { mode: 'inspect', taps: new Set(units.map(({ layer }) => layer)) });
    for (const { layer, y, x, channels: named } of units) {
      const tensor = activations.get(layer);
      const [, , columns = 1, depth = 1] = tensor.shape;
      const all = viewOnCpu(tensor).slice((y * columns + x) * depth, (y * columns + x + 1) * depth);
      expect(named.map(({ value }) => Math.abs(value)), layer).toEqual([...all.map(Math.abs)].sort((a, b) => b - a).slice(0, 3));
      for (const { channel, value } of named) expect(value).toBe(all[channel]);
    }
    activations.dispose();
    input.dispose();
    executor.dispose();
  });
});
