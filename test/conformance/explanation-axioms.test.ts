import { add, tensor, tensor4d, tidy, zerosLike, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { drawNormal, drawUniform } from '../../src/explain/random';
import { drain } from '../../src/explain/in-steps';
import { computeScore, createScoreSeed } from '../../src/explain/score-gradient';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { expectClose } from './closeness';
import { models } from './published-models';
import { buildRandomNetwork, drawInput, forNetworks, networkShapes, type NetworkShape } from './random-network';
import { explainNow, sumOf } from './run-explanation';
import { startWasm } from './wasm-in-node';

/* What must hold whatever the network: the axioms of the papers and of shared/vectors/captum.json, on seeded random networks. */
beforeAll(startWasm);

const rectified = { activation: 'relu' } as const;
const linear = { activation: null, batchNorm: false, pool: 'average', bias: true } as const;
const withoutBias = { activation: 'relu', bias: false, batchNorm: false } as const;

function scoreOf(executor: Executor, input: Tensor4D, index = 0): number {
  const score = drain(computeScore({ executor, input, target: { kind: 'class', index } }));
  const value = score.dataSync()[0] ?? Number.NaN;
  score.dispose();
  return value;
}

/** Values of a tensor times another's, element by element. */
function products(values: ArrayLike<number>, input: Tensor4D): Float32Array {
  return Float32Array.from(input.dataSync(), (value, at) => value * (values[at] ?? 0));
}

describe('gradients', () => {
  it('agree with differences of the score', async () => {
    await forNetworks(networkShapes({ activation: 'tanh', pool: 'average' }), async (executor, input, { seed }) => {
      const { values } = await explainNow('gradient', { executor, input });
      const normal = drawNormal(drawUniform(seed, 7));
      const direction = Float32Array.from(values, normal);
      const expected = sumOf(values.map((value, at) => value * (direction[at] ?? 0)));
      const step = 5e-3;
      const [up, down] = [1, -1].map((sign) => tidy(() => {
        const moved = add(input, tensor4d(direction.map((value) => value * sign * step), input.shape)) as Tensor4D;
        return scoreOf(executor, moved);
      })) as [number, number];
      expect(Math.abs((up - down) / (2 * step) - expected)).toBeLessThan(0.02 + 0.01 * Math.abs(expected));
    });
  });

  it('are what SmoothGrad gives without noise, and VarGrad is 0 then', async () => {
    await forNetworks(networkShapes(), async (executor, input) => {
      const plain = await explainNow('gradient', { executor, input });
      const smooth = await explainNow('smooth-grad', { executor, input, parameters: { sigma: 0, samples: 4 } });
      const spread = await explainNow('var-grad', { executor, input, parameters: { sigma: 0, samples: 4 } });
      expectClose(smooth.values, plain.values, { atol: 1e-6, rtol: 1e-5 }, 'SmoothGrad');
      expectClose(spread.values, new Float32Array(spread.values.length), { atol: 1e-5, rtol: 0 }, 'VarGrad');
    });
  });

  it('do not vary where the network is linear, whatever the noise', async () => {
    await forNetworks(networkShapes(linear), async (executor, input) => {
      const plain = await explainNow('gradient', { executor, input });
      const smooth = await explainNow('smooth-grad', { executor, input, parameters: { samples: 5 } });
      const spread = await explainNow('var-grad', { executor, input, parameters: { samples: 5 } });
      expectClose(smooth.values, plain.values, { atol: 1e-5, rtol: 1e-4 }, 'SmoothGrad');
      expectClose(spread.values, new Float32Array(spread.values.length), { atol: 1e-4, rtol: 0 }, 'VarGrad');
      expect(smooth.note.standardError).toBeLessThan(1e-3);
    });
  });

  it('have saliency as the largest absolute value over the channels', async () => {
    await forNetworks(networkShapes({ channels: 3 }), async (executor, input) => {
      const { values } = await explainNow('gradient', { executor, input });
      const map = await explainNow('saliency', { executor, input });
      expect(map.shape).toEqual([1, 6, 6, 1]);
      expectClose(map.values, Float32Array.from({ length: 36 }, (_, place) => Math.max(...values.subarray(place * 3, place * 3 + 3).map(Math.abs))), { atol: 0, rtol: 1e-6 }, 'saliency');
    });
  });
});

describe('completeness', () => {
  it.each([0, 0.4])('integrated gradients add up to the change from the baseline %d', async (baseline) => {
    await forNetworks(networkShapes(), async (executor, input) => {
      const { values, note, scores } = await explainNow('integrated-gradients', { executor, input, parameters: { steps: 400, baseline } });
      const flat = tidy(() => add(zerosLike(input), baseline) as Tensor4D);
      const change = (scores[0] ?? 0) - scoreOf(executor, flat);
      flat.dispose();
      expect(Math.abs(sumOf(values) - change)).toBeLessThan(0.01 + 0.01 * Math.abs(change));
      expect(Math.abs((note.completenessGap ?? Number.NaN) - (sumOf(values) - change))).toBeLessThan(1e-4 + 1e-4 * Math.abs(change));
    }, 8);
  });

  it.each(['black', 'mean', 'blur', 'noise'])('DeepLIFT adds up exactly: %s', async (baseline) => {
    await forNetworks(networkShapes(), async (executor, input) => {
      const { note, scores } = await explainNow('deep-lift', { executor, input, parameters: { baseline } });
      expect(Math.abs(note.completenessGap ?? Number.NaN)).toBeLessThan(1e-3 + 1e-3 * Math.abs(scores[0] ?? 0));
    });
  });

  it('LRP hands on all of the score where there is no bias', async () => {
    await forNetworks(networkShapes(withoutBias), async (executor, input, { shortcut }) => {
      const methods = { 'lrp-epsilon': { epsilon: 0 }, 'lrp-gamma': { epsilon: 0 }, 'lrp-composite': { epsilon: 0 }, 'lrp-alpha1-beta0': {} };
      for (const [method, parameters] of Object.entries(methods)) {
        const { values, scores } = await explainNow(method, { executor, input, parameters });
        // The epsilon rule may share out far more than there is, with both signs.
        const size = values.reduce((total, value) => total + Math.abs(value), 0);
        expect(Math.abs(sumOf(values) - (scores[0] ?? 0)), `${method}, shortcut ${shortcut}`).toBeLessThan(1e-4 * (1 + size));
      }
    });
  });

  it('LRP composite hands on all of the score with either rule, and with known pixel bounds', async () => {
    await forNetworks(networkShapes({ ...withoutBias, channels: 3 }), async (executor, input) => {
      const pixels = { mean: [127.5, 127.5, 127.5], std: [30, 30, 30] };
      for (const convolutions of ['gamma', 'alpha1-beta0']) {
        const { values, scores } = await explainNow('lrp-composite', { executor, input, pixels, parameters: { epsilon: 0, convolutions } });
        expect(sumOf(values)).toBeCloseTo(scores[0] ?? Number.NaN, 3);
      }
    });
  });
});

describe('where methods meet', () => {
  it('LRP with epsilon 0 is gradient x input for rectifiers without biases', async () => {
    await forNetworks(networkShapes({ ...withoutBias, pool: 'max', shortcut: false }), async (executor, input) => {
      const relevance = await explainNow('lrp-epsilon', { executor, input, parameters: { epsilon: 0 } });
      const expected = await explainNow('gradient-x-input', { executor, input });
      expectClose(relevance.values, expected.values, { atol: 2e-4, rtol: 2e-3 }, 'relevance');
    });
  });

  it('LRP gamma with gamma 0 is LRP epsilon with epsilon 0', async () => {
    await forNetworks(networkShapes({ ...rectified, pool: null, shortcut: false }), async (executor, input) => {
      const gamma = await explainNow('lrp-gamma', { executor, input, parameters: { gamma: 0, epsilon: 0 } });
      const plain = await explainNow('lrp-epsilon', { executor, input, parameters: { epsilon: 0 } });
      expectClose(gamma.values, plain.values, { atol: 1e-4, rtol: 1e-3 }, 'relevance');
    });
  });

  it('on linear networks DeepLIFT, integrated gradients, 1 x 1 occlusion and gradient x (x - baseline) are one', async () => {
    await forNetworks(networkShapes({ ...linear, channels: 1 }), async (executor, input) => {
      const expected = await explainNow('gradient-x-input', { executor, input });
      const tolerance = { atol: 2e-5, rtol: 2e-4 };
      for (const method of ['deep-lift', 'integrated-gradients']) {
        expectClose((await explainNow(method, { executor, input, parameters: { baseline: 0 } })).values, expected.values, tolerance, method);
      }
      const covered = await explainNow('occlusion', { executor, input, parameters: { window: 1, stride: 1, baseline: 0 } });
      expectClose(covered.values, expected.values, tolerance, 'occlusion');
    }, 6);
  });

  it('occlusion of everything is the whole change of the score', async () => {
    await forNetworks(networkShapes(), async (executor, input) => {
      const { values, scores } = await explainNow('occlusion', { executor, input, parameters: { window: 6, stride: 6, baseline: 0 } });
      const nothing = tidy(() => zerosLike(input));
      const change = (scores[0] ?? 0) - scoreOf(executor, nothing);
      nothing.dispose();
      for (const value of values) expect(value).toBeCloseTo(change, 4);
    });
  });

  it('below a global average pool CAM, Grad-CAM and HiResCAM say the same, and CAM averages to the logit', async () => {
    await forNetworks(networkShapes({ head: 'average' }), async (executor, input, { bias }) => {
      const cam = await explainNow('cam', { executor, input, target: 1 });
      const layer = cam.layer ?? '';
      const grad = await explainNow('grad-cam', { executor, input, target: 1, layer });
      const fine = await explainNow('hires-cam', { executor, input, target: 1, layer });
      const places = cam.values.length;
      expectClose(grad.values, cam.values.map((value) => Math.max(value, 0) / places), { atol: 1e-6, rtol: 1e-4 }, 'Grad-CAM');
      expectClose(fine.values, cam.values.map((value) => value / places), { atol: 1e-6, rtol: 1e-4 }, 'HiResCAM');
      const offset = bias ? executor.graph.nodes.at(-1)?.weights.bias?.values[1] ?? 0 : 0;
      expect(sumOf(cam.values) / places + offset).toBeCloseTo(cam.scores[0] ?? Number.NaN, 4);
    });
  });

  it('deconvnet does not see which rectifiers were open, guided backpropagation does', async () => {
    await forNetworks(networkShapes({ activation: 'relu', pool: null, shortcut: false, batchNorm: false, bias: true }), async (executor, input) => {
      const other = tidy(() => add(input, 0.7) as Tensor4D);
      const [first, second] = [await explainNow('deconvnet', { executor, input }), await explainNow('deconvnet', { executor, input: other })];
      expectClose(first.values, second.values, { atol: 1e-6, rtol: 1e-5 }, 'deconvnet');
      const guided = [await explainNow('guided-backprop', { executor, input }), await explainNow('guided-backprop', { executor, input: other })];
      expect(guided[0]?.values).not.toEqual(guided[1]?.values);
      other.dispose();
    }, 6);
  });
});

describe('guided backpropagation', () => {
  type Chain = Pick<NetworkShape, 'activation'>;
  const chains = { shortcut: false, channels: 3 } as const;

  /** Walks down by hand: at each rectifier what is above 0 passes, where `isOpen` lets it; between them the ordinary gradient. */
  function walkDown(executor: Executor, input: Tensor4D, isOpen: (value: number) => boolean): Float32Array {
    const { graph } = executor;
    const rectifiers = graph.nodes.filter(({ operation }) => operation.op === 'activation');
    const before = rectifiers.map(({ inputs }) => inputs[0] ?? '');
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set([graph.logits, ...before, ...rectifiers.map(({ id }) => id)]), backwardTo: new Set([graph.input, ...rectifiers.map(({ id }) => id)]) });
    let from = graph.logits;
    let seed: Tensor = createScoreSeed(pass.logits, 1);
    for (const [index, { id }] of [...rectifiers.entries()].reverse()) {
      const arriving = executor.backward(pass, { from, seed, to: [id], rule: { kind: 'gradient' } }).get(id) as Tensor;
      from = before[index] ?? '';
      const forward = pass.get(from).dataSync();
      const passed = Float32Array.from(arriving.dataSync(), (value, at) => (isOpen(forward[at] ?? Number.NaN) ? Math.max(value, 0) : 0));
      for (const held of [seed, arriving]) held.dispose();
      seed = tensor(passed, arriving.shape);
    }
    const found = executor.backward(pass, { from, seed, to: [graph.input], rule: { kind: 'gradient' } }).get(graph.input) as Tensor;
    const values = Float32Array.from(found.dataSync());
    for (const held of [seed, found]) held.dispose();
    pass.dispose();
    return values;
  }

  const rectifierShapes: readonly (readonly [Chain['activation'], (value: number) => boolean])[] = [['relu', (value) => value > 0], ['relu6', (value) => value > 0 && value < 6]];
  it.each(rectifierShapes)("is deconvnet's rule masked by the forward pass at every %s, and deconvnet the same without the mask", async (activation, isOpen) => {
    await forNetworks(networkShapes({ ...chains, activation }), async (executor, input) => {
      const tolerance = { atol: 1e-5, rtol: 1e-4 };
      const guided = await explainNow('guided-backprop', { executor, input, target: 1 });
      const deconvnet = await explainNow('deconvnet', { executor, input, target: 1 });
      expectClose(guided.values, walkDown(executor, input, isOpen), tolerance, 'guided backpropagation');
      expectClose(deconvnet.values, walkDown(executor, input, () => true), tolerance, 'deconvnet');
    });
  });

  it('is, at one rectifier, never more than what deconvnet lets through, which is the positive part of what arrives', async () => {
    await forNetworks(networkShapes({ ...chains, activation: 'relu' }), async (executor, input, { seed }) => {
      const from = 'act2';
      const before = executor.graph.nodes.find(({ id }) => id === from)?.inputs[0] ?? '';
      const pass = executor.forward(input, { mode: 'inspect', taps: new Set([from, before]), backwardTo: new Set([before]) });
      const normal = drawNormal(drawUniform(seed, 3));
      const arriving = Float32Array.from({ length: pass.get(from).size }, normal);
      const upstream = tensor(arriving, pass.get(from).shape);
      const through = (kind: 'guided' | 'deconvnet'): Float32Array => executor.backward(pass, { from, seed: upstream, to: [before], rule: { kind } }).get(before)?.dataSync() as Float32Array;
      const forward = pass.get(before).dataSync();
      expect([...through('deconvnet')]).toEqual([...arriving].map((value) => Math.max(value, 0)));
      expect([...through('guided')]).toEqual([...through('deconvnet')].map((value, at) => ((forward[at] ?? 0) > 0 ? value : 0)));
      upstream.dispose();
      pass.dispose();
    }, 6);
  });

  it('reduces, like deconvnet, to the transposed convolution of clipped gradients on one convolution', async () => {
    const graph = models['one_conv']?.() as NetworkGraph;
    const executor = createExecutor(graph);
    const input = tensor4d(Float32Array.from({ length: 16 }, (_, at) => 2 + at), [1, 4, 4, 1]);
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set(['conv1', 'relu2']) });
    const opened = [...pass.get('conv1').dataSync()].map((value) => value > 0);
    expect(new Set(opened).size, 'some rectifiers are open, some shut').toBe(2);
    expect(pass.logits.dataSync()[0]).toBeGreaterThan(0);
    pass.dispose();
    // [place, filter] of the dense layer's weights for any output; the kernel is all ones.
    const weights = [[1, 1], [1, -1], [1, -1], [1, -1]];
    const spread = (isOpen: (at: number) => boolean): number[] => Array.from({ length: 16 }, (_, pixel) => {
      const [y, x] = [Math.floor(pixel / 4), pixel % 4];
      let total = 0;
      weights.forEach((row, place) => row.forEach((weight, filter) => {
        const [top, left] = [Math.floor(place / 2), place % 2];
        if (y >= top && y < top + 3 && x >= left && x < left + 3 && isOpen(place * 2 + filter)) total += Math.max(weight, 0);
      }));
      return total;
    });
    expectClose((await explainNow('guided-backprop', { executor, input })).values, spread((at) => opened[at] ?? false), { atol: 1e-6, rtol: 0 }, 'guided backpropagation');
    expectClose((await explainNow('deconvnet', { executor, input })).values, spread(() => true), { atol: 1e-6, rtol: 0 }, 'deconvnet');
    input.dispose();
    executor.dispose();
  });
});

