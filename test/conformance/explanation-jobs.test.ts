import { argMax, concat, memory, slice, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import type { ScoreTarget } from '../../src/explain/score-target';
import { explainLive, findLiveExplanation, liveExplanations, planLiveExplanation, type LiveTarget } from '../../src/explain/live';
import { describeExplanations, explanations, findExplanation } from '../../src/explain/registry';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph } from '../../src/graph/network-graph';
import type { Activation } from '../../src/graph/ops';
import { makeResidualGraph, makeWeight, onePixel } from '../../src/graph/testing.fixture';
import { expectClose } from './closeness';
import { buildRandomNetwork, drawInput, type NetworkShape } from './random-network';
import { explainNow, quick, requestOf } from './run-explanation';
import { startWasm } from './wasm-in-node';

const shape: NetworkShape = { seed: 11, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels: 3 };
const pixels = { mean: [120, 110, 100], std: [60, 61, 62] };
const ids = explanations.map((method) => method.id);
let executor: Executor;
let input: Tensor4D;
let pair: Tensor4D;

beforeAll(async () => {
  await startWasm();
  executor = createExecutor(buildRandomNetwork(shape));
  input = drawInput(executor.graph, 1);
  const other = drawInput(executor.graph, 2);
  pair = concat([input, other], 0) as Tensor4D;
  other.dispose();
});
afterAll(() => {
  input.dispose();
  pair.dispose();
  executor.dispose();
});

const parametersOf = (id: string): Record<string, number | string> => quick[id] ?? {};

describe.each(ids)('%s', (id) => {
  it.each([
    ['class', { kind: 'class', index: 99 }], ['second class', { kind: 'difference', index: 0, against: 99 }], ['channel', { kind: 'unit', layer: 'act2', channel: 99 }],
  ] as const)('leaves nothing behind where there is no such %s', async (_, target) => {
    const refused = (): Promise<void> => expect(explainNow(id, { executor, input, target, parameters: parametersOf(id), pixels })).rejects.toMatchObject({ code: 'explain-unsupported' });
    await refused();
    const before = [memory().numTensors, memory().numDataBuffers];
    await refused();
    expect([memory().numTensors, memory().numDataBuffers]).toEqual(before);
  });

  it('explains each picture of a batch as if it were alone', async () => {
    const both = await explainNow(id, { executor, input: pair, parameters: parametersOf(id), target: 1, pixels });
    const size = both.values.length / 2;
    for (const picture of [0, 1]) {
      const own = tidy(() => slice(pair, [picture, 0, 0, 0], [1, -1, -1, -1]));
      const alone = await explainNow(id, { executor, input: own, parameters: parametersOf(id), target: 1, pixels });
      own.dispose();
      expectClose(both.values.subarray(picture * size, (picture + 1) * size), alone.values, { atol: 1e-5, rtol: 1e-3 }, `picture ${picture}`);
      expect(both.scores[picture]).toBeCloseTo(alone.scores[0] ?? Number.NaN, 4);
      expect(alone.values.some((value) => value !== 0)).toBe(true);
    }
  });

  it('computes the same with several pictures in one pass', async () => {
    const alone = await explainNow(id, { executor, input, parameters: parametersOf(id), pixels });
    const together = await explainNow(id, { executor, input, parameters: parametersOf(id), pixels, picturesPerPass: 4 });
    expectClose(together.values, alone.values, { atol: 1e-5, rtol: 1e-4 }, 'map');
  });

  it('has the sign it says, the size of what it covers, and ends with the whole of its progress', async () => {
    const { values, shape: size, progress, note } = await explainNow(id, { executor, input, parameters: parametersOf(id), pixels });
    const method = findExplanation(id);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(method.signed ? -Infinity : 0);
    expect(size).toHaveLength(method.kind === 'input' ? 4 : 3);
    const channels = method.pixel === 'only' ? [1, 3] : [3];
    expect(method.kind === 'layer' ? [6, 3] : [6]).toContain(size[1]);
    expect(method.kind === 'layer' ? [undefined] : channels).toContain(size[3]);
    const fractions = progress.map((step) => step.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions[0]).toBe(0);
    expect(note.steps?.done).toBe(note.steps?.of);
  });

  it('frees everything, run to the end, dropped at any step, or with a failing network', async () => {
    await explainNow(id, { executor, input, parameters: parametersOf(id), pixels });
    const before = memory().numTensors;
    await explainNow(id, { executor, input, parameters: parametersOf(id), pixels });
    expect(memory().numTensors, 'to the end').toBe(before);
    for (const steps of [1, 2, 3, 5]) {
      const job = findExplanation(id).run(requestOf({ executor, input, parameters: parametersOf(id), pixels }));
      for (let step = 0; step < steps; step += 1) {
        const { done, value } = await job.next();
        if (done === true) value.map.dispose();
        else if (value.partial !== undefined) await value.partial();
        if (done === true) break;
      }
      await job.return(undefined as never);
      expect(memory().numTensors, `dropped after ${steps}`).toBe(before);
    }
    let passes = 0;
    const failing: Executor = { graph: executor.graph, layers: (mode) => executor.layers(mode), dispose: () => undefined,
      forward: () => { throw new Error('methods go in steps'); }, backward: () => { throw new Error('methods go in steps'); },
      forwardInSteps: (...given) => { passes += 1; if (passes > 1) throw new Error('lost'); return executor.forwardInSteps(...given); },
      backwardInSteps: () => { throw new Error('lost'); } };
    await expect(explainNow(id, { executor: failing, input, parameters: parametersOf(id), pixels })).rejects.toThrow('lost');
    expect(memory().numTensors, 'after a failure').toBe(before);
  });

  it('names the layer that decided the map, where one did', async () => {
    const chooses = findExplanation(id).choosesLayer;
    const { layer } = await explainNow(id, { executor, input, parameters: parametersOf(id), pixels });
    const isAboutLayer = chooses || findExplanation(id).kind === 'layer';
    expect(isAboutLayer ? executor.graph.nodes.map((node): string | null => node.id) : [null]).toContain(layer);
    const asked = await explainNow(id, { executor, input, layer: 'act1', parameters: parametersOf(id), pixels });
    expect(asked.layer).toBe(chooses ? 'act1' : layer);
  });

  it('shows the map growing, unless it is a matter of a few passes, and the last picture of it is the map', async () => {
    const job = findExplanation(id).run(requestOf({ executor, input, parameters: parametersOf(id), pixels }));
    let last: { readonly shape: readonly number[]; readonly values: Float32Array } | null = null;
    for (;;) {
      const { done, value } = await job.next();
      if (done !== true) {
        if (value.partial !== undefined) last = await value.partial();
        continue;
      }
      const isShort = findExplanation(id).cost(executor.graph, parametersOf(id)) <= 4;
      expect(isShort || last !== null).toBe(true);
      expect(last?.shape ?? value.map.shape.slice(1)).toEqual(value.map.shape.slice(1));
      expectClose(value.map.dataSync(), last?.values ?? value.map.dataSync(), { atol: 1e-6, rtol: 1e-5 }, 'last');
      value.map.dispose();
      break;
    }
  });

  it('refuses what it cannot explain with a reason', async () => {
    await expect(explainNow(id, { executor, input, target: 99 })).rejects.toMatchObject({ code: 'explain-unsupported' });
    await expect(explainNow(id, { executor, input, target: { kind: 'unit', layer: 'act2', channel: 0, y: 1 } })).rejects.toMatchObject({ code: 'explain-unsupported' });
    await expect(explainNow(id, { executor, input, target: { kind: 'unit', layer: 'nobody', channel: 0 } })).rejects.toMatchObject({ code: expect.stringMatching(/unsupported|unknown/) });
  });
});

