import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import type { PointQuery } from '../contract/api';
import type { ActivationSet } from '../engine/executor.interface';
import { createInputTensor } from '../engine/frame-values';
import { viewOnCpu } from '../engine/readback';
import { createPointReader } from './frame-readings';
import { settlePromises } from './testing.fixture';

/** A reader whose values come when they are let through, and a frame of 2 x 2 places whose values are 10 times `frame` plus their place. */
function createHeldReader() {
  const values: number[] = [];
  const waiting: (() => void)[] = [];
  let ends = 0;
  const reader = createPointReader({
    post: (event) => { if (event.kind === 'point') values.push(event.value); },
    readAndDrop: (tensor) => {
      const read = viewOnCpu(tensor).slice();
      tensor.dispose();
      return new Promise((resolve) => { waiting.push(() => resolve(read)); });
    },
    onError: (thrown) => { throw thrown; }, onReadEnd: () => { ends += 1; },
  });
  const show = (frame: number): ActivationSet => {
    const tensor = createInputTensor(Float32Array.of(0, 1, 2, 3).map((place) => frame * 10 + place), 2, 2, 1);
    return { has: (layer: string) => layer === 'conv', get: () => tensor } as unknown as ActivationSet;
  };
  const letThrough = async (): Promise<void> => {
    for (const resolve of waiting.splice(0)) resolve();
    await settlePromises();
  };
  return { reader, values, show, letThrough, get ends() { return ends; }, get underWay() { return waiting.length; } };
}

const at = (y: number, x: number): PointQuery => ({ layer: 'conv', channel: 0, y, x });

describe('createPointReader', () => {
  beforeAll(startWasm);

  it('reads the point that came while another was being read, also where nothing is drawn again', async () => {
    const held = createHeldReader();
    const still = held.show(1);
    held.reader.watch(at(0, 0));
    held.reader.read(still);
    held.reader.watch(at(1, 1));
    held.reader.read(still);
    expect(held.underWay, 'one at a time').toBe(1);
    await held.letThrough();
    expect([held.values, held.ends]).toEqual([[], 1]);
    held.reader.readDue(still);
    await held.letThrough();
    expect([held.values, held.ends]).toEqual([[13], 2]);
    held.reader.readDue(still);
    expect(held.underWay, 'nothing is due any more').toBe(0);
  });

  it('reads the last frame, which came while one before it was being read', async () => {
    const held = createHeldReader();
    held.reader.watch(at(0, 1));
    held.reader.read(held.show(1));
    const frozen = held.show(2);
    held.reader.read(frozen);
    held.reader.readDue(frozen);
    expect(held.underWay).toBe(1);
    await held.letThrough();
    held.reader.readDue(frozen);
    await held.letThrough();
    expect(held.values).toEqual([11, 21]);
  });

  it('reads nothing that nobody watches any more, and says nothing after its end', async () => {
    const held = createHeldReader();
    const still = held.show(1);
    held.reader.watch(at(0, 0));
    held.reader.read(still);
    held.reader.read(still);
    held.reader.watch(null);
    await held.letThrough();
    held.reader.readDue(still);
    expect([held.values, held.underWay]).toEqual([[], 0]);
    held.reader.watch(at(1, 0));
    held.reader.read(still);
    held.reader.dispose();
    await held.letThrough();
    expect([held.values, held.ends]).toEqual([[], 1]);
  });
});
