import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import type { FaithfulnessResult, Job } from '../../contract/jobs';
import type { ExplanationTarget } from '../../contract/session-spec';
import { failure } from '../failure';
import { maps, methods, type InspectedMap } from '../inspection';
import { describeForTest, settle, useInspection } from '../inspection.fixture';
import { curvePasses, estimateSeconds, findFlatSpan, quickRankingSeconds, ranking, slowMethods } from '../ranking';
import { receiveEvent } from '../receive-event';
import { fakeSource } from '../testing.fixture';
import { rate } from '../worker-state';
import { checkFaithfulness, forgetMaps, makeMap, readMethods } from './explain-frame';
import { rankMethods, rankSlowMethods, stopRanking } from './rank-methods';
import { showSource } from './show-source';

function curvesOf(deletion: number, insertion: number, steps = 64, [lowest, highest]: readonly [number, number] = [0, 1]): FaithfulnessResult {
  const curve = Array.from({ length: steps + 1 }, (_, step) => (step * 2 < steps ? highest : lowest));
  return { kind: 'faithfulness', deletion: curve, insertion: curve, randomDeletion: curve, randomInsertion: curve, areas: { deletion, insertion, randomDeletion: 0.5, randomInsertion: 0.5 } };
}

const top: ExplanationTarget = { kind: 'top' };
const samples = { kind: 'number', name: 'samples', label: 'Samples', plain: 'x.', default: 25, min: 1, max: 100, integer: true } as const;
let stage: ReturnType<typeof useInspection>;
beforeEach(() => {
  stage = useInspection();
  rate.value = null;
  methods.value = [
    describeForTest('gradient'), describeForTest('smooth-grad', { cost: 51, parameters: [samples] }), describeForTest('cam', { unsupported: 'no pool' }),
    describeForTest('rise', { cost: 2001 }), describeForTest('occlusion', { cost: 226 }),
  ];
});

const rows = (): readonly string[] => ranking.peek()?.rows.map(({ method }) => method) ?? [];
const lastAsked = (): Job | undefined => stage.asked.at(-1)?.what;

/** Answers the next map and its curves. */
async function answer(deletion: number, insertion: number, sequence = 1, between: readonly [number, number] = [0, 1]): Promise<void> {
  await settle();
  stage.asked.at(-1)?.finish({ sequence });
  await settle();
  stage.asked.at(-1)?.finish(curvesOf(deletion, insertion, 64, between));
  await settle();
}

/** A map of the inspection with its curves. */
async function judgeMap(method: string, { target = top, parameters = {}, layer = null as string | null, areas = [0.25, 0.75] as readonly [number, number], steps = 64, targetIndex = 0 } = {}): Promise<void> {
  void makeMap({ method, target, layer, parameters });
  await settle();
  stage.asked.at(-1)?.finish({ method, sequence: 1, targetIndex });
  await settle();
  void checkFaithfulness(maps.peek().at(-1)?.job ?? '');
  await settle();
  stage.asked.at(-1)?.finish(curvesOf(...areas, steps));
  await settle();
  stage.asked.splice(0);
}

