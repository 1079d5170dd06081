import { mean, mul, sub, tensor, tensor4d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { projectOntoPrincipal } from '../../src/explain/eigen-cam';
import { localiseEvidence, weighByMeanGradient } from '../../src/explain/grad-cam';
import { weighByCurvature } from '../../src/explain/grad-cam-plus-plus';
import { multiplyPlaceByPlace } from '../../src/explain/hires-cam';
import { weighPlaceByPlace } from '../../src/explain/layer-cam';
import { createScoreSeed } from '../../src/explain/score-gradient';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { expectClose, type Tolerance } from './closeness';
import { models } from './published-models';
import { numbers, readPublished } from './published-vectors';
import { explainNow } from './run-explanation';
import { startWasm } from './wasm-in-node';

interface CaptumVector {
  readonly id: string; readonly method: string; readonly model: string | null; readonly layer?: string;
  readonly input: { readonly x?: unknown; readonly x2?: unknown; readonly x1?: unknown }; readonly target: number | string | null;
  readonly expected: unknown; readonly tolerance: number; readonly note?: string;
  readonly window?: readonly number[]; readonly stride?: readonly number[]; readonly baseline?: unknown; readonly occlude?: string;
}

/** Captum's own quirks, quadrature tables, methods we do not have: what is not compared, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'ml.gradcam.linear0': 'a sum over the units of a vector without place', 'ml.lrp.multi': 'a known quirk, not to imitate',
  'lrp.identity': 'the identity rule is not offered', 'pair.ig': 'a function that is no network',
  'pair.occ.sum': 'PAIR sums over windows; ours is pair.occ.mean', 'cam.postprocess.pgc': 'maps are not rescaled',
};
const methodsLeftOut: Readonly<Record<string, string>> = {
  layer_conductance: 'not offered', internal_influence: 'not offered', feature_ablation: 'not offered', ig_quadrature: 'other quadrature rules',
};

/** One number for each input element: channels that say the same are one, a missing feature axis is added. */
function inputOf(vector: CaptumVector, graph: NetworkGraph): { readonly input: Tensor4D; readonly second: Tensor4D | null } {
  const shape = [1, ...graph.inputShape] as [number, number, number, number];
  const spread = (value: unknown): number[] => {
    const list = numbers(value);
    // A column is broadcast over the rows when Captum adds it.
    return list.length === 4 && graph.inputShape[0] === 4 ? list.flatMap((entry) => [entry, entry, entry, entry]) : list;
  };
  const isPair = vector.input.x1 !== undefined;
  const first = isPair ? [...numbers(vector.input.x1), ...numbers(vector.input.x2)] : numbers(vector.input.x);
  const second = isPair || vector.input.x2 === undefined ? null : spread(vector.input.x2);
  return {
    input: tensor4d(first.map((value, index) => value + (second?.[index] ?? 0)), shape),
    second: second === null ? null : tensor4d(second, shape),
  };
}

/** A layer's own number: no method, but what methods stand on. */
function computeLayer(vector: CaptumVector, graph: NetworkGraph): number[] {
  const executor = createExecutor(graph);
  const { input } = inputOf(vector, graph);
  // The first two vectors name their layer only in their id.
  const named = vector.layer ?? (vector.method === 'layer_activation' ? vector.id.split('.').at(-1) : undefined);
  const layer = named === undefined || named === 'input of conv1' ? 'x' : named;
  const from = vector.method === 'neuron_gradient' ? layer : graph.logits;
  const isLayer = vector.method === 'grad_cam_raw' || vector.method === 'grad_cam_raw_per_channel' || vector.method === 'layer_gradient_x_activation';
  const to = isLayer ? layer : 'x';
  // 'inspect': layers are asked for that live would fuse.
  const pass = executor.forward(input, { mode: 'inspect', taps: new Set([layer, to, from]), backwardTo: new Set([to]) });
  if (vector.method === 'layer_activation') return [...pass.get(layer).dataSync()];
  if (vector.method === 'model_output') return [...pass.logits.dataSync()];
  const start = pass.get(from);
  const seed = from === graph.logits ? createScoreSeed(pass.logits, typeof vector.target === 'number' ? vector.target : 0)
    : tensor(Float32Array.from({ length: start.size }, (_, index) => (vector.target === 'sum over units' || index === vector.target ? 1 : 0)), start.shape);
  const gradient = executor.backward(pass, { from, seed, to: [to], rule: { kind: 'gradient' } }).get(to) as Tensor;
  if (vector.method === 'grad_cam_raw') return [...weighByMeanGradient(pass.get(layer), gradient).dataSync()];
  if (vector.method === 'grad_cam_raw_per_channel') return [...mul(pass.get(layer), mean(gradient, [1, 2], true)).dataSync()];
  if (vector.method === 'layer_gradient_x_activation') return [...mul(gradient, pass.get(layer)).dataSync()];
  return [...gradient.dataSync()];
}

const offered: Readonly<Record<string, string>> = {
  vanilla_gradient: 'gradient', gradient_x_input: 'gradient-x-input', saliency_abs: 'saliency', guided_backprop: 'guided-backprop', deconvnet: 'deconvnet',
  guided_grad_cam: 'guided-grad-cam', lrp_epsilon: 'lrp-epsilon', lrp_alpha1beta0: 'lrp-alpha1-beta0', occlusion_mean: 'occlusion',
  integrated_gradients: 'integrated-gradients', integrated_gradients_by_rule: 'integrated-gradients', deeplift_rescale: 'deep-lift',
};

/** A method of ours on a published model. */
async function computeMap(vector: CaptumVector): Promise<Float32Array> {
  const occludes = vector.method === 'occlusion_mean';
  const name = occludes && vector.model === 'multilayer' ? 'multilayer_row' : vector.model ?? '';
  const graph = models[name]?.() as NetworkGraph;
  const executor = createExecutor(graph);
  const { input, second } = inputOf(vector, graph);
  const pair = (list: readonly number[] | undefined): readonly number[] => (list?.length === 1 ? [1, ...list] : list ?? []);
  const constants = numbers(vector.baseline ?? 0);
  // Covering one of two summands leaves the other.
  const kept = second === null ? null : vector.occlude === 'x2' ? sub(input, second) as Tensor4D : second;
  const window = vector.occlude === 'x2' && Array.isArray(vector.window) && (vector.expected as unknown[][])[0]?.length === 1 ? [vector.window[0] ?? 1, 4] : pair(vector.window);
  const stride = window[1] === 4 && vector.occlude === 'x2' ? [vector.stride?.[0] ?? 1, 4] : pair(vector.stride);
  const { values } = await explainNow(offered[vector.method] ?? '', {
    executor, input, layer: vector.layer ?? null, target: typeof vector.target === 'number' ? vector.target : 0,
    parameters: {
      ...(occludes ? { window, stride } : {}), ...(vector.method.startsWith('lrp_eps') ? { epsilon: 1e-9 } : {}),
      ...(occludes || vector.baseline !== undefined ? { baseline: constants[0] ?? 0 } : {}), ...(vector.method === 'guided_grad_cam' ? { upsampling: 'nearest' } : {}),
    },
    ...(kept === null || !occludes ? {} : { given: { baseline: kept } }),
  });
  return values;
}

const layerMethods = ['layer_activation', 'model_output', 'grad_cam_raw', 'grad_cam_raw_per_channel', 'layer_gradient_x_activation', 'neuron_gradient'];
const byHand = new Set(['lrp.gamma', 'cam.algebra', 'scorecam.tiny', 'pair.gradcam', 'tfx.gradcam']);
const file = readPublished<{ readonly vectors: readonly CaptumVector[] }>('captum.json');
const published = file?.vectors ?? [];
/** The fixture's own tolerance, absolute; less where that one only says how many digits Captum printed of a number that is exact. */
const within = ({ tolerance }: CaptumVector): Tolerance => ({ atol: Math.min(tolerance, 1e-3), rtol: 0 });
const captum = published.filter((vector) => !byHand.has(vector.id) && leftOut[vector.id] === undefined && methodsLeftOut[vector.method] === undefined);

describe.skipIf(file === null)('Captum, PAIR, tf-explain', () => {
  beforeAll(startWasm);

  it('leaves out only what is named with its reason', () => {
    const named = published.filter((vector) => leftOut[vector.id] !== undefined || methodsLeftOut[vector.method] !== undefined);
    expect(captum.length + byHand.size + named.length).toBe(published.length);
    expect(captum.length).toBeGreaterThanOrEqual(50);
    console.info(`captum.json, not compared: ${named.map(({ id, method }) => `${id} (${leftOut[id] ?? methodsLeftOut[method]})`).join(', ')}`);
  });

  it.each(captum.map((vector) => [vector.id, vector] as const))('%s', async (_, vector) => {
    const isRule = vector.method === 'integrated_gradients_by_rule';
    const wanted = numbers(isRule ? (vector.expected as { readonly middle: unknown }).middle : vector.expected);
    const values = layerMethods.includes(vector.method) ? computeLayer(vector, models[vector.model ?? '']?.() as NetworkGraph) : [...await computeMap(vector)];
    // Windows as wide as the picture: one column says it for all four.
    const own = vector.id === 'oc.occ.2x1.x2' ? values.filter((__, at) => at % 4 === 0) : values;
    expectClose(own, wanted, within(vector), vector.id);
  });

  it('agrees on LRP gamma with another gamma in each layer', () => {
    const vector = published.find((entry) => entry.id === 'lrp.gamma') as CaptumVector;
    const graph = models['lrp_simple_neg']?.() as NetworkGraph;
    const executor = createExecutor(graph);
    const input = tensor4d(numbers(vector.input.x), [1, 1, 1, 3]);
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set(['y']), backwardTo: new Set(['x']) });
    const relevance = executor.backward(pass, {
      from: 'y', seed: createScoreSeed(pass.logits, 0, true), to: ['x'], rule: { kind: 'lrp-gamma', gamma: 0.25, epsilon: 0 },
      ruleAt: ({ layer }) => ({ kind: 'lrp-gamma', gamma: layer === 'a' ? 1 : 0.25, epsilon: 0 }),
    }).get('x') as Tensor;
    expectClose(relevance.dataSync(), numbers(vector.expected), within(vector), 'lrp.gamma');
  });

  it('agrees on the CAM family for given activations and gradients', () => {
    const vector = published.find((entry) => entry.id === 'cam.algebra') as CaptumVector & { input: { A_HWC: unknown; G_HWC: unknown } };
    const expected = vector.expected as Readonly<Record<string, unknown>>;
    const activation = tensor4d(numbers(vector.input.A_HWC), [1, 2, 2, 2]);
    const gradient = tensor4d(numbers(vector.input.G_HWC), [1, 2, 2, 2]);
    const close = within(vector);
    const positive = (name: string): number[] => numbers(expected[name]).map((value) => Math.max(value, 0));
    expectClose(localiseEvidence(activation, gradient).dataSync(), positive('grad_cam'), close, 'Grad-CAM');
    expectClose(weighByCurvature(activation, gradient, 1e-6).dataSync(), positive('grad_cam_pp__pytorch_grad_cam'), close, 'Grad-CAM++');
    expectClose(weighPlaceByPlace(activation, gradient).dataSync(), positive('layer_cam'), close, 'LayerCAM');
    expectClose(multiplyPlaceByPlace(activation, gradient).dataSync(), numbers(expected['hirescam']), close, 'HiResCAM');
    const raw = Float32Array.from(weighByMeanGradient(activation, gradient).dataSync());
    const eigen = projectOntoPrincipal(Float32Array.from(activation.dataSync()), 4, 2, raw);
    // Grad-CAM rises to the bottom row, and so does the published component.
    expectClose(eigen, numbers(expected['eigen_cam__sign_ambiguous']), close, 'Eigen-CAM');
    expectClose(projectOntoPrincipal(Float32Array.from(activation.dataSync()), 4, 2, raw.map((value) => -value)), eigen.map((value) => -value), close, 'Eigen-CAM, turned');
  });

  it('agrees on Grad-CAM for maps of one value each, and up to its scale for one map', () => {
    const maps = (values: readonly number[]): Tensor4D => tensor4d(Array.from({ length: 9 }, () => values).flat(), [1, 3, 3, 3]);
    const tfExplain = published.find((entry) => entry.id === 'tfx.gradcam') as CaptumVector;
    expectClose(localiseEvidence(maps([1, 2, 4]), maps([1, 2, 3])).dataSync(), numbers(tfExplain.expected), within(tfExplain), 'tf-explain');
    const pair = published.find((entry) => entry.id === 'pair.gradcam') as CaptumVector & { input: { A_HW: unknown; G_HW: unknown } };
    const single = (value: unknown): Tensor4D => tensor4d(numbers(value), [1, 5, 5, 1]);
    const found = localiseEvidence(single(pair.input.A_HW), single(pair.input.G_HW)).dataSync();
    const largest = Math.max(...found);
    expectClose(Array.from(found, (value) => value / largest), numbers(pair.expected), within(pair), 'PAIR');
  });

  it('agrees on Score-CAM with aligned corners', async () => {
    const vector = published.find((entry) => entry.id === 'scorecam.tiny') as CaptumVector;
    const executor = createExecutor(models['scorecam_tiny']?.() as NetworkGraph);
    const input = tensor4d(numbers(vector.input.x), [1, 4, 4, 1]);
    const { values } = await explainNow('score-cam', { executor, input, layer: 'relu1', parameters: { alignCorners: true, epsilon: 1e-8 } });
    expectClose(values, numbers((vector.expected as Record<string, unknown>)['cam_raw_pytorch_grad_cam']), within(vector), 'Score-CAM');
  });
});
