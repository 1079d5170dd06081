import { tensor4d, zerosLike, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeOf } from '../../src/contract/map-plane';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { flattenLiveMap } from '../../src/explain/live';
import { explanations, findExplanation } from '../../src/explain/registry';
import type { OnePassExplanation } from '../../src/explain/one-pass';
import { buildRandomNetwork, drawInput } from './random-network';
import { explainNow, quick } from './run-explanation';
import { startWasm } from './wasm-in-node';

beforeAll(startWasm);

const build = (channels: number): Executor =>
  createExecutor(buildRandomNetwork({ seed: 12, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels }));

const networkChannels = [1, 3, 5];
describe.each(networkChannels)('what is drawn, in a network of %d channels', (channels) => {
  it('of occlusion of everything is the fall of the score, once', async () => {
    const executor = build(channels);
    const input = drawInput(executor.graph, 8);
    const black: Tensor4D = zerosLike(input);
    const covered = await explainNow('occlusion', { executor, input, parameters: { window: 6, stride: 6, baseline: 0 } });
    const after = (await explainNow('gradient', { executor, input: black })).scores[0] ?? Number.NaN;
    const fall = (covered.scores[0] ?? Number.NaN) - after;
    expect(Math.abs(fall)).toBeGreaterThan(0.05);
    const { values } = planeOf(covered.values, covered.shape.slice(1), findExplanation('occlusion').pixel);
    expect(values).toHaveLength(36);
    for (const value of values) expect(value).toBeCloseTo(fall, 4);
    for (const tensor of [input, black]) tensor.dispose();
    executor.dispose();
  });

  const single = explanations.filter(({ pixel, kind }) => pixel === 'only' && kind === 'input');
  it.each(single.map(({ id }) => id))('%s says that a pixel has one value, and it has', async (id) => {
    const executor = build(channels);
    const input = drawInput(executor.graph, 8);
    const pixels = { mean: Array.from({ length: channels }, () => 110), std: Array.from({ length: channels }, () => 60) };
    const { values, shape } = await explainNow(id, { executor, input, parameters: quick[id] ?? {}, pixels });
    const own = shape[3] ?? 1;
    expect([...values].filter((value, at) => value !== values[at - (at % own)])).toEqual([]);
    input.dispose();
    executor.dispose();
  });
});

it('the live path reads the channels of a map as the still one does', () => {
  const map = tensor4d([2, 2, 2, -1, -1, -1, 0.5, 0.5, 0.5], [1, 1, 3, 3]);
  const flattened = (pixel: OnePassExplanation['pixel']): number[] => {
    const plane = flattenLiveMap(map, { ...(findExplanation('saliency') as OnePassExplanation), pixel });
    const values = [...plane.dataSync()];
    plane.dispose();
    return values;
  };
  expect([flattened('only'), flattened('strongest'), flattened('sum')]).toEqual([[2, 0, 0.5], [2, 1, 0.5], [6, 0, 1.5]]);
  map.dispose();
});