const targets: readonly (readonly [name: string, target: ScoreTarget])[] = [
  ['a class', { kind: 'class', index: 1 }], ['a difference', { kind: 'difference', index: 0, against: 2 }],
  ['a channel', { kind: 'unit', layer: 'act2', channel: 3 }], ['a unit', { kind: 'unit', layer: 'act2', channel: 2, y: 3, x: 4 }],
];

describe.each(targets)('live, %s', (_, target) => {
  it.each(liveExplanations.map((method) => method.id).filter((id) => id !== 'cam' || target.kind !== 'unit'))('%s is what the job computes, with one pass of the frame', async (id) => {
    const method = findLiveExplanation(id);
    const plan = planLiveExplanation(executor, method, target, null);
    const before = memory().numTensors;
    // A frame's pass goes on to the logits and keeps other layers too.
    const activations = executor.forward(input, { mode: 'live', taps: new Set([...plan.taps, 'act1']), backwardTo: new Set(plan.backwardTo) });
    const { map } = explainLive(executor, activations, method, target, plan);
    const expected = await explainNow(id, { executor, input, target });
    expectClose(map.dataSync(), expected.values, { atol: 1e-5, rtol: 1e-4 }, id);
    map.dispose();
    activations.dispose();
    // Flipped kernels stay with the executor.
    expect(memory().numTensors - before).toBeLessThan(20);
  });
});

describe('live, the top class', () => {
  it('has no method of many passes, and no CAM of a unit', () => {
    expect(() => findLiveExplanation('rise')).toThrow('explain-unsupported');
    expect(() => planLiveExplanation(executor, findLiveExplanation('cam'), { kind: 'unit', layer: 'act2', channel: 0 }, null)).toThrow('CAM explains classes');
  });

  it('is the class with the largest logit', async () => {
    const target: LiveTarget = { kind: 'top' };
    for (const id of ['grad-cam', 'gradient', 'lrp-epsilon']) {
      const method = findLiveExplanation(id);
      const plan = planLiveExplanation(executor, method, target, null);
      const activations = executor.forward(input, { mode: 'live', taps: new Set(plan.taps), backwardTo: new Set(plan.backwardTo) });
      const top = tidy(() => argMax(activations.logits, 1).dataSync()[0] ?? 0);
      const { map } = explainLive(executor, activations, method, target, plan);
      expectClose(map.dataSync(), (await explainNow(id, { executor, input, target: top })).values, { atol: 1e-6, rtol: 1e-5 }, id);
      map.dispose();
      activations.dispose();
    }
  });
});

