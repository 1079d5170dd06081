import { beforeEach, describe, expect, it } from 'vitest';
import { checkFaithfulness, checkSanity, makeMap, readMethods } from './actions/explain-frame';
import { rankMethods } from './actions/rank-methods';
import { describeRankingWait, describeWait } from './describe-wait';
import { maps, type InspectedMap } from './inspection';
import { settle, useInspection } from './inspection.fixture';
import { receiveEvent } from './receive-event';

let stage: ReturnType<typeof useInspection>;
beforeEach(async () => {
  stage = useInspection();
  await readMethods();
});

const say = (job: string, fraction: number): void => receiveEvent({ kind: 'job', job, sequence: 1, fraction, note: { steps: null }, partial: null });
const at = (index: number): InspectedMap => { const map = maps.peek()[index]; if (map === undefined) throw new Error('no map'); return map; };

async function begin(method: string): Promise<string> {
  void makeMap({ method, target: { kind: 'top' }, layer: null, parameters: {} });
  await settle();
  return stage.asked.at(-1)?.job ?? '';
}
async function make(method: string): Promise<string> {
  const job = await begin(method);
  stage.asked.at(-1)?.finish({ method });
  await settle();
  return job;
}

describe('what a job waits for', () => {
  it('is another map that has begun; where none has, or it has begun itself, nothing', async () => {
    const ahead = await begin('occlusion');
    const behind = await begin('gradient');
    expect([describeWait(at(0)), describeWait(at(1))]).toEqual(['', '']);
    say(ahead, 0.2);
    expect([describeWait(at(0)), describeWait(at(1))]).toEqual(['', 'Waits for occlusion']);
    say(behind, 0.5);
    expect(describeWait(at(1))).toBe('');
  });

  it('is a check of another map, or of its own', async () => {
    const job = await make('occlusion');
    void checkSanity(job);
    void checkFaithfulness(job);
    await begin('gradient');
    const waits = (): readonly string[] => [describeWait(at(0), 'sanity'), describeWait(at(0), 'faithfulness'), describeWait(at(1))];
    expect(waits()).toEqual(['', '', '']);
    say(`${job}-sanity`, 0.1);
    expect(waits()).toEqual(['', 'Waits for the sanity check of occlusion', 'Waits for the sanity check of occlusion']);
    stage.asked.find((asked) => asked.job === `${job}-sanity`)?.finish({ kind: 'sanity', steps: [], dependsOnWeights: true });
    await settle();
    expect(waits()).toEqual(['', '', '']);
    say(`${job}-faithfulness`, 0.1);
    expect(waits()).toEqual(['', '', 'Waits for deletion and insertion of occlusion']);
  });

  it('is nothing for a map or a check that nobody waits for', async () => {
    const job = await make('gradient');
    const slow = await begin('occlusion');
    say(slow, 0.5);
    expect([describeWait(at(0)), describeWait(at(0), 'sanity')]).toEqual(['', '']);
    void checkSanity(job);
    expect(describeWait(at(0), 'sanity')).toBe('Waits for occlusion');
  });

  it('is said of the ranking too, for each of its jobs, and the other way round', async () => {
    const slow = await begin('occlusion');
    say(slow, 0.5);
    void rankMethods({ kind: 'top' });
    await settle();
    expect(describeRankingWait()).toBe('Waits for occlusion');
    const map = stage.asked.at(-1);
    say(map?.job ?? '', 0.5);
    expect(describeRankingWait(), 'both have begun: one pauses').toBe('');
    map?.finish();
    await settle();
    expect(describeRankingWait(), 'its curves stand in the line anew').toBe('Waits for occlusion');
    stage.asked.find(({ job }) => job === slow)?.finish();
    await settle();
    expect(describeRankingWait()).toBe('');
    await begin('gradient');
    expect(describeWait(at(1)), 'neither has begun').toBe('');
    say(stage.asked.findLast(({ what }) => what.kind === 'faithfulness')?.job ?? '', 0.5);
    expect(describeWait(at(1))).toBe('Waits for the ranking');
  });
});
