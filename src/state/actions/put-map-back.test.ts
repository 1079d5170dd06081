import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspecting, maps, mostMaps, type InspectedMap } from '../inspection';
import { settle, showNetworkForTest, useInspection } from '../inspection.fixture';
import { receiveEvent } from '../receive-event';
import { nameInspectedMap, nextToGo, removedMaps } from '../removed-maps';
import { fakeSource } from '../testing.fixture';
import { undoMs } from '../undo-time';
import { checkFaithfulness, checkSanity, forgetMaps, makeMap, putMapBack, readMethods, takeMapOff } from './explain-frame';
import { followPicture } from './follow-picture';
import { forgetAllRemoved, holdRemoved } from './offer-removed';
import { showSource } from './show-source';

let stage: ReturnType<typeof useInspection>;
beforeEach(async () => {
  vi.useFakeTimers();
  stage = useInspection();
  forgetAllRemoved();
  await settle();
  stage.cancelled.splice(0);
  await readMethods();
});
afterEach(() => { vi.useRealTimers(); });

const ids = (): readonly string[] => maps.peek().map(({ id }) => id);
const offered = (): readonly string[] => removedMaps.peek().map(({ map }) => map.id);
const find = (id: string): InspectedMap => { const map = maps.peek().find((one) => one.id === id); if (map === undefined) throw new Error('no map'); return map; };

/** Asks for a map; its id, which is its first job's. */
async function begin(method = 'gradient'): Promise<string> {
  void makeMap({ method, target: { kind: 'top' }, layer: null, parameters: { asked: stage.asked.length } });
  await settle();
  return stage.asked.at(-1)?.job ?? '';
}
async function make(method = 'gradient'): Promise<string> {
  const id = await begin(method);
  stage.asked.at(-1)?.finish({ method, score: stage.asked.length });
  await settle();
  return id;
}

describe('a map that was taken away', () => {
  it('comes back to its place with its result, its settings and its checks, and the worker still has it', async () => {
    const [first, second, third] = [await make(), await make('occlusion'), await make()];
    void checkSanity(second);
    await settle();
    stage.asked.at(-1)?.finish({ kind: 'sanity', steps: [{ layer: 'fc', correlation: 0.1 }], dependsOnWeights: true });
    await settle();
    const before = find(second);
    takeMapOff(second);
    expect([ids(), offered()]).toEqual([[first, third], [second]]);
    await vi.advanceTimersByTimeAsync(undoMs - 1);
    putMapBack(second);
    expect(find(second)).toEqual(before);
    expect([ids(), offered()]).toEqual([[first, second, third], []]);
    await vi.advanceTimersByTimeAsync(2 * undoMs);
    expect(stage.cancelled).toEqual([]);
    void checkFaithfulness(second);
    await settle();
    expect(stage.asked.at(-1)?.what).toMatchObject({ kind: 'faithfulness', of: second });
  });

  it('is forgotten, by the worker too, when the time is over', async () => {
    const id = await make();
    takeMapOff(id);
    await vi.advanceTimersByTimeAsync(undoMs - 1);
    expect([offered(), stage.cancelled]).toEqual([[id], []]);
    await vi.advanceTimersByTimeAsync(1);
    expect([offered(), stage.cancelled]).toEqual([[], [id]]);
    putMapBack(id);
    expect(ids()).toEqual([]);
  });

  it('stays while somebody is at its line, and then has its whole time again', async () => {
    const [first, second] = [await make(), await make()];
    takeMapOff(first);
    holdRemoved(true);
    takeMapOff(second);
    await vi.advanceTimersByTimeAsync(5 * undoMs);
    expect(offered()).toEqual([first, second]);
    holdRemoved(false);
    await vi.advanceTimersByTimeAsync(undoMs - 1);
    expect(offered()).toEqual([first, second]);
    holdRemoved(true);
    putMapBack(first);
    await vi.advanceTimersByTimeAsync(undoMs);
    expect(offered(), 'nobody is at the line that is left').toEqual([]);
  });

  it('was being made: it stops at once, and comes back as stopped with what there was of it', async () => {
    const id = await begin('occlusion');
    receiveEvent({ kind: 'job', job: id, sequence: 1, fraction: 0.4, note: { steps: { done: 4, of: 10 } }, partial: { shape: [1, 2], values: Float32Array.of(1, 2) } });
    takeMapOff(id);
    expect(stage.cancelled).toEqual([id]);
    await settle();
    putMapBack(id);
    expect(find(id)).toMatchObject({ phase: 'cancelled', fraction: 0.4, note: { steps: { done: 4, of: 10 } }, partial: { values: Float32Array.of(1, 2) }, result: null, error: null });
    expect(stage.cancelled).toEqual([id]);
  });

  it('was being checked: the check stops, the map does not', async () => {
    const id = await make();
    void checkFaithfulness(id);
    await settle();
    takeMapOff(id);
    expect(stage.cancelled).toEqual([`${id}-faithfulness`]);
    putMapBack(id);
    await settle();
    expect(find(id)).toMatchObject({ phase: 'done', faithfulness: { phase: 'cancelled' }, sanity: null });
  });

  it('waited for the network to see the picture: it is never sent', async () => {
    showSource(fakeSource('still'));
    void makeMap({ method: 'occlusion', target: { kind: 'top' }, layer: null, parameters: {} });
    const [id = ''] = ids();
    takeMapOff(id);
    putMapBack(id);
    stage.see(5);
    await settle();
    expect([find(id).phase, stage.asked]).toEqual(['cancelled', []]);
  });
});