function makeGraph(activation: Activation, end: 'product' | 'dense'): NetworkGraph {
  const builder = new GraphBuilder('limits', 'test');
  const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: onePixel, groups: 1 } as const;
  builder.addInput('x', [4, 4, 1]);
  builder.add('conv', conv, ['x'], { kernel: makeWeight(3, 3, 1, 2) });
  builder.add('act', { op: 'activation', activation }, ['conv']);
  const last = end === 'product' ? builder.add('gate', { op: 'multiply' }, ['act', 'conv']) : 'act';
  builder.add('flat', { op: 'flatten' }, [last]);
  return builder.build(builder.add('fc', { op: 'dense' }, ['flat'], { kernel: makeWeight(32, 2) }));
}

describe('what the window is told', () => {
  const limitsOf = (graph: NetworkGraph): Record<string, string | null> => Object.fromEntries(describeExplanations(graph).map((entry) => [entry.id, entry.unsupported]));

  it('is plain JSON with a paper, a definition and described settings for every method', () => {
    const told = describeExplanations(makeResidualGraph());
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
    expect(new Set(told.map((entry) => entry.id)).size).toBe(told.length);
    for (const { paper, definition, parameters, cost, id } of told) {
      expect(definition, id).toMatch(/\.|x/);
      expect(paper.arxiv !== null || paper.doi !== null, id).toBe(true);
      expect(cost, id).toBeGreaterThan(0);
      for (const parameter of parameters) {
        expect(parameter.plain, `${id} ${parameter.name}`).toMatch(/\.$/);
        const choices = parameter.kind === 'choice' ? parameter.choices.map((choice) => choice.value) : [parameter.default];
        expect(choices).toContain(parameter.default);
        expect(parameter.kind === 'number' && parameter.default !== null ? parameter.default >= parameter.min && parameter.default <= parameter.max : true).toBe(true);
      }
    }
  });

  it('names why a method is undefined', () => {
    expect(Object.values(limitsOf(makeResidualGraph())).filter((limit) => limit !== null)).toEqual([]);
    const silu = limitsOf(makeGraph({ kind: 'silu' }, 'dense'));
    for (const id of ['guided-backprop', 'deconvnet', 'guided-grad-cam']) expect(silu[id]).toMatch(/is defined for ReLU; this network uses SiLU\.$/);
    expect(silu['cam']).toMatch(/^CAM needs a global average pool/);
    expect(silu['lrp-epsilon']).toBeNull();
    const gated = limitsOf(makeGraph({ kind: 'relu' }, 'product'));
    for (const id of ['lrp-epsilon', 'lrp-gamma', 'lrp-composite', 'lrp-alpha1-beta0']) expect(gated[id]).toMatch(/product of two branches/);
    expect(gated['deep-lift']).toBeNull();
  });

  it('a method that is undefined says the same sentence when it is run', async () => {
    const graph = makeGraph({ kind: 'silu' }, 'dense');
    const other = createExecutor(graph);
    const picture = drawInput(graph, 3);
    const limits = Object.entries(limitsOf(graph)).filter(([, limit]) => limit !== null);
    expect(limits.map(([id]) => id)).toEqual(['cam', 'guided-grad-cam', 'guided-backprop', 'deconvnet']);
    for (const [id, limit] of limits) await expect(explainNow(id, { executor: other, input: picture })).rejects.toMatchObject({ code: 'explain-unsupported', detail: limit });
    picture.dispose();
    other.dispose();
  });

  it('DeepLIFT shares out a product of two branches completely', async () => {
    const other = createExecutor(makeGraph({ kind: 'sigmoid' }, 'product'));
    const picture = drawInput(other.graph, 3);
    const { note, scores } = await explainNow('deep-lift', { executor: other, input: picture, parameters: { baseline: 0.3 } });
    expect(Math.abs(scores[0] ?? 0)).toBeGreaterThan(0.01);
    expect(Math.abs(note.completenessGap ?? Number.NaN)).toBeLessThan(1e-4);
    picture.dispose();
    other.dispose();
  });

  it('settings outside their range are refused by name', async () => {
    await expect(explainNow('integrated-gradients', { executor, input, parameters: { steps: 0 } })).rejects.toMatchObject({ detail: expect.stringContaining('steps must be a whole number') });
    await expect(explainNow('rise', { executor, input, parameters: { score: 'guess' } })).rejects.toMatchObject({ detail: expect.stringContaining('score must be one of') });
    await expect(explainNow('smooth-grad', { executor, input, parameters: { squared: 'yes' } })).rejects.toMatchObject({ detail: expect.stringContaining('squared must be') });
  });
});
