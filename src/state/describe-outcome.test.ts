import { beforeEach, describe, expect, it } from 'vitest';
import type { FaithfulnessResult } from '../contract/jobs';
import { checkFaithfulness, checkSanity, makeMap, readMethods, remakeMap, stopJob, sanityId } from './actions/explain-frame';
import { listOutcomes, type Works } from './describe-outcome';
import { maps } from './inspection';
import { settle, useInspection } from './inspection.fixture';
import { ranking, type RankedMethod, type Ranking } from './ranking';

let stage: ReturnType<typeof useInspection>;
beforeEach(async () => {
  stage = useInspection();
  await readMethods();
});
const works = (): Works => ({ maps: maps.peek(), ranking: ranking.peek() });
/** What is said of all that happens in between. */
async function hear(happens: () => void): Promise<readonly string[]> {
  const before = works();
  happens();
  await settle();
  return listOutcomes(before, works()).map(({ text }) => text);
}
async function begin(method: string): Promise<string> {
  void makeMap({ method, target: { kind: 'top' }, layer: null, parameters: {} });
  await settle();
  return maps.peek().at(-1)?.job ?? '';
}
const areas = (deletion: number, insertion: number): FaithfulnessResult => ({
  kind: 'faithfulness', deletion: [1, 0], insertion: [0, 1], randomDeletion: [1, 0], randomInsertion: [0, 1], areas: { deletion, insertion, randomDeletion: 0.5, randomInsertion: 0.5 },
});

describe('what is said of a map', () => {
  it('is nothing while it is made, that it is done, with its verdict, or that it was stopped', async () => {
    expect(await hear(() => void begin('gradient'))).toEqual([]);
    expect(await hear(() => stage.asked.at(-1)?.finish())).toEqual(['gradient, class 0: done.']);
    await begin('occlusion');
    expect(await hear(() => stage.asked.at(-1)?.finish({ method: 'occlusion', map: { shape: [1, 2, 1], values: Float32Array.of(-1, -2) } }))).toEqual([expect.stringMatching(/^occlusion, class 0: done\. No positive evidence/)]);
    const job = await begin('occlusion');
    expect(await hear(() => stopJob(job))).toEqual([expect.stringMatching(/: stopped\.$/)]);
    await begin('occlusion');
    expect(await hear(() => stage.asked.at(-1)?.fail(new Error('x'))), 'an alert says that').toEqual([]);
  });

  it('is one sentence for all quick ones that were made again', async () => {
    for (const _ of [1, 2]) {
      await begin('gradient');
      stage.asked.at(-1)?.finish();
      await settle();
    }
    for (const { id, request } of maps.peek()) void remakeMap(id, request);
    await settle();
    const before = works();
    for (const job of stage.asked.slice(-2)) job.finish();
    await settle();
    expect(listOutcomes(before, works())).toEqual([{ key: 'again', text: 'Maps made again.' }, { key: 'again', text: 'Maps made again.' }]);
  });

  it('is what its checks found, or that they were stopped', async () => {
    const job = await begin('gradient');
    stage.asked.at(-1)?.finish();
    await settle();
    for (const [result, words] of [[areas(0.2, 0.8), 'Better than a random order, both ways.'], [areas(0.55, 0.8), 'Deletion: No clear difference from a random order. Insertion: Better than a random order.'],
      [areas(0.9, 0.1), 'Worse than a random order, both ways.'], [areas(Number.NaN, 0.1), 'some values are not numbers, so the curves say nothing.']] as const) {
      void checkFaithfulness(job);
      await settle();
      expect(await hear(() => stage.asked.at(-1)?.finish(result))).toEqual([`Deletion and insertion of gradient, class 0: ${words}`]);
    }
    for (const [dependsOnWeights, words] of [[true, 'changes'], [false, 'hardly changes']] as const) {
      void checkSanity(job);
      await settle();
      expect(await hear(() => stage.asked.at(-1)?.finish({ kind: 'sanity', steps: [], dependsOnWeights }))).toEqual([`Sanity check of gradient, class 0: the map ${words} when the network forgets.`]);
    }
    void checkSanity(job);
    await settle();
    expect(await hear(() => stopJob(sanityId(job)))).toEqual(['Sanity check of gradient, class 0: stopped.']);
  });
});

it('of the ranking: that it ended, and which method comes first', async () => {
  const running: Ranking = { phase: 'running', target: { kind: 'top' }, targetIndex: 0, sequence: 1, rows: [], refused: [], random: null, current: null, left: 2, atWork: true, fraction: 0 };
  const row = (largest: number): RankedMethod => ({ method: 'gradient', deletion: 0, insertion: 1, span: { least: 0, largest } });
  ranking.value = running;
  expect(await hear(() => { ranking.value = { ...running, phase: 'done', rows: [row(1)] }; })).toEqual(['Ranking done. gradient comes first.']);
  ranking.value = running;
  expect(await hear(() => { ranking.value = { ...running, phase: 'done', rows: [row(0.01)] }; }), 'nothing to follow').toEqual(['Ranking done.']);
  ranking.value = running;
  expect(await hear(() => { ranking.value = { ...running, phase: 'cancelled' }; })).toEqual(['Ranking stopped.']);
});