describe('the ranking', () => {
  it('makes every quick method that is defined, under one name, with as many steps as the panel, and sorts by the curves', async () => {
    const running = rankMethods(top);
    await answer(0.6, 0.3);
    await answer(0.1, 0.9);
    await running;
    expect(ranking.peek()).toMatchObject({ phase: 'done', random: { deletion: 0.5, insertion: 0.5 }, targetIndex: 0 });
    expect(rows()).toEqual(['smooth-grad', 'gradient']);
    expect(new Set(stage.asked.map(({ job }) => job)).size).toBe(2);
    expect(stage.asked.map(({ what }) => (what.kind === 'faithfulness' ? [what.steps, what.random] : null))).toEqual([null, [64, true], null, [64, false]]);
    void makeMap({ method: 'gradient', target: top, layer: null, parameters: {} });
    await settle();
    stage.asked.at(-1)?.finish();
    await settle();
    void checkFaithfulness(maps.peek()[0]?.job ?? '');
    await settle();
    expect(lastAsked()).toMatchObject({ kind: 'faithfulness', steps: 64 });
  });

  it('orders nothing by the noise of an answer that stays where it is', async () => {
    for (const between of [[1e-6, 1e-5], [0.985, 1]] as const) {
      const running = rankMethods(top);
      await answer(0.00002, 0.00001, 1, between);
      await answer(0.00001, 0.00002, 1, between);
      await running;
      expect(rows(), 'as the methods are listed').toEqual(['gradient', 'smooth-grad']);
      expect(findFlatSpan(ranking.peek()?.rows ?? [])).toEqual({ least: between[0], largest: between[1] });
    }
    const running = rankMethods(top);
    await answer(0.2, 0.1, 1, [0, 0.3]);
    await answer(0.1, 0.2, 1, [0, 0.01]);
    await running;
    expect(findFlatSpan(ranking.peek()?.rows ?? []), 'one of them goes somewhere').toBeNull();
    expect(rows()).toEqual(['smooth-grad', 'gradient']);
    expect(findFlatSpan([])).toBeNull();
  });

  it('takes the areas of a map that was judged already, with its own settings', async () => {
    await judgeMap('gradient');
    await judgeMap('smooth-grad', { parameters: { samples: 25 } });
    await rankMethods(top);
    expect(stage.asked).toEqual([]);
    expect(ranking.peek()).toMatchObject({ phase: 'done', sequence: 1, targetIndex: 0, random: { deletion: 0.5, insertion: 0.5 } });
    expect(ranking.peek()?.rows).toEqual(['gradient', 'smooth-grad'].map((method) => ({ method, deletion: 0.25, insertion: 0.75, span: { least: 0, largest: 1 } })));
  });

  it('takes a slow one that was judged already too', async () => {
    await judgeMap('rise', { areas: [0.1, 0.8] });
    const running = rankMethods(top);
    await answer(0.6, 0.3);
    await answer(0.1, 0.9);
    await running;
    expect(rows()).toEqual(['smooth-grad', 'rise', 'gradient']);
    expect(slowMethods.peek().map(({ id }) => id)).toEqual(['occlusion']);
  });

  it.each([
    ['other settings', { parameters: { samples: 5 } }, top], ['a chosen layer', { layer: 'conv' }, top], ['fewer steps', { steps: 24 }, top],
    ['another target', { target: { kind: 'class', index: 3 } as ExplanationTarget }, top], ['another class', { targetIndex: 4 }, { kind: 'class', index: 3 } as ExplanationTarget],
    ['a difference', { target: { kind: 'difference', index: 3, against: 1 } as ExplanationTarget, targetIndex: 3 }, { kind: 'class', index: 3 } as ExplanationTarget],
    ['another difference', { target: { kind: 'difference', index: 3, against: 1 } as ExplanationTarget, targetIndex: 3 }, { kind: 'difference', index: 3, against: 2 } as ExplanationTarget],
  ] as const)('measures again what was judged with %s', async (_, judged, target) => {
    await judgeMap('smooth-grad', judged);
    methods.value = methods.peek().filter(({ id }) => id === 'smooth-grad');
    void rankMethods(target);
    await settle();
    expect(lastAsked()).toEqual({ kind: 'explain', method: 'smooth-grad', target, layer: null, parameters: {} });
  });

  it('takes the map of the top answer for its class', async () => {
    await judgeMap('smooth-grad', { targetIndex: 3 });
    methods.value = methods.peek().filter(({ id }) => id === 'smooth-grad');
    await rankMethods({ kind: 'class', index: 3 });
    expect([stage.asked.length, rows()]).toEqual([0, ['smooth-grad']]);
  });

  it('measures again when the picture changed', async () => {
    await judgeMap('smooth-grad');
    methods.value = methods.peek().filter(({ id }) => id === 'smooth-grad');
    stage.fake.page.nowMs = 4000;
    showSource(fakeSource('still'));
    stage.see(9);
    void rankMethods(top);
    await settle();
    expect(lastAsked()).toMatchObject({ kind: 'explain', method: 'smooth-grad' });
  });

  it.each<readonly [string, Partial<InspectedMap>]>([
    ['came with a file', { origin: { picture: 0, stale: false, method: null, targetName: null, networkName: 'x' } }], ['another network made', { network: 'other' }],
  ])('measures again what %s, which may count other frames', async (_, over) => {
    await judgeMap('smooth-grad');
    maps.value = maps.peek().map((map) => ({ ...map, ...over, result: map.result === null ? null : { ...map.result, sequence: 900 } }));
    methods.value = methods.peek().filter(({ id }) => id === 'smooth-grad');
    const running = rankMethods(top);
    await answer(0.4, 0.6);
    await running;
    expect(ranking.peek()).toMatchObject({ phase: 'done', sequence: 1, rows: [{ method: 'smooth-grad', deletion: 0.4, insertion: 0.6 }] });
  });

  it('is not touched by what an earlier one still hears of its jobs', async () => {
    const late: Promise<void>[] = [];
    // The worker takes its time to say that it stopped.
    stage.fake.runtime.supervisor.cancelJob = async () => undefined;
    for (let time = 0; time < 3; time += 1) {
      late.push(rankMethods(top));
      await settle();
      stopRanking();
      expect(ranking.peek()).toMatchObject({ phase: 'cancelled', rows: [], current: null });
    }
    const running = rankMethods(top);
    await settle();
    const [first, second, third, newest] = stage.asked;
    expect(new Set(stage.asked.map(({ job }) => job)).size, 'a name of its own').toBe(4);
    first?.fail(new AppError('cancelled', 'x', true));
    second?.fail(new AppError('worker-crashed', 'x', true));
    third?.finish({ sequence: 1, targetIndex: 5 });
    await Promise.all(late);
    await settle();
    expect([ranking.peek()?.phase, ranking.peek()?.current, failure.peek()]).toEqual(['running', 'gradient', null]);
    receiveEvent({ kind: 'job', job: first?.job ?? '', sequence: 1, fraction: 1, note: { steps: null }, partial: null });
    expect(ranking.peek()?.fraction).toBe(0);
    expect(stage.asked.at(-1)).toBe(newest);
    await answer(0.6, 0.3);
    await answer(0.1, 0.9);
    await running;
    expect([ranking.peek()?.phase, rows(), ranking.peek()?.targetIndex]).toEqual(['done', ['smooth-grad', 'gradient'], 0]);
  });

  it('names the slow ones with their time, adds them to the table when asked, and keeps them', async () => {
    const quick = rankMethods(top);
    await answer(0.6, 0.3);
    await answer(0.5, 0.6);
    await quick;
    expect(slowMethods.peek().map(({ id }) => id)).toEqual(['rise', 'occlusion']);
    rate.value = { kind: 'rate', framesPerSecond: 30, tickMs: 10, forwardMs: 10 };
    expect(slowMethods.peek().map(estimateSeconds)).toEqual([(2001 + curvePasses) / 100, (226 + curvePasses) / 100]);
    expect(quickRankingSeconds.peek(), 'two quick ones and a random order').toBe((2 + 51 + 3 * curvePasses) / 100);
    stage.asked.splice(0);
    const slow = rankSlowMethods();
    await answer(0.1, 0.9);
    await answer(0.4, 0.6);
    await slow;
    expect(rows()).toEqual(['rise', 'occlusion', 'smooth-grad', 'gradient']);
    expect(stage.asked.map(({ what }) => (what.kind === 'explain' ? what.method : what.kind === 'faithfulness' ? what.random : null))).toEqual(['rise', false, 'occlusion', false]);
    expect(slowMethods.peek()).toEqual([]);
    const again = rankMethods(top);
    await answer(0.6, 0.3);
    await answer(0.5, 0.6);
    await again;
    expect(rows(), 'ranked again').toEqual(['rise', 'occlusion', 'smooth-grad', 'gradient']);
    const other = rankMethods({ kind: 'class', index: 2 });
    await answer(0.6, 0.3);
    await answer(0.5, 0.6);
    await other;
    expect(rows(), 'another target').toEqual(['smooth-grad', 'gradient']);
  });

  it('says how far it is, by passes, and never goes back', async () => {
    const running = rankMethods(top);
    const all = 2 + 51 + 3 * curvePasses;
    const seen: number[] = [];
    const say = (job: string, fraction: number): void => {
      receiveEvent({ kind: 'job', job, sequence: 1, fraction, note: { steps: null }, partial: null });
      seen.push(ranking.peek()?.fraction ?? Number.NaN);
    };
    await settle();
    const [mapJob = ''] = stage.asked.map(({ job }) => job);
    const judgeJob = `${mapJob}-faithfulness`;
    say(mapJob, 0.5);
    stage.asked.at(-1)?.finish({ sequence: 1 });
    await settle();
    say(judgeJob, 0.25);
    stage.asked.at(-1)?.finish(curvesOf(0.5, 0.5));
    await settle();
    say('somebody', 0.9);
    say(mapJob, 1);
    stage.asked.at(-1)?.finish({ sequence: 1 });
    await settle();
    say(judgeJob, 1);
    const expected = [1, 2 + curvePasses / 2, 2 + 2 * curvePasses, 53 + 2 * curvePasses, all].map((passes) => passes / all);
    seen.forEach((fraction, index) => expect(fraction).toBeCloseTo(expected[index] ?? Number.NaN, 12));
    stage.asked.at(-1)?.finish(curvesOf(0.5, 0.5));
    await running;
    expect(ranking.peek()).toMatchObject({ phase: 'done', fraction: 1 });
  });

  it('stops, and does not mix two pictures', async () => {
    let running = rankMethods(top);
    await settle();
    stopRanking();
    await running;
    expect(ranking.peek()).toMatchObject({ phase: 'cancelled', rows: [] });
    stage.asked.splice(0);
    running = rankMethods(top);
    await settle();
    stage.fake.page.nowMs = 4000;
    showSource(fakeSource('still'));
    stage.asked.at(-1)?.finish({ sequence: 1 });
    await running;
    expect(ranking.peek()).toMatchObject({ phase: 'cancelled', rows: [] });
  });

  it('keeps the table when the slow ones are stopped', async () => {
    const quick = rankMethods(top);
    await answer(0.6, 0.3);
    await answer(0.5, 0.6);
    await quick;
    const slow = rankSlowMethods();
    await settle();
    stopRanking();
    await slow;
    expect(ranking.peek()).toMatchObject({ phase: 'cancelled' });
    expect(rows()).toEqual(['smooth-grad', 'gradient']);
    expect(slowMethods.peek()).toHaveLength(2);
  });

  it('names a method that could not be measured, with the reason, and does not offer it again for this picture', async () => {
    const flat = 'This map holds the same value everywhere.';
    const fail = async (): Promise<void> => {
      await settle();
      stage.asked.at(-1)?.finish({ sequence: 1 });
      await settle();
      stage.asked.at(-1)?.fail(new AppError('explain-unsupported', flat));
      await settle();
    };
    const quick = rankMethods(top);
    await fail();
    await fail();
    await quick;
    expect(ranking.peek()).toMatchObject({ phase: 'done', rows: [], refused: [{ method: 'gradient', reason: flat }, { method: 'smooth-grad', reason: flat }] });
    const slow = rankSlowMethods();
    await answer(0.1, 0.9);
    await fail();
    await slow;
    expect([rows(), ranking.peek()?.refused.map(({ method }) => method), slowMethods.peek()]).toEqual([['rise'], ['gradient', 'smooth-grad', 'occlusion'], []]);
    const again = rankMethods(top);
    await answer(0.6, 0.3);
    await answer(0.5, 0.6);
    await again;
    expect([rows(), ranking.peek()?.refused.map(({ method }) => method)], 'tried once more').toEqual([['rise', 'smooth-grad', 'gradient'], ['occlusion']]);
    const other = rankMethods({ kind: 'class', index: 2 });
    await answer(0.6, 0.3);
    await answer(0.5, 0.6);
    await other;
    expect([ranking.peek()?.refused, slowMethods.peek().map(({ id }) => id)], 'another target').toEqual([[], ['rise', 'occlusion']]);
  });

  it('goes on after a method that is refused, and shows nothing of another network', async () => {
    const running = rankMethods(top);
    await settle();
    stage.asked.at(-1)?.fail(new AppError('explain-unsupported', 'No.'));
    await answer(0.5, 0.6);
    await running;
    expect([ranking.peek()?.phase, rows()]).toEqual(['done', ['smooth-grad']]);
    const other = rankMethods(top);
    await settle();
    forgetMaps();
    await other;
    expect(ranking.peek()).toBeNull();
    await readMethods();
  });
});
