import { fill, mul, tensor, tensor4d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { BackwardRule } from '../../src/engine/executor.interface';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { noPadding } from '../../src/graph/padding';
import { expectClose } from './closeness';
import { build, pointwise, relu, weight } from './published-models';
import { numbers, readPublished } from './published-vectors';
import { explainNow } from './run-explanation';
import { startWasm } from './wasm-in-node';

interface InnVector {
  readonly id: string; readonly method: string; readonly layer: string; readonly seed: string; readonly kernel?: unknown;
  readonly samples: readonly { readonly neuron_flat: number; readonly output_value: number; readonly nonzero_attribution_h_w_c_value: readonly (readonly [number, number, number, number])[] }[];
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

function buildLayer(vector: InnVector): NetworkGraph {
  const pool = { window: [2, 2], strides: [2, 2], padding: noPadding } as const;
  const shape = shapeOf(vector.kernel);
  const kernel = weight(shape.length === 2 ? [1, 1, ...shape] : shape, vector.kernel === undefined ? [] : numbers(vector.kernel));
  if (vector.layer === 'AveragePooling2D') return build([10, 10, 3], [['y', { op: 'average-pool', ...pool, countPadding: false }, ['x']]]);
  if (vector.layer === 'MaxPooling2D') return build([10, 10, 3], [['y', { op: 'max-pool', ...pool }, ['x']]]);
  if (vector.layer.endsWith('_relu')) return build([10, 10, 3], [['z', pointwise, ['x'], { kernel }], ['y', relu, ['z']]]);
  return build([10, 10, 3], [['y', pointwise, ['x'], { kernel }]]);
}

const rules: Readonly<Record<string, BackwardRule>> = {
  vanilla_gradient: { kind: 'gradient' }, gradient_x_input: { kind: 'gradient' }, guided_backprop: { kind: 'guided' }, deconvnet: { kind: 'deconvnet' },
  lrp_alpha1beta0: { kind: 'lrp-alpha1-beta0' }, integrated_gradients: { kind: 'gradient' }, lrp_z: { kind: 'lrp-epsilon', epsilon: 0 },
};

/** The rules of a method there, layer by layer; the box is the one its name says. */
function rulesOf(method: string, layer: string): BackwardRule {
  if (method === 'lrp_epsilon') return { kind: 'lrp-epsilon', epsilon: 1e-7 };
  if (method === 'lrp_zb_box_-10_10') return { kind: 'lrp-box', low: fill([1, 10, 10, 3], -10), high: fill([1, 10, 10, 3], 10) };
  // Preset A: epsilon 0.1 in dense layers, alpha 1 beta 0 in convolutions.
  if (method === 'lrp_preset_a') return layer.startsWith('Dense') ? { kind: 'lrp-epsilon', epsilon: 0.1 } : { kind: 'lrp-alpha1-beta0' };
  return rules[method] as BackwardRule;
}

/** alpha 2 beta 1, preset B that uses it, z+, flat and w-squared are not offered. */
const notOffered = ['lrp_alpha2beta1', 'lrp_preset_b', 'lrp_zplus', 'lrp_flat', 'lrp_wsquare'];
const file = readPublished<{ readonly input: readonly unknown[]; readonly vectors: readonly InnVector[] }>('innvestigate.json');
const investigated = (file?.vectors ?? []).filter((vector) => !notOffered.includes(vector.method));

describe.skipIf(file === null)('iNNvestigate', () => {
  beforeAll(startWasm);

  it('covers what it is meant to cover', () => {
    expect(new Set(investigated.map((vector) => vector.method))).toEqual(new Set([
      'vanilla_gradient', 'gradient_x_input', 'integrated_gradients', 'deconvnet', 'guided_backprop', 'lrp_z', 'lrp_epsilon', 'lrp_alpha1beta0', 'lrp_zb_box_-10_10', 'lrp_preset_a',
    ]));
    expect(investigated.length).toBeGreaterThan(55);
  });

  it.each(investigated.map((vector) => [vector.id, vector] as const))('%s', async (_, vector) => {
    const graph = buildLayer(vector);
    const executor = createExecutor(graph);
    for (const [picture, sample] of vector.samples.entries()) {
      const input = tensor4d(numbers(file?.input[picture]), [1, 10, 10, 3]) as Tensor4D;
      const pass = executor.forward(input, { mode: 'live', taps: new Set(['y']), backwardTo: new Set(['x']) });
      const output = pass.get('y');
      expect(output.dataSync()[sample.neuron_flat]).toBeCloseTo(sample.output_value, 4);
      const start = vector.seed.startsWith('1') ? 1 : sample.output_value;
      const seed = tensor(Float32Array.from({ length: output.size }, (__, index) => (index === sample.neuron_flat ? start : 0)), output.shape);
      const rule = rulesOf(vector.method, vector.layer);
      const gradient = executor.backward(pass, { from: 'y', seed, to: ['x'], rule }).get('x') as Tensor;
      const expected = new Float32Array(300);
      for (const [h, w, c, value] of sample.nonzero_attribution_h_w_c_value) expected[(h * 10 + w) * 3 + c] = value;
      const map = vector.method === 'gradient_x_input' ? mul(gradient, input) : gradient;
      // Its 64 points include the black picture, where every rectifier is shut; ours are midpoints.
      const points = vector.layer.endsWith('_relu') ? 63 / 64 : 1;
      const values = vector.method !== 'integrated_gradients' ? map.dataSync()
        : (await explainNow('integrated-gradients', { executor, input, target: sample.neuron_flat, parameters: { steps: 64, baseline: 0 } })).values.map((value) => value * points);
      expectClose(values, expected, { atol: 1e-6, rtol: 1e-2 }, `picture ${picture}`);
    }
    executor.dispose();
  });
});
