import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { boundsOf, createBaseline, describeBaseline } from '../../src/explain/baseline';
import type { PixelFacts } from '../../src/explain/explanation';
import { drain } from '../../src/explain/in-steps';
import { GraphBuilder } from '../../src/graph/graph-builder';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { makeWeight, onePixel } from '../../src/graph/testing.fixture';
import { importArray } from '../../src/render/array-import';
import { drawInput } from './random-network';
import { explainNow, requestOf } from './run-explanation';
import { startWasm } from './wasm-in-node';

/* Arrays have no 0 and 255: what is black, white and possible is what the array itself holds. */
beforeAll(startWasm);

/** Large enough for the gallery's statistics to reach as far as a window of 2. */
const size = 24;

function makeNetwork(channels: number): NetworkGraph {
  const builder = new GraphBuilder('array', 'test');
  builder.addInput('x', [size, size, channels]);
  builder.add('conv', { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: onePixel, groups: 1 }, ['x'], { kernel: makeWeight(3, 3, channels, 6) });
  builder.add('relu', { op: 'activation', activation: { kind: 'relu' } }, ['conv']);
  builder.add('gap', { op: 'global-average-pool', keepDims: false }, ['relu']);
  builder.add('fc', { op: 'dense' }, ['gap'], { kernel: makeWeight(6, 3) });
  return builder.build('fc');
}

/** The facts of an array as the worker has them. */
function factsOf(values: Float32Array, channels: number, mean: readonly number[], std: readonly number[]): PixelFacts {
  return { mean, std, range: importArray([size, size, channels], values, { height: size, width: size, channels, mean, std }).range };
}

const same = (value: number, channels: number): readonly number[] => Array.from({ length: channels }, () => value);

describe('an array', () => {
  it('has black, white and noise between its own least and largest value, each channel by itself', async () => {
    const executor = createExecutor(makeNetwork(5));
    const input = drawInput(executor.graph, 4);
    // Channels that measure different things.
    const values = Float32Array.from(input.dataSync(), (value, at) => value * 10 ** (at % 5) + (at % 5));
    const [mean, std] = [[1, 2, 3, 4, 5], [1, 10, 1, 2, 4]];
    const request = requestOf({ executor, input, pixels: factsOf(values, 5, mean, std) });
    const range = (channel: number): readonly [number, number] => {
      const own = values.filter((_, at) => at % 5 === channel);
      return [(Math.min(...own) - (mean[channel] ?? 0)) / (std[channel] ?? 1), (Math.max(...own) - (mean[channel] ?? 0)) / (std[channel] ?? 1)];
    };
    const [low, high] = boundsOf(request);
    for (let channel = 0; channel < 5; channel += 1) {
      expect(low.dataSync()[channel]).toBeCloseTo(range(channel)[0], 2);
      expect(high.dataSync()[channel]).toBeCloseTo(range(channel)[1], 2);
    }
    const make = (choice: string): Float32Array => {
      const baseline = drain(createBaseline({ ...request, parameters: { baseline: choice } }, describeBaseline('black', '')));
      const made = Float32Array.from(baseline.dataSync());
      baseline.dispose();
      return made;
    };
    const lows = [...low.dataSync()];
    expect([...make('black').subarray(0, 5)]).toEqual(lows);
    const noise = make('noise');
    for (let channel = 0; channel < 5; channel += 1) {
      const own = noise.filter((_, at) => at % 5 === channel);
      const [least, largest] = range(channel);
      // Nearly all of the range, and nothing beside it.
      expect(Math.min(...own)).toBeGreaterThanOrEqual(least - 1e-3 * Math.abs(least));
      expect(Math.max(...own)).toBeLessThanOrEqual(largest + 1e-3 * Math.abs(largest));
      expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.9 * (largest - least));
    }
    for (const held of [low, high, input]) held.dispose();
    executor.dispose();
  });

  it.each([1, 3])('of a picture with %i channels has one range for all, and no gallery of photographs', async (channels) => {
    const executor = createExecutor(makeNetwork(channels));
    const input: Tensor4D = drawInput(executor.graph, 6);
    const asked = { executor, input, parameters: { window: 2, samples: 2, steps: 4, baseline: 'noise' } };
    const own = factsOf(Float32Array.from(input.dataSync()), channels, same(0, channels), same(1, channels));
    const bytes: PixelFacts = { mean: same(0, channels), std: same(1, channels) };
    for (const method of ['lrp-composite', 'integrated-gradients', 'prediction-difference']) {
      const given = await explainNow(method, { ...asked, pixels: own });
      // Without facts the box is the picture's own range, and its statistics are its own.
      expect([...given.values], method).toEqual([...(await explainNow(method, asked)).values]);
      expect([...given.values], method).not.toEqual([...(await explainNow(method, { ...asked, pixels: bytes })).values]);
    }
    input.dispose();
    executor.dispose();
  });

  it('gives five channels likely replacements that they can have', async () => {
    const executor = createExecutor(makeNetwork(5));
    const input = drawInput(executor.graph, 8);
    const asked = { executor, input, parameters: { window: 4, samples: 20 } };
    const own = factsOf(Float32Array.from(input.dataSync()), 5, same(0, 5), same(1, 5));
    const wide = { ...own, range: { low: same(-1e6, 5), high: same(1e6, 5) } };
    const bytes: PixelFacts = { mean: same(0, 5), std: same(1, 5) };
    const distance = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0);
    const maps = await Promise.all([own, wide, bytes].map(async (pixels) => (await explainNow('prediction-difference', { ...asked, pixels })).values));
    const [withOwn, unlimited, withBytes] = maps as [Float32Array, Float32Array, Float32Array];
    // Cut to the array's own range hardly anything changes; cut to 0..255 half of all values would be 0.
    expect(distance(withOwn, unlimited)).toBeLessThan(0.2 * distance(withBytes, unlimited));
    input.dispose();
    executor.dispose();
  });
});
