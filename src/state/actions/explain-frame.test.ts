import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import type { FaithfulnessResult, SanityResult } from '../../contract/jobs';
import { failure } from '../failure';
import { inspecting, isStale, maps, mostMaps, planeOfMap, type MapRequest } from '../inspection';
import { settle, showNetworkForTest, useInspection } from '../inspection.fixture';
import { receiveEvent } from '../receive-event';
import { fakeSource } from '../testing.fixture';
import { network } from '../worker-state';
import { checkFaithfulness, checkSanity, forgetMaps, makeMap, readMethods, remakeMap, removeMap, stopJob } from './explain-frame';
import { showSource } from './show-source';

const request: MapRequest = { method: 'gradient', target: { kind: 'top' }, layer: null, parameters: {} };
const curves: FaithfulnessResult = {
  kind: 'faithfulness', deletion: [1, 0], insertion: [0, 1], randomDeletion: [1, 0], randomInsertion: [0, 1], areas: { deletion: 0.2, insertion: 0.8, randomDeletion: 0.5, randomInsertion: 0.5 },
};
const sane: SanityResult = { kind: 'sanity', steps: [{ layer: 'fc', correlation: 0.1 }], dependsOnWeights: true };
let stage: ReturnType<typeof useInspection>;
beforeEach(() => { stage = useInspection(); });
const only = () => { const [map] = maps.peek(); if (map === undefined) throw new Error('no map'); return map; };

