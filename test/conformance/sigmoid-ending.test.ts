import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { measureFaithfulness, type FaithfulnessCurves, type FollowedTarget } from '../../src/explain/faithfulness';
import { readOnnx } from '../../src/formats/onnx';
import { readTfjsLayers } from '../../src/formats/tfjs-layers';
import { toProbabilities } from '../../src/graph/answer';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { rankPredictions } from '../../src/worker/predictions';
import { expectClose } from './closeness';
import { writeModel } from './onnx-model';
import { drawInput } from './random-network';
import { explainNow } from './run-explanation';
import { startWasm } from './wasm-in-node';

/*
 * sigmoid(z) is the first of softmax(z, 0): a network that ends in one sigmoid must be explained as the network of two classes whose
 * second logit is always 0, by every method and in every number that is a probability.
 */

const tight = { atol: 1e-6, rtol: 1e-4 };
const weights = [0.9, -0.6, 0.4, 1.1];
const convolution = Array.from({ length: 4 * 9 }, (_, index) => Math.sin(3 * index + 1) / 2);

/** @param rows  of the dense layer, one for each output */
function readEnding(ending: string, rows: readonly (readonly number[])[]): NetworkGraph {
  const nodes = [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1] } }, { op: 'Relu', inputs: ['c'], outputs: ['r'] },
    { op: 'GlobalAveragePool', inputs: ['r'], outputs: ['g'] }, { op: 'Flatten', inputs: ['g'], outputs: ['f'] },
    { op: 'Gemm', inputs: ['f', 'd'], outputs: ['z'], attributes: { transB: 1 } }, { op: ending, inputs: ['z'], outputs: ['y'] },
  ];
  return readOnnx(writeModel({ opset: 17, input: [1, 1, 8, 8], nodes, constants: {
    w: { dims: [4, 1, 3, 3], values: convolution }, d: { dims: [rows.length, 4], values: rows.flat() },
  } }));
}

const large = weights.map((value) => 5 * value);
const other = [0.3, 2, -1, -0.4];
const nothing = [0, 0, 0, 0];
let yes: Executor;
let yesOfTwo: Executor;
let several: Executor;
let input: Tensor4D;
let picture: Float32Array;

beforeAll(async () => {
  await startWasm();
  yes = createExecutor(readEnding('Sigmoid', [large]));
  yesOfTwo = createExecutor(readEnding('Softmax', [large, nothing]));
  several = createExecutor(readEnding('Sigmoid', [other, large]));
  input = drawInput(yes.graph, 3);
  picture = Float32Array.from(input.dataSync());
});
afterAll(() => {
  input.dispose();
  for (const executor of [yes, yesOfTwo, several]) executor.dispose();
});

function logitsOf(executor: Executor): Float32Array {
  const activations = executor.forward(input, { mode: 'live', taps: new Set(['y']) });
  const own = Float32Array.from(activations.get('y').dataSync());
  const logits = Float32Array.from(activations.logits.dataSync());
  // What the file itself says.
  expectClose(Float32Array.from(toProbabilities(logits, executor.graph.probabilities)), own, tight, 'probabilities');
  activations.dispose();
  return logits;
}

async function follow(executor: Executor, target: FollowedTarget): Promise<FaithfulnessCurves> {
  const run = measureFaithfulness({
    executor, input: picture, inputShape: [8, 8, 1], importance: picture, target, steps: 8, seed: 4, random: true, read: async (tensor) => Float32Array.from(tensor.dataSync()),
  });
  for (;;) {
    const next = await run.next();
    if (next.done === true) return next.value;
  }
}

