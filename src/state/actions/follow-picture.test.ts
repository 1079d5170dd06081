import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import { inspecting, isStale, maps, methods, mostPassesToFollow, type InspectedMap } from '../inspection';
import { describeForTest, settle, useInspection, type AskedJob } from '../inspection.fixture';
import { moments } from '../moments';
import { pictureNumber } from '../picture-seen';
import { ranking } from '../ranking';
import { receiveEvent } from '../receive-event';
import { waitingSource } from '../source-state';
import { fakeSource, type CountedSource } from '../testing.fixture';
import { closeInspection, makeMap, openInspection, remakeMap, stopJob } from './explain-frame';
import { followPicture } from './follow-picture';
import { freeze, resume } from './freeze';
import { keepMoment, showMoment } from './keep-moment';
import { rankMethods } from './rank-methods';
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
    expect(stage.asked.every(({ urgent }) => urgent), 'not behind a slow one').toBe(true);
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
    expect(stage.asked.map(({ urgent }) => urgent)).toEqual([false]);
    receiveEvent({ kind: 'job', job: at(0).job, sequence: 1, fraction: 0.2, note: { steps: null }, partial: { shape: [1, 1], values: Float32Array.of(1) } });
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

  it('are made for the next one when they were stopped before the network had seen this one', async () => {
    stage.fake.page.nowMs += 1000;
    showSource(fakeSource('still'));
    ask('grad-cam');
    await settle();
    stopJob(at(0).job);
    stage.see(2);
    await settle();
    inspecting.value = false;
    inspecting.value = true;
    await settle();
    expect([at(0).phase, stage.asked], 'not for this one').toEqual(['cancelled', []]);
    await change(3, () => showSource(fakeSource('still')));
    expect([methodsOf(stage.asked), stage.asked[0]?.job]).toEqual([['grad-cam'], at(0).job]);
  });

  it('are of the frame that their job worked on, which begins when those before it are over', async () => {
    ask('rise');
    await settle();
    await change(2, () => showSource(fakeSource('still')));
    const say = (sequence: number): void => receiveEvent({
      kind: 'job', job: at(0).job, sequence, fraction: 0.2, note: { steps: null }, partial: { shape: [1, 1], values: Float32Array.of(1) },
    });
    say(2);
    expect(isStale(at(0)), 'asked for on the picture before').toBe(false);
    say(1);
    expect(isStale(at(0))).toBe(true);
  });
});

describe('the inspection', () => {
  const byHand = (over: Partial<InspectedMap>): void => { maps.value = maps.peek().map((map) => ({ ...map, ...over })); };
  const fromFile = { picture: -1, stale: false, method: null, targetName: null, networkName: 'x' };
  const cases: readonly (readonly [name: string, method: string, change: () => void | Promise<void>])[] = [
    ['a quick one of another network, which is never made again', 'grad-cam', () => byHand({ network: 'other', origin: fromFile })],
    ['a slow one that was stopped before there was anything', 'rise', () => byHand({ phase: 'cancelled', result: null })],
    ['a slow one that failed', 'rise', () => byHand({ phase: 'failed', result: null })],
    ['a quick one, where the methods could not be asked for', 'grad-cam', () => {
      methods.value = [];
      stage.fake.runtime.supervisor.describeExplanations = () => Promise.reject(new AppError('internal', 'no'));
    }],
  ];
  it.each(cases)('that opens on another picture makes a map of it where there is only %s', async (_, method, prepare) => {
    await makeAll(1, method);
    closeInspection();
    await prepare();
    await change(2, () => showSource(fakeSource('still')));
    void openInspection();
    await settle();
    expect(methodsOf(stage.asked)).toEqual(['grad-cam']);
    expect(maps.peek()).toHaveLength(2);
  });

  it.each<readonly [string, () => void]>([
    ['a map of it', () => undefined], ['part of one', () => byHand({ phase: 'cancelled', result: null, partial: { shape: [1, 1], values: Float32Array.of(1), sequence: 1 } })],
    ['one that came with it', () => byHand({ network: 'other', origin: { ...fromFile, picture: pictureNumber.peek() } })],
  ])('that opens again on the same picture makes none where there is %s', async (_, prepare) => {
    await makeAll(1, 'rise');
    closeInspection();
    prepare();
    void openInspection();
    await settle();
    expect([stage.asked, maps.peek().length]).toEqual([[], 1]);
  });

  it.each<readonly [string, () => CountedSource | null]>([['a live source', () => fakeSource('camera')], ['a clip', () => fakeSource('clip')], ['nothing', () => null]])('closes when %s comes under it, and stops what runs', async (_, next) => {
    ask('rise');
    await settle();
    showSource(fakeSource('still'));
    expect(inspecting.peek()).toBe(true);
    showSource(next());
    await settle();
    expect([inspecting.peek(), at(0).phase]).toEqual([false, 'cancelled']);
  });
});

describe('a ranking', () => {
  it('stops with its picture, and its methods go behind the maps that follow', async () => {
    await makeAll(1, 'grad-cam');
    const running = rankMethods({ kind: 'top' });
    await settle();
    expect(stage.asked.map(({ urgent }) => urgent)).toEqual([false]);
    const { job } = stage.asked[0] ?? { job: '' };
    stage.fake.page.nowMs += 1000;
    showSource(fakeSource('still'));
    expect(ranking.peek()).toMatchObject({ phase: 'cancelled', rows: [] });
    expect(stage.cancelled).toContain(job);
    await running;
    stage.see(2);
    await settle();
    expect(methodsOf(stage.asked.slice(1)), 'only the map').toEqual(['grad-cam']);
  });
});