describe('linearity and sensitivity', () => {
  const linearMethods = ['gradient', 'gradient-x-input', 'smooth-grad', 'integrated-gradients', 'occlusion', 'lrp-epsilon', 'deep-lift', 'hires-cam'];
  it('the map of a difference of two classes is the difference of their maps', async () => {
    await forNetworks(networkShapes(rectified), async (executor, input) => {
      for (const method of linearMethods) {
        const parameters = method === 'integrated-gradients' ? { steps: 4 } : method === 'smooth-grad' ? { samples: 3 } : {};
        const first = await explainNow(method, { executor, input, target: 0, parameters });
        const second = await explainNow(method, { executor, input, target: 2, parameters });
        const both = await explainNow(method, { executor, input, target: { kind: 'difference', index: 0, against: 2 }, parameters });
        expectClose(both.values, first.values.map((value, at) => value - (second.values[at] ?? 0)), { atol: 2e-4, rtol: 2e-3 }, method);
        expect(both.scores[0]).toBeCloseTo((first.scores[0] ?? 0) - (second.scores[0] ?? 0), 4);
      }
    }, 6);
  });

  it('an input that the network does not read gets nothing', async () => {
    await forNetworks(networkShapes({ ...rectified, channels: 3 }), async (executor, input) => {
      const { graph } = executor;
      // The second channel's weights become 0.
      const blind: NetworkGraph = { ...graph, nodes: graph.nodes.map((node) => (node.id !== 'conv1' || node.weights.kernel === undefined ? node : {
        ...node, weights: { ...node.weights, kernel: { shape: node.weights.kernel.shape, values: node.weights.kernel.values.map((value, at) => (Math.floor(at / 4) % 3 === 1 ? 0 : value)) } },
      })) };
      const other = createExecutor(blind);
      for (const method of ['gradient', 'gradient-x-input', 'smooth-grad', 'integrated-gradients', 'guided-backprop', 'deconvnet', 'guided-grad-cam', 'lrp-epsilon', 'lrp-gamma', 'lrp-alpha1-beta0', 'lrp-composite', 'deep-lift']) {
        const { values } = await explainNow(method, { executor: other, input, parameters: method === 'integrated-gradients' ? { steps: 3 } : {} });
        expect(values.filter((value, at) => at % 3 === 1 && value !== 0), method).toEqual(new Float32Array());
      }
      other.dispose();
    }, 4);
  });

  it('two networks that compute the same are explained the same by gradients, whatever they are made of', async () => {
    await forNetworks(networkShapes({ ...rectified, batchNorm: true, bias: true }), async (executor, input, shape) => {
      const graph = buildRandomNetwork(shape);
      // A batch norm in two: the scale first, the shift in a second one that scales by 1.
      const [, normNode] = [null, graph.nodes.find((node) => node.id === 'bn1')];
      if (normNode === undefined) throw new Error('no batch norm');
      const ones = { shape: [4], values: new Float32Array(4).fill(1) };
      const zeros = { shape: [4], values: new Float32Array(4) };
      const { beta, ...others } = normNode.weights;
      const split: NetworkGraph = { ...graph, nodes: graph.nodes.flatMap((node) => (node.id !== 'bn1' ? [node] : [
        { ...node, id: 'bn0', weights: others },
        { ...node, inputs: ['bn0'], weights: { mean: zeros, variance: { shape: [4], values: new Float32Array(4).fill(1 - 1e-3) }, gamma: ones, beta: beta ?? zeros } },
      ])) };
      const other = createExecutor(split);
      for (const method of ['gradient', 'smooth-grad', 'integrated-gradients', 'occlusion']) {
        const parameters = method === 'integrated-gradients' ? { steps: 4 } : method === 'smooth-grad' ? { samples: 3 } : {};
        const first = await explainNow(method, { executor, input, parameters });
        const second = await explainNow(method, { executor: other, input, parameters });
        expectClose(second.values, first.values, { atol: 1e-4, rtol: 1e-3 }, method);
      }
      other.dispose();
    }, 5);
  });
});

