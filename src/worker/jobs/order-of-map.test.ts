import { tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, weight } from '../../../test/conformance/published-models';
import { explainNow } from '../../../test/conformance/run-explanation';
import { startWasm } from '../../../test/conformance/wasm-in-node';
import type { ExplainResult, FaithfulnessJob, JobResult } from '../../contract/jobs';
import { createExecutor } from '../../engine/executor';
import { viewOnCpu } from '../../engine/readback';
import { measureFaithfulness, type FollowedTarget } from '../../explain/faithfulness';
import { openJobs } from './open-job';

beforeAll(startWasm);

type Curves = Readonly<Record<'deletion' | 'insertion', readonly number[]>>;

async function finish<Result>(steps: AsyncGenerator<unknown, Result, void>): Promise<Result> {
  let next = await steps.next();
  while (next.done !== true) next = await steps.next();
  return next.value;
}

const picture = Float32Array.of(1, 0.2, 0.6, 0.9);
const pixels = { mean: [0], std: [1] };
/** Pixels by what they add: 3, 0.4, 0.6 and 0 to class 0; 0, 0.2, 1.2 and 2.7 to class 1. */
const kernel = weight([4, 2], [3, 0, 2, 1, 1, 2, 0, 3]);

/** The curves of a job, and those of an order that is given. @param constants  what each class starts from, so that its score has this sign or that */
async function judge(constants: readonly [number, number], target: FollowedTarget, importance: readonly number[], method = 'lrp-alpha1-beta0'): Promise<{ readonly found: Curves; readonly expected: Curves; readonly map: Float32Array }> {
  const executor = createExecutor(build([2, 2, 1], [['flat', { op: 'flatten' }, ['x']], ['y', { op: 'dense' }, ['flat'], { kernel, bias: weight([2], [...constants]) }]]));
  const input = tensor4d(picture.slice(), [1, 2, 2, 1]);
  const read = async (tensor: Parameters<typeof viewOnCpu>[0]): Promise<Float32Array> => viewOnCpu(tensor).slice();
  try {
    const made = await explainNow(method, { executor, input, target });
    const result: ExplainResult = {
      kind: 'explain', method, covers: 'input', map: { shape: [2, 2, 1], values: made.values }, layer: null, targetIndex: target.index, score: made.scores[0] ?? Number.NaN,
      min: Math.min(...made.values), max: Math.max(...made.values), note: { steps: null }, durationMs: 0, inputShape: [2, 2, 1], sequence: 1,
    };
    const job: FaithfulnessJob = { kind: 'faithfulness', of: 'm', steps: 4, random: false };
    const open = openJobs({ executor, createExecutor, readValues: read, now: () => 0 });
    const found: JobResult = await finish(open(job, { input, pixels, sequence: 1 }, () => ({ job: { kind: 'explain', method, target, layer: null, parameters: {} }, result, input: picture, pixels })));
    if (found.kind !== 'faithfulness') throw new Error(found.kind);
    const expected = await finish(measureFaithfulness({
      executor, input: picture, inputShape: [2, 2, 1], importance: Float32Array.from(importance), target, steps: 4, seed: 1, random: false, read,
    }));
    return { found, expected, map: made.values };
  } finally {
    input.dispose();
    executor.dispose();
  }
}

const first = { kind: 'class', index: 0 } as const;
const rather = { kind: 'difference', index: 0, against: 1 } as const;
const forFirst = [3, 0.4, 0.6, 0];
const forRather = [3, 0.2, -0.6, -2.7];

describe('the order in which LRP α1β0 takes pixels away', () => {
  it.each([['above', 1, 1], ['below', -50, -1]] as const)('begins with what raised the score most, also where the score is %s zero', async (_, constant, sign) => {
    const { found, expected, map } = await judge([constant, 0], first, forFirst);
    expect(Math.sign(map[0] ?? 0)).toBe(sign);
    expect([found.deletion, found.insertion]).toEqual([expected.deletion, expected.insertion]);
    const turned = await judge([constant, 0], first, forFirst.map((value) => -value));
    expect(found.deletion, 'the order makes a difference').not.toEqual(turned.expected.deletion);
  });

  it.each([['above', 0], ['below', -50]] as const)('follows a difference of two scores that are both %s zero', async (_, constant) => {
    const { found, expected } = await judge([constant, constant], rather, forRather);
    expect([found.deletion, found.insertion]).toEqual([expected.deletion, expected.insertion]);
  });

  it('is not to be had where one of two scores is below zero: the parts of both have one sign', async () => {
    await expect(judge([-50, 0], rather, forRather)).rejects.toMatchObject({ code: 'explain-unsupported', detail: expect.stringMatching(/^One of the two scores is below zero/) });
    await expect(judge([0, -50], rather, forRather)).rejects.toMatchObject({ code: 'explain-unsupported' });
  });

  it('of other methods is that of their values, whatever the score', async () => {
    for (const method of ['lrp-epsilon', 'lrp-gamma', 'gradient-x-input']) {
      const { found, expected } = await judge([-50, 0], first, forFirst, method);
      // They share out a sum below zero by the products' own signs: what raised it is above zero.
      expect(found.deletion, method).toEqual(expected.deletion);
    }
  });
});