describe('the map that made room', () => {
  it('is named beforehand, and takes its place again from the one it went for, which is offered in turn', async () => {
    const [a, b, c] = [await make('occlusion'), await make(), await make()];
    expect(nextToGo.peek()).toBeNull();
    const d = await make();
    expect(nextToGo.peek()?.id).toBe(a);
    expect(nameInspectedMap(find(a))).toBe('occlusion, class 0');
    const e = await begin('occlusion');
    expect([ids(), offered()]).toEqual([[b, c, d, e], [a]]);
    expect(stage.cancelled).toEqual([]);
    putMapBack(a);
    expect([ids(), offered()]).toEqual([[a, b, c, d], [e]]);
    expect(stage.cancelled, 'what was asked for last stops').toEqual([e]);
    await settle();
    putMapBack(e);
    expect([ids(), offered()]).toEqual([[b, c, d, e], [a]]);
    expect(find(e).phase).toBe('cancelled');
  });

  it('pushes nobody out where that one is gone already', async () => {
    const [a, b, c, d] = [await make(), await make(), await make(), await make()];
    const e = await make();
    takeMapOff(e);
    putMapBack(a);
    expect([ids(), offered()]).toEqual([[a, b, c, d], [e]]);
  });

  it('of a map that was taken away for itself: the last one, which took its room', async () => {
    const [a, b, c, d] = [await make(), await make(), await make(), await make()];
    takeMapOff(b);
    const e = await make();
    expect(ids()).toEqual([a, c, d, e]);
    putMapBack(b);
    expect([ids(), offered()]).toEqual([[a, b, c, d], [e]]);
  });

  it('is one of the last four that are offered', async () => {
    const made: string[] = [];
    for (let number = 0; number < mostMaps + 6; number += 1) made.push(await make());
    expect(offered()).toEqual(made.slice(2, 6));
    expect(stage.cancelled).toEqual(made.slice(0, 2));
  });
});

describe('what another network or another picture means for it', () => {
  it('another network takes the offer with it', async () => {
    showNetworkForTest('one');
    const id = await make();
    takeMapOff(id);
    forgetMaps();
    expect([offered(), stage.cancelled]).toEqual([[], [id]]);
    putMapBack(id);
    expect(ids()).toEqual([]);
  });

  it('on another picture a quick one is made again as those that stayed, a slow one comes back as it was', async () => {
    followPicture();
    inspecting.value = true;
    const [quick, slow] = [await make('gradient'), await make('occlusion')];
    takeMapOff(quick);
    takeMapOff(slow);
    stage.fake.page.nowMs += 100;
    showSource(fakeSource('still'));
    stage.see(7);
    await settle();
    const asked = stage.asked.length;
    putMapBack(slow);
    await settle();
    expect([find(slow).phase, stage.asked.length]).toEqual(['done', asked]);
    putMapBack(quick);
    await settle();
    expect(find(quick).phase).toBe('running');
    expect(stage.asked.at(-1)?.what).toMatchObject({ method: 'gradient' });
  });
});