describe('units', () => {
  it('the unit of a class in the logits is the class; a channel is the mean of its units', async () => {
    await forNetworks(networkShapes(rectified), async (executor, input) => {
      const byClass = await explainNow('gradient', { executor, input, target: 2 });
      const byUnit = await explainNow('gradient', { executor, input, target: { kind: 'unit', layer: 'logits', channel: 2 } });
      expectClose(byUnit.values, byClass.values, { atol: 1e-9, rtol: 1e-7 }, 'class');
      const layer = 'act1';
      const channel = await explainNow('gradient-x-input', { executor, input, target: { kind: 'unit', layer, channel: 1 } });
      const total = new Float32Array(channel.values.length);
      let score = 0;
      for (let place = 0; place < 36; place += 1) {
        const unit = await explainNow('gradient-x-input', { executor, input, target: { kind: 'unit', layer, channel: 1, y: Math.floor(place / 6), x: place % 6 } });
        unit.values.forEach((value, at) => { total[at] = (total[at] ?? 0) + value / 36; });
        score += (unit.scores[0] ?? 0) / 36;
      }
      expectClose(channel.values, total, { atol: 1e-5, rtol: 1e-4 }, 'channel');
      expect(channel.scores[0]).toBeCloseTo(score, 5);
    }, 3);
  });

  it('relevance of a unit starts from its value and reaches no further than its receptive field', async () => {
    await forNetworks(networkShapes({ ...withoutBias }), async (executor, input) => {
      const { values, scores, shape } = await explainNow('lrp-epsilon', { executor, input, target: { kind: 'unit', layer: 'act1', channel: 0, y: 0, x: 0 }, parameters: { epsilon: 0 } });
      expect(sumOf(values)).toBeCloseTo(scores[0] ?? Number.NaN, 4);
      const channels = shape[3] ?? 1;
      const outside = values.filter((_, at) => Math.floor(at / channels / 6) > 1 || Math.floor(at / channels) % 6 > 1);
      expect(outside).toHaveLength(32 * channels);
      expect(outside.every((value) => value === 0)).toBe(true);
    }, 6);
  });
});

describe('products', () => {
  it('gradient x input is their product', async () => {
    await forNetworks(networkShapes(), async (executor, input) => {
      const { values } = await explainNow('gradient', { executor, input });
      expectClose((await explainNow('gradient-x-input', { executor, input })).values, products(values, input), { atol: 0, rtol: 1e-6 }, 'product');
    }, 4);
  });

  it('draws the same picture for the same seed', () => {
    const graph = buildRandomNetwork({ seed: 3, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels: 3 });
    const [first, second] = [drawInput(graph, 5), drawInput(graph, 5)];
    expect([...first.dataSync()]).toEqual([...second.dataSync()]);
    first.dispose();
    second.dispose();
  });
});
