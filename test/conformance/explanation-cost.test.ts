import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { describeExplanations, estimateCost } from '../../src/explain/registry';
import { GraphBuilder } from '../../src/graph/graph-builder';
import { makeWeight, onePixel } from '../../src/graph/testing.fixture';
import { drawInput } from './random-network';
import { explainNow } from './run-explanation';
import { startWasm } from './wasm-in-node';

/** Two convolutions of 5 and of 3 channels. */
function makeNetwork(): Executor {
  const conv = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: onePixel, groups: 1 } as const;
  const builder = new GraphBuilder('cost', 'test');
  builder.addInput('x', [12, 12, 3]);
  builder.add('wide', conv, ['x'], { kernel: makeWeight(3, 3, 3, 5) });
  builder.add('narrow', conv, ['wide'], { kernel: makeWeight(3, 3, 5, 3) });
  builder.add('gap', { op: 'global-average-pool', keepDims: false }, ['narrow']);
  builder.add('y', { op: 'dense' }, ['gap'], { kernel: makeWeight(3, 4) });
  return createExecutor(builder.build('y'));
}

let executor: Executor;
let input: Tensor4D;
beforeAll(async () => {
  await startWasm();
  executor = makeNetwork();
  input = drawInput(executor.graph, 3);
});
afterAll(() => {
  input.dispose();
  executor.dispose();
});

async function countPasses(method: string, parameters: Record<string, number | string>, layer: string | null, unitLayer?: string): Promise<number> {
  let passes = 0;
  const counting: Executor = {
    graph: executor.graph, layers: (mode) => executor.layers(mode), dispose: () => undefined,
    forward: () => { throw new Error('methods go in steps'); }, backward: () => { throw new Error('methods go in steps'); },
    forwardInSteps: (...of) => { passes += 1; return executor.forwardInSteps(...of); },
    backwardInSteps: (...of) => { passes += 1; return executor.backwardInSteps(...of); },
  };
  await explainNow(method, { executor: counting, input, parameters, layer, picturesPerPass: 1, ...(unitLayer === undefined ? {} : { target: { kind: 'unit', layer: unitLayer, channel: 0 } as const }) });
  return passes;
}

describe('the passes that a map is said to take', () => {
  it.each([
    ['rise', { masks: 4 }, null], ['rise', { masks: 11 }, null], ['smooth-grad', { samples: 3 }, null], ['var-grad', { samples: 6 }, null],
    ['integrated-gradients', { steps: 7 }, null], ['occlusion', { window: 6, stride: 6 }, null], ['occlusion', { window: 4, stride: 2 }, null],
    ['prediction-difference', { window: 6, stride: 6, samples: 2 }, null], ['prediction-difference', { window: 6, samples: 3 }, null],
    ['score-cam', {}, null], ['score-cam', {}, 'wide'], ['score-cam', { channels: 2 }, 'wide'], ['gradient', {}, null], ['grad-cam', {}, 'wide'], ['lrp-composite', {}, null],
  ] as const)('%s with %j at %s are those it takes', async (method, parameters, layer) => {
    expect(estimateCost(executor.graph, method, parameters, layer)).toBe(await countPasses(method, parameters, layer));
  });

  it.each([['score-cam', {}, null, 'narrow'], ['score-cam', { channels: 2 }, null, 'narrow'], ['score-cam', {}, null, 'y'], ['rise', { masks: 4 }, null, 'narrow'], ['gradient', {}, null, 'wide']] as const)(
    '%s with %j at %s for a unit of %s are those it takes', async (method, parameters, layer, unitLayer) => {
      expect(estimateCost(executor.graph, method, parameters, layer, unitLayer)).toBe(await countPasses(method, parameters, layer, unitLayer));
    });

  it('are those of its description where nothing is set', () => {
    const described = describeExplanations(executor.graph).filter(({ unsupported }) => unsupported === null).map(({ id, cost }) => [id, cost]);
    expect(described.map(([id]) => [id, estimateCost(executor.graph, String(id), {}, null)])).toEqual(described);
  });

  it('are not told for a setting that cannot be, or a method that is not there', () => {
    expect(() => estimateCost(executor.graph, 'rise', { masks: 0 }, null)).toThrow(expect.objectContaining({ code: 'explain-unsupported' }));
    expect(() => estimateCost(executor.graph, 'nobody', {}, null)).toThrow(expect.objectContaining({ code: 'explain-unsupported' }));
  });
});
