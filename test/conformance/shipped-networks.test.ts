import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { abs, add, max, memory, mul, sub, tensor4d, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { createScoreSeed } from '../../src/explain/score-gradient';
import { readNetwork } from '../../src/formats/read-network';
import { totalCost } from '../../src/graph/costs';
import { validateGraph } from '../../src/graph/validate-graph';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Reference {
  readonly input: { readonly size: number; readonly channels: number; readonly mean: number; readonly std: number; readonly pixelSum: number };
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly activations: readonly {
    readonly layer: string; readonly shape: readonly number[]; readonly mean: number; readonly std: number; readonly min: number;
    readonly max: number; readonly first: readonly number[]; readonly last: readonly number[];
  }[];
}

async function openShipped(id: string): Promise<Executor> {
  const folder = `${root}public/models/${id}/`;
  const graph = await readNetwork({
    name: 'model.json', bytes: readFileSync(`${folder}model.json`), readBeside: async (path) => readFileSync(`${folder}${path}`),
  });
  validateGraph(graph);
  return createExecutor(graph);
}

/** The picture of the reference, by its formula. */
function makeInput({ size, channels, mean, std, pixelSum }: Reference['input']): Tensor4D {
  const values = new Float32Array(size * size * channels);
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) {
    const c = index % channels;
    const x = Math.floor(index / channels) % size;
    const y = Math.floor(index / channels / size);
    const pixel = Math.floor(127.5 + 120 * Math.sin(0.11 * (c + 1) * x + 0.07 * (c + 2) * y + 0.9 * c));
    sum += pixel;
    values[index] = (pixel - mean) / std;
  }
  expect(sum, 'the formula gives other pixels than in Python').toBe(pixelSum);
  return tensor4d(values, [1, size, size, channels]);
}

function summarise(value: Tensor): { mean: number; std: number; values: Float32Array } {
  const values = value.dataSync() as Float32Array;
  const mean = values.reduce((sum, entry) => sum + entry, 0) / values.length;
  const variance = values.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance), values };
}

function largestDifference(a: Tensor, b: Tensor): number {
  return tidy(() => max(abs(sub(a, b))).dataSync()[0] ?? Number.NaN);
}

const shipped = ['everyday', 'digits'].filter((id) => existsSync(`${root}public/models/${id}/model.json`) && existsSync(`${root}test/fixtures/networks/${id}.json`));

it('has a network to test', () => {
  expect(shipped).not.toEqual([]);
});

describe.each(shipped)('%s', (id) => {
  const reference = JSON.parse(readFileSync(`${root}test/fixtures/networks/${id}.json`, 'utf8')) as Reference;
  const tolerance = { atol: 2e-4, rtol: 2e-4 };
  let executor: Executor;

  beforeAll(async () => {
    await startWasm();
    executor = await openShipped(id);
  });

  it('computes what PyTorch computes from the same weights', () => {
    const input = makeInput(reference.input);
    const layers = reference.activations.map((entry) => entry.layer);
    const activations = executor.forward(input, { mode: 'inspect', taps: new Set(layers) });
    expectClose(activations.logits.dataSync(), reference.logits, tolerance, 'logits');
    for (const entry of reference.activations) {
      const value = activations.get(entry.layer);
      expect(value.shape.slice(1)).toEqual(entry.shape);
      const { mean, std, values } = summarise(value);
      expectClose([mean, std, values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))], [entry.mean, entry.std, entry.min, entry.max], tolerance, `${entry.layer}: summary`);
      expectClose(values.slice(0, entry.first.length), entry.first, tolerance, `${entry.layer}: first`);
      expectClose(values.slice(-entry.last.length), entry.last, tolerance, `${entry.layer}: last`);
    }
    activations.dispose();
    input.dispose();
  });

  it('computes the same live as unfused, in every layer that live has', () => {
    const input = makeInput(reference.input);
    const taps = new Set(executor.layers('live'));
    const live = executor.forward(input, { mode: 'live', taps });
    const inspect = executor.forward(input, { mode: 'inspect', taps });
    for (const layer of taps) expect(largestDifference(live.get(layer), inspect.get(layer)), layer).toBeLessThan(1e-3);
    expectClose(live.get(executor.graph.output).dataSync(), reference.probabilities, { atol: 1e-4, rtol: 1e-3 }, 'probabilities');
    for (const held of [live, inspect, input]) held.dispose();
  });

  it('has the gradient of finite differences, from logits to input', () => {
    const input = makeInput(reference.input);
    const target = reference.logits.indexOf(Math.max(...reference.logits));
    const activations = executor.forward(input, { mode: 'live', taps: new Set(), backwardTo: new Set([executor.graph.input]) });
    const seed = createScoreSeed(activations.logits, target);
    const gradient = executor.backward(activations, { from: executor.graph.logits, seed, to: [executor.graph.input], rule: { kind: 'gradient' } }).get(executor.graph.input) as Tensor4D;
    const slopes = gradient.dataSync() as Float32Array;
    const norm = Math.sqrt(slopes.reduce((sum, slope) => sum + slope * slope, 0));
    const score = (steps: number): number => tidy(() => {
      const moved = add(input, mul(gradient, steps / norm)) as Tensor4D;
      const pass = executor.forward(moved, { mode: 'live', taps: new Set() });
      const value = pass.logits.dataSync()[target] ?? Number.NaN;
      pass.dispose();
      return value;
    });
    const step = 2e-3;
    const measured = (score(step) - score(-step)) / (2 * step);
    expect(norm).toBeGreaterThan(0);
    expect(Math.abs(measured - norm) / norm).toBeLessThan(0.03);
    for (const held of [activations, seed, gradient, input]) held.dispose();
  });

  it('counts the parameters and multiply-adds of its card', () => {
    const card = JSON.parse(readFileSync(`${root}public/models/${id}/card.json`, 'utf8')) as { parameters: number; multiplyAdds: number };
    expect(totalCost(executor.graph)).toEqual({ parameters: card.parameters, multiplyAdds: card.multiplyAdds });
  });

  it('leaves no tensor behind after 100 passes there and back', () => {
    const input = makeInput(reference.input);
    const ends = new Set([executor.graph.input, executor.layers('live')[0] ?? '']);
    const pass = (): void => {
      const activations = executor.forward(input, { mode: 'live', taps: new Set(executor.layers('live').slice(0, 2)), backwardTo: ends });
      const seed = createScoreSeed(activations.logits, 1);
      const gradients = executor.backward(activations, { from: executor.graph.logits, seed, to: [...ends], rule: { kind: 'gradient' } });
      for (const held of [...gradients.values(), seed, activations]) held.dispose();
    };
    pass();
    const before = memory();
    for (let count = 0; count < 100; count += 1) pass();
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numBytes).toBe(before.numBytes);
    input.dispose();
  });
});
