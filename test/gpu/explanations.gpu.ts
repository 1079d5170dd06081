import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createExecutor } from '../../src/engine/executor';
import type { ExplanationParameters } from '../../src/explain/explanation';
import { explanations } from '../../src/explain/registry';
import { readNpy } from '../../tools/npy';
import { expect, test } from '../../e2e/harness/fixtures';
import { buildRandomNetwork, drawInput, type NetworkShape } from '../conformance/random-network';
import { explainNow, quick } from '../conformance/run-explanation';
import { startWasm } from '../conformance/wasm-in-node';
import type { AskedMap, AskedNetwork, MapReport } from './cases/explanations';

const cases = '/test/gpu/cases/explanations.ts';
const fixtures = join(import.meta.dirname, '../fixtures/vectors');

interface CaseFile {
  readonly network: string;
  readonly input: string;
  readonly attributions: readonly {
    readonly method: string; readonly target: number; readonly layer: string | null; readonly params: ExplanationParameters; readonly file: string; readonly atol: number; readonly rtol: number;
  }[];
}

/** Every attribution of a case; all of their arrays lie in the project. */
function readCase(name: string): { readonly asked: AskedNetwork; readonly maps: readonly AskedMap[] } {
  const folder = join(fixtures, name);
  const facts = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as CaseFile;
  const maps = facts.attributions.map(({ method, target, layer, params, file, atol, rtol }): AskedMap => {
    const { noise, align_corners: alignCorners, ...parameters } = params;
    return {
      method, target, layer, atol, rtol, expected: [...readNpy(readFileSync(join(folder, file))).values],
      parameters: { ...parameters, ...(alignCorners === undefined ? {} : { alignCorners }) }, ...(typeof noise === 'string' ? { noise } : {}),
    };
  });
  return { asked: { kind: 'file', folder: `/test/fixtures/vectors/${name}/`, network: facts.network, input: facts.input }, maps };
}

function expectRight(report: MapReport, maps: readonly AskedMap[]): void {
  expect(report.worst.filter(([, ratio]) => !(ratio <= 1))).toEqual([]);
  expect(report.worst).toHaveLength(maps.length);
  expect(report.leakedTensors).toBe(0);
}

/** One network of each family, of PyTorch (ONNX) and of Keras (HDF5, `.keras`), all in the project: `../shared` is not needed. */
const families = [
  ['plain convolutions', 'onnx-vgg'], ['inception and fire modules', 'onnx-inception-fire'], ['residual', 'onnx-resnet'],
  ['depthwise separable', 'keras-v3-mobileish'], ['sequential', 'keras-h5-sequential'],
] as const;
/** Some of them at two layers or for two classes: 17 arrays. */
const inEveryCase = [
  'gradient', 'gradient-x-input', 'integrated-gradients', 'smooth-grad', 'guided-backprop', 'deconvnet', 'occlusion', 'lrp-epsilon', 'grad-cam', 'grad-cam++', 'layer-cam', 'score-cam',
];

for (const [family, name] of families) {
  test(`${name}, ${family}: attributions on WebGPU are the published ones`, async ({ sourcePage }) => {
    const { asked, maps } = readCase(name);
    expect(maps.map(({ method }) => method)).toEqual(expect.arrayContaining(inEveryCase));
    expect(maps.length).toBeGreaterThanOrEqual(17);
    expectRight(await sourcePage.run<MapReport>(cases, 'compareMaps', asked, maps), maps);
  });
}

test('a residual network: every method computes on WebGPU what it computes on WASM', async ({ sourcePage }) => {
  const shape: NetworkShape = { seed: 11, activation: 'relu', bias: true, batchNorm: true, pool: 'max', shortcut: true, head: 'average', channels: 3 };
  await startWasm();
  const executor = createExecutor(buildRandomNetwork(shape));
  const input = drawInput(executor.graph, shape.seed);
  const maps: AskedMap[] = [];
  for (const { id } of explanations) {
    const parameters = quick[id] ?? {};
    const { values } = await explainNow(id, { executor, input, target: 1, parameters });
    const largest = values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
    expect(largest, id).toBeGreaterThan(0);
    maps.push({ method: id, target: 1, layer: null, parameters, expected: [...values], atol: 1e-4 * largest, rtol: 1e-3 });
  }
  input.dispose();
  executor.dispose();
  expectRight(await sourcePage.run<MapReport>(cases, 'compareMaps', { kind: 'random', shape }, maps), maps);
});