describe('a map of the frozen frame', () => {
  it('shows progress and what there is so far, then the result', async () => {
    await readMethods();
    void makeMap(request);
    await settle();
    const [job] = stage.asked;
    expect(job?.what).toEqual({ kind: 'explain', ...request });
    receiveEvent({ kind: 'job', job: job?.job ?? '', sequence: 1, fraction: 0.4, note: { steps: { done: 4, of: 10 } }, partial: { shape: [1, 2, 1], values: Float32Array.of(3, 4) } });
    expect(only()).toMatchObject({ phase: 'running', fraction: 0.4, note: { steps: { done: 4, of: 10 } } });
    expect([...planeOfMap(only())?.values ?? []]).toEqual([3, 4]);
    receiveEvent({ kind: 'job', job: job?.job ?? '', sequence: 1, fraction: 0.6, note: { steps: { done: 6, of: 10 } }, partial: null });
    expect([...planeOfMap(only())?.values ?? []], 'the last part stays').toEqual([3, 4]);
    job?.finish();
    await settle();
    expect(only()).toMatchObject({ phase: 'done', fraction: 1, partial: null });
    expect([...planeOfMap(only())?.values ?? []]).toEqual([1, -2]);
    expect(planeOfMap(only()), 'worked out once').toBe(planeOfMap(only()));
  });

  it('tells stopping and failing apart', async () => {
    for (const [error, phase] of [[new AppError('cancelled', 'x', true), 'cancelled'], [new AppError('superseded', 'x', true), 'cancelled'], [new AppError('explain-unsupported', 'No ReLU.'), 'failed']] as const) {
      maps.value = [];
      void makeMap(request);
      await settle();
      stage.asked.at(-1)?.fail(error);
      await settle();
      expect(only().phase).toBe(phase);
      expect(only().error?.detail ?? null).toBe(phase === 'failed' ? 'No ReLU.' : null);
    }
  });

  it('stands beside three others; the oldest makes room and its job ends', async () => {
    for (let count = 0; count < mostMaps + 1; count += 1) void makeMap(request);
    await settle();
    expect(maps.peek()).toHaveLength(mostMaps);
    expect(stage.cancelled.length + 1).toBeLessThanOrEqual(2);
    const ids = new Set(maps.peek().map(({ id }) => id));
    expect(ids.size).toBe(mostMaps);
  });

  it('keeps its place when it is made again, and ignores the job before', async () => {
    void makeMap(request);
    await settle();
    const { id } = only();
    stage.asked[0]?.finish();
    await settle();
    void checkFaithfulness(only().job);
    await settle();
    void remakeMap(id, { ...request, method: 'occlusion' });
    await settle();
    expect(stage.cancelled).toEqual([stage.asked[0]?.job, `${stage.asked[0]?.job}-faithfulness`]);
    expect(only()).toMatchObject({ id, phase: 'running', faithfulness: null });
    expect(only().result, 'the old map stays until there is a new one').not.toBeNull();
    stage.asked[0]?.finish({ score: 99 });
    stage.asked.at(-1)?.finish({ score: 7 });
    await settle();
    expect(only().result?.score).toBe(7);
  });

  it('waits until the network has seen the picture, and can be stopped while it waits', async () => {
    stage.fake.page.nowMs = 2000;
    showSource(fakeSource('still'));
    void makeMap(request);
    await settle();
    expect(stage.asked).toHaveLength(0);
    stopJob(only().job);
    expect(only().phase).toBe('cancelled');
    void makeMap(request);
    stage.fake.page.nowMs = 1999;
    stage.see(4);
    await settle();
    expect(stage.asked, 'a frame of the picture before').toHaveLength(0);
    stage.fake.page.nowMs = 2001;
    stage.see(5);
    await settle();
    expect(stage.asked.map(({ job }) => job)).toEqual([maps.peek()[1]?.job]);
  });

  it('waits for that also while a failure of something else is on screen, not where there is no network', async () => {
    showNetworkForTest('n');
    stage.fake.page.nowMs = 2000;
    showSource(fakeSource('still'));
    failure.value = { code: 'internal', detail: 'the sheet refused the picture', recoverable: false };
    void makeMap(request);
    await settle();
    expect(stage.asked).toHaveLength(0);
    stage.see(5);
    await settle();
    expect(stage.asked).toHaveLength(1);
    network.value = null;
    stage.fake.page.nowMs = 3000;
    showSource(fakeSource('still'));
    void makeMap(request);
    await settle();
    expect(stage.asked, 'the worker says why').toHaveLength(2);
  });

  it('does not wait for a network that refuses the picture: the worker says why', async () => {
    showNetworkForTest('n', 5);
    stage.fake.page.nowMs = 2000;
    showSource(fakeSource('still'));
    void makeMap(request);
    await settle();
    expect(stage.asked).toHaveLength(1);
    // An array that fits it will be seen.
    showSource(Object.assign(fakeSource('picture'), { arrayShape: [2, 2, 5] as const }));
    void makeMap(request);
    await settle();
    expect(stage.asked).toHaveLength(1);
    stage.see(7);
    await settle();
    expect(stage.asked).toHaveLength(2);
  });

  it('is stale on another picture, not when the same one is sent again', async () => {
    void makeMap(request);
    await settle();
    stage.asked[0]?.finish({ sequence: 1 });
    await settle();
    expect(isStale(only())).toBe(false);
    stage.see(2);
    expect(isStale(only())).toBe(false);
    stage.fake.page.nowMs = 3000;
    showSource(fakeSource('still'));
    expect(isStale(only())).toBe(true);
    stage.see(3);
    expect(isStale(only())).toBe(true);
  });

  it('is judged by jobs of its own', async () => {
    void makeMap(request);
    await settle();
    stage.asked[0]?.finish();
    await settle();
    const { job } = only();
    void checkFaithfulness(job);
    void checkSanity(job);
    await settle();
    expect(stage.asked.slice(1).map(({ what }) => what)).toEqual([{ kind: 'faithfulness', of: job, steps: 64, random: true }, { kind: 'sanity', of: job, seed: 1 }]);
    receiveEvent({ kind: 'job', job: `${job}-sanity`, sequence: 1, fraction: 0.5, note: { steps: null }, partial: null });
    expect(only().sanity).toMatchObject({ phase: 'running', fraction: 0.5 });
    stage.asked[1]?.finish(curves);
    stage.asked[2]?.finish(sane);
    await settle();
    expect(only()).toMatchObject({ faithfulness: { phase: 'done', result: curves }, sanity: { phase: 'done', result: sane } });
  });

  it('keeps what a check found until the next one has found something', async () => {
    void makeMap(request);
    await settle();
    stage.asked[0]?.finish();
    await settle();
    const { job } = only();
    const start = async (): Promise<void> => {
      void checkFaithfulness(job);
      void checkSanity(job);
      await settle();
    };
    const finish = async (found: FaithfulnessResult, dependsOnWeights: boolean): Promise<void> => {
      stage.asked.at(-2)?.finish(found);
      stage.asked.at(-1)?.finish({ ...sane, dependsOnWeights });
      await settle();
    };
    const before = { faithfulness: { result: curves }, sanity: { result: sane } };
    await start();
    expect(only()).toMatchObject({ faithfulness: { phase: 'running', result: null }, sanity: { phase: 'running', result: null } });
    await finish(curves, true);
    await start();
    expect(only()).toMatchObject({ faithfulness: { ...before.faithfulness, phase: 'running', fraction: 0 }, sanity: { ...before.sanity, phase: 'running', fraction: 0 } });
    stopJob(`${job}-faithfulness`);
    stopJob(`${job}-sanity`);
    await settle();
    expect(only()).toMatchObject({ faithfulness: { ...before.faithfulness, phase: 'cancelled' }, sanity: { ...before.sanity, phase: 'cancelled' } });
    await start();
    stage.asked.at(-2)?.fail(new AppError('explain-unsupported', 'gone'));
    stage.asked.at(-1)?.fail(new AppError('explain-unsupported', 'gone'));
    await settle();
    expect(only()).toMatchObject({ faithfulness: { ...before.faithfulness, phase: 'failed' }, sanity: { ...before.sanity, phase: 'failed' } });
    await start();
    expect([only().faithfulness?.error, only().sanity?.error]).toEqual([null, null]);
    await finish({ ...curves, deletion: [0.5, 0] }, false);
    expect(only()).toMatchObject({ faithfulness: { phase: 'done', result: { deletion: [0.5, 0] } }, sanity: { phase: 'done', result: { dependsOnWeights: false } } });
  });

  it('goes with its network; a person who was looking at maps gets one of the next', async () => {
    inspecting.value = true;
    void makeMap(request);
    await settle();
    forgetMaps();
    expect(maps.peek()).toEqual([]);
    expect(stage.cancelled).toEqual([stage.asked[0]?.job]);
    await settle();
    expect(maps.peek()).toHaveLength(1);
    removeMap(only().id);
    forgetMaps();
    await settle();
    expect(maps.peek(), 'nobody was looking at one').toEqual([]);
  });
});