describe('a network that ends in a sigmoid', () => {
  it('has the input of the sigmoid as logits, and the same percentages as before', () => {
    expect(yes.graph).toMatchObject({ output: 'y', logits: 'z', probabilities: 'sigmoid' });
    const [logit = Number.NaN] = logitsOf(yes);
    const { top } = rankPredictions(Float32Array.of(logit), ['yes'], null, yes.graph.probabilities);
    expect(top[0]?.probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 12);
    expect(logitsOf(several)[1]).toBeCloseTo(logit, 5);
    expect(logitsOf(yesOfTwo)[0]).toBeCloseTo(logit, 5);
    expect(logit).not.toBeCloseTo(0, 1);
  });

  it('read from Keras too, where the dense layer has the sigmoid inside', () => {
    const graph = readTfjsLayers({
      modelTopology: { model_config: { class_name: 'Sequential', config: [
        { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, 2, 2, 1] } },
        { class_name: 'Dense', config: { name: 'yes', units: 1, activation: 'sigmoid', use_bias: false } },
      ] } },
      weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'yes/kernel', shape: [4, 1], dtype: 'float32' }] }],
    }, new Uint8Array(Float32Array.from(weights).buffer));
    expect(graph).toMatchObject({ output: 'yes', logits: 'yes/linear', probabilities: 'sigmoid' });
  });

  it('has a gradient that does not fade where the network is sure', async () => {
    const { values } = await explainNow('gradient', { executor: yes, input });
    // By hand: each open unit passes its weight over the 64 places on to the nine pixels that it sees.
    const expected = new Float32Array(64);
    for (let channel = 0; channel < 4; channel += 1) {
      const kernel = convolution.slice(channel * 9, channel * 9 + 9);
      for (let place = 0; place < 64; place += 1) {
        const seen = kernel.map((_, at) => [Math.floor(place / 8) + Math.floor(at / 3) - 1, (place % 8) + (at % 3) - 1] as const);
        const valid = seen.map(([y, x]) => (y >= 0 && y < 8 && x >= 0 && x < 8 ? y * 8 + x : null));
        const sum = valid.reduce<number>((total, from, at) => total + (from === null ? 0 : (kernel[at] ?? 0) * (picture[from] ?? 0)), 0);
        if (sum <= 0) continue;
        valid.forEach((from, at) => { if (from !== null) expected[from] = (expected[from] ?? 0) + ((kernel[at] ?? 0) * (large[channel] ?? 0)) / 64; });
      }
    }
    expectClose(values, expected, tight, 'gradient');
  });

  it.each(['guided-backprop', 'deconvnet', 'cam', 'grad-cam', 'lrp-epsilon', 'deep-lift', 'integrated-gradients', 'guided-grad-cam', 'score-cam', 'rise', 'prediction-difference', 'occlusion'])(
    '%s is that of the same network with a second answer that is always 0', async (method) => {
      const parameters = method === 'rise' ? { masks: 20, grid: 3 } : method === 'prediction-difference' ? { samples: 2, window: 3, statistics: 'picture' } : {};
      const expected = await explainNow(method, { executor: yesOfTwo, input, parameters });
      const one = await explainNow(method, { executor: yes, input, parameters });
      const second = await explainNow(method, { executor: several, input, target: 1, parameters });
      expect(new Set(one.values).size).toBeGreaterThan(4);
      expect([...one.values, ...one.scores].every(Number.isFinite)).toBe(true);
      expectClose(one.values, expected.values, tight, 'the only answer');
      expectClose(second.values, expected.values, tight, 'one of several');
    },
  );

  it('RISE is more than the density of its masks', async () => {
    const parameters = { masks: 60, grid: 3 };
    const { values } = await explainNow('rise', { executor: yes, input, parameters });
    const blind = createExecutor(readEnding('Sigmoid', [nothing]));
    const { values: density } = await explainNow('rise', { executor: blind, input, parameters });
    blind.dispose();
    const shares = values.map((value, index) => value / (density[index] ?? 1));
    expect(Math.max(...shares) / Math.min(...shares)).toBeGreaterThan(1.01);
  });

  it('is followed by the curves', async () => {
    const expected = await follow(yesOfTwo, { kind: 'class', index: 0 });
    const found = await follow(yes, { kind: 'class', index: 0 });
    const second = await follow(several, { kind: 'class', index: 1 });
    for (const name of ['deletion', 'insertion', 'randomDeletion', 'randomInsertion'] as const) {
      expectClose(Float32Array.from(found[name]), Float32Array.from(expected[name]), tight, name);
      expectClose(Float32Array.from(second[name]), Float32Array.from(expected[name]), tight, `${name} of several`);
      expect(new Set(found[name].map((value) => value.toFixed(4))).size).toBeGreaterThan(3);
    }
  });

  it('a difference is followed by the odds of the two, 0..1', async () => {
    const curves = await follow(several, { kind: 'difference', index: 0, against: 1 });
    const turned = await follow(several, { kind: 'difference', index: 1, against: 0 });
    const [a = 0, b = 0] = logitsOf(several);
    expect(curves.deletion[0]).toBeCloseTo(1 / (1 + Math.exp(b - a)), 5);
    curves.deletion.forEach((value, step) => expect(value + (turned.deletion[step] ?? 0)).toBeCloseTo(1, 6));
  });

  it('has no difference where there is one answer', async () => {
    await expect(explainNow('gradient', { executor: yes, input, target: { kind: 'difference', index: 0, against: 1 } })).rejects.toMatchObject({ code: 'explain-unsupported' });
  });
});
