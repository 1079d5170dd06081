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
  lrp_alpha1beta0: { kind: 'lrp-alpha1-beta0' }, lrp_zplus: { kind: 'lrp-alpha1-beta0' }, integrated_gradients: { kind: 'gradient' }, lrp_z: { kind: 'lrp-epsilon', epsilon: 0 },
};

/** The rules of a method there, layer by layer; the box is the one its name says. */
function rulesOf(method: string, layer: string): BackwardRule {
  if (method === 'lrp_epsilon') return { kind: 'lrp-epsilon', epsilon: 1e-7 };
  if (method === 'lrp_zb_box_-10_10') return { kind: 'lrp-box', low: fill([1, 10, 10, 3], -10), high: fill([1, 10, 10, 3], 10) };
  // Presets: epsilon 0.1 in dense layers; in convolutions A takes alpha 1 beta 0, and B a rule that is left out.
  if (method.startsWith('lrp_preset') && layer.startsWith('Dense')) return { kind: 'lrp-epsilon', epsilon: 0.1 };
  // In a pooling layer there is no kernel: all rules are one there.
  return rules[method] ?? { kind: 'lrp-alpha1-beta0' };
}

/** Rules that are not offered, and in which layers with a kernel they cannot be one of ours. */
const notOffered: Readonly<Record<string, { readonly where: (layer: string) => boolean; readonly why: string }>> = {
  lrp_alpha2beta1: { where: () => true, why: 'alpha 2 beta 1 also hands on negative shares, alpha 1 beta 0 is the only pair offered' },
  lrp_preset_b: { where: (layer) => layer.startsWith('Conv'), why: 'preset B is alpha 2 beta 1 in convolutions' },
  lrp_flat: { where: () => true, why: 'the flat rule shares evenly whatever weights and inputs are; it is not offered' },
  lrp_wsquare: { where: () => true, why: 'the w-squared rule shares by the squares of the weights whatever the input is; it is not offered' },
};
const reasonLeftOut = ({ method, layer }: InnVector): string | null => {
  const rule = notOffered[method];
  return rule !== undefined && !layer.includes('Pooling') && rule.where(layer) ? rule.why : null;
};
const file = readPublished<{ readonly conventions: { readonly bias: string }; readonly input: readonly unknown[]; readonly vectors: readonly InnVector[] }>('innvestigate.json');
const all = file?.vectors ?? [];
const investigated = all.filter((vector) => reasonLeftOut(vector) === null);

describe.skipIf(file === null)('iNNvestigate', () => {
  beforeAll(startWasm);

  it('compares every method, and leaves out only the layers that are named with their reason', () => {
    expect(new Set(investigated.map((vector) => vector.method))).toEqual(new Set(all.map((vector) => vector.method)));
    const left = all.filter((vector) => reasonLeftOut(vector) !== null);
    expect(left.map(({ id }) => id).sort()).toEqual([
      ...['alpha2beta1', 'flat', 'wsquare'].flatMap((rule) => ['Conv2D', 'Conv2D_relu', 'Dense', 'Dense_relu'].map((layer) => `lrp_${rule}.${layer}`)),
      'lrp_preset_b.Conv2D', 'lrp_preset_b.Conv2D_relu',
    ].sort());
    expect(investigated).toHaveLength(all.length - 14);
    expect(investigated).toHaveLength(75);
    console.info(`innvestigate.json, not compared: ${left.map((vector) => `${vector.id} (${reasonLeftOut(vector)})`).join(', ')}`);
  });

  it('has inputs that are not negative and no biases, where z+ is alpha 1 beta 0', () => {
    expect(Math.min(...numbers(file?.input))).toBeGreaterThanOrEqual(0);
    expect(file?.conventions.bias).toBe('all zero');
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
