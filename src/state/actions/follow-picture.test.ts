import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inspecting, isStale, maps, methods, mostPassesToFollow, type InspectedMap } from '../inspection';
import { describeForTest, settle, useInspection, type AskedJob } from '../inspection.fixture';
import { moments } from '../moments';
import { receiveEvent } from '../receive-event';
import { waitingSource } from '../source-state';
import { fakeSource } from '../testing.fixture';
import { closeInspection, makeMap, openInspection, remakeMap, stopJob } from './explain-frame';
import { followPicture } from './follow-picture';
import { freeze, resume } from './freeze';
import { keepMoment, showMoment } from './keep-moment';
import { showSource } from './show-source';

let stage: ReturnType<typeof useInspection>;
beforeAll(() => followPicture());
beforeEach(() => {
  stage = useInspection();
  methods.value = [
    describeForTest('grad-cam'), describeForTest('eigen-cam', { live: false, cost: 2 }), describeForTest('guided-grad-cam', { live: false, cost: 3 }),
    describeForTest('lrp-composite', { live: false, cost: 4 }), describeForTest('rise', { live: false, cost: 500 }),
  ];
  inspecting.value = true;
});

const ask = (method: string): void => { void makeMap({ method, target: { kind: 'top' }, layer: null, parameters: {} }); };
const methodsOf = (jobs: readonly AskedJob[]): readonly string[] => jobs.map(({ what }) => (what.kind === 'explain' ? what.method : what.kind));
const at = (index: number): InspectedMap => {
  const map = maps.peek()[index];
  if (map === undefined) throw new Error(`no map ${index}`);
  return map;
};
async function makeAll(sequence: number, ...names: readonly string[]): Promise<void> {
  names.forEach(ask);
  await settle();
  for (const job of stage.asked.splice(0)) job.finish({ sequence });
  await settle();
}
/** Another picture, and the network has seen it. */
async function change(sequence: number, show: () => unknown): Promise<void> {
  stage.fake.page.nowMs += 1000;
  await show();
  await settle();
  stage.see(sequence);
  await settle();
}

describe('maps when another picture is on screen', () => {
  it('are made again where they take few passes, also those that cannot follow a camera; slow ones are marked', async () => {
    expect(mostPassesToFollow).toBeGreaterThanOrEqual(4);
    await makeAll(1, 'guided-grad-cam', 'rise', 'lrp-composite', 'eigen-cam');
    const places = maps.peek().map(({ id }) => id);
    expect(maps.peek().map(isStale)).toEqual([false, false, false, false]);
    await change(2, () => showSource(fakeSource('still')));
    expect(methodsOf(stage.asked)).toEqual(['guided-grad-cam', 'lrp-composite', 'eigen-cam']);
    expect(maps.peek().map(isStale), 'until they are done').toEqual([true, true, true, true]);
    for (const job of stage.asked) job.finish({ sequence: 2 });
    await settle();
    expect(maps.peek().map(isStale)).toEqual([false, true, false, false]);
    expect(maps.peek().map(({ id }) => id), 'each in its place').toEqual(places);
  });

  it('follow a second freeze when the inspection is opened again, not the camera in between', async () => {
    inspecting.value = false;
    showSource(fakeSource('camera'));
    await change(2, freeze);
    void openInspection('grad-cam');
    await settle();
    stage.asked.splice(0)[0]?.finish({ sequence: 2 });
    await settle();
    closeInspection();
    await change(3, resume);
    await change(4, freeze);
    expect(waitingSource.peek()).not.toBeNull();
    expect(stage.asked, 'nobody looks').toEqual([]);
    expect(isStale(at(0))).toBe(true);
    void openInspection();
    await settle();
    expect(methodsOf(stage.asked)).toEqual(['grad-cam']);
    stage.asked[0]?.finish({ sequence: 4 });
    await settle();
    expect(maps.peek().map(isStale)).toEqual([false]);
  });

  it('get a map of the new picture beside them where all of them are slow, and there is a place', async () => {
    await makeAll(1, 'rise');
    closeInspection();
    await change(2, () => showSource(fakeSource('still')));
    void openInspection();
    await settle();
    expect(methodsOf(stage.asked)).toEqual(['grad-cam']);
    expect(maps.peek().map(isStale)).toEqual([true, false]);
    stage.asked.splice(0)[0]?.finish({ sequence: 2 });
    await makeAll(2, 'rise', 'rise', 'rise', 'rise');
    closeInspection();
    await change(3, () => showSource(fakeSource('still')));
    void openInspection();
    await settle();
    expect([maps.peek().length, stage.asked.length], 'none is pushed out').toEqual([4, 0]);
  });

  it('follow a tap in the strip of frozen frames', async () => {
    await keepMoment(fakeSource('still', 'earlier'));
    await makeAll(1, 'grad-cam', 'rise');
    await change(5, () => showMoment(moments.peek().at(-1)?.id ?? 0));
    expect(methodsOf(stage.asked)).toEqual(['grad-cam']);
    stage.asked[0]?.finish({ sequence: 5 });
    await settle();
    expect(maps.peek().map(isStale)).toEqual([false, true]);
  });

  it('follow while they are being made, once for all changes that the network has not seen', async () => {
    ask('grad-cam');
    await settle();
    const [before] = stage.asked.splice(0);
    stage.fake.page.nowMs += 1000;
    showSource(fakeSource('still'));
    showSource(fakeSource('still'));
    await settle();
    expect([stage.cancelled, stage.asked]).toEqual([[before?.job], []]);
    stage.see(2);
    await settle();
    expect(methodsOf(stage.asked)).toEqual(['grad-cam']);
    expect(at(0).job).toBe(stage.asked[0]?.job);
  });

  it('are marked while a slow one is still being made of the picture before', async () => {
    ask('rise');
    await settle();
    receiveEvent({ kind: 'job', job: at(0).job, fraction: 0.2, note: { steps: null }, partial: { shape: [1, 1], values: Float32Array.of(1) } });
    expect(isStale(at(0))).toBe(false);
    await change(2, () => showSource(fakeSource('still')));
    expect([isStale(at(0)), stage.asked.length]).toEqual([true, 1]);
    stage.asked[0]?.finish({ sequence: 1 });
    await settle();
    expect(isStale(at(0))).toBe(true);
    void remakeMap(at(0).id, at(0).request);
    await settle();
    stage.asked[1]?.finish({ sequence: 2 });
    await settle();
    expect(isStale(at(0))).toBe(false);
  });

  it('stay stopped until the next picture when the person stopped them', async () => {
    await makeAll(1, 'grad-cam');
    await change(2, () => showSource(fakeSource('still')));
    stopJob(at(0).job);
    await settle();
    methods.value = [...methods.peek()];
    stage.see(3);
    await settle();
    expect([at(0).phase, isStale(at(0)), stage.asked.length]).toEqual(['cancelled', true, 1]);
    await change(4, () => showSource(fakeSource('still')));
    expect(stage.asked).toHaveLength(2);
  });

  it('that were closed half way are made when the inspection opens on another picture', async () => {
    ask('grad-cam');
    await settle();
    closeInspection();
    await settle();
    expect([at(0).phase, at(0).result]).toEqual(['cancelled', null]);
    await change(2, () => showSource(fakeSource('still')));
    expect(stage.asked).toHaveLength(1);
    void openInspection();
    await settle();
    expect(methodsOf(stage.asked)).toEqual(['grad-cam', 'grad-cam']);
    expect(maps.peek()).toHaveLength(1);
  });

  it('of a network that is not on screen do not follow: its class numbers mean something else', async () => {
    await makeAll(1, 'grad-cam');
    maps.value = maps.peek().map((map) => ({ ...map, network: 'other' }));
    await change(2, () => showSource(fakeSource('still')));
    expect([isStale(at(0)), stage.asked]).toEqual([true, []]);
  });
});
