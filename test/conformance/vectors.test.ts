import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memory, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor, PlanMode } from '../../src/engine/executor.interface';
import { explanations } from '../../src/explain/registry';
import { readNetwork } from '../../src/formats/read-network';
import { readNpy } from '../../tools/npy';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

/*
 * Networks of Keras with activations and attributions computed in float64 by its authors' libraries. They lie beside the
 * project, not in it: where they are missing nothing is claimed, and the kernel cases of this folder remain.
 */
const folder = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));
const cases = ['keras2-h5-sequential', 'keras-h5-sequential', 'keras-v3-mobileish', 'keras-h5-nested'];

interface Expected { readonly file: string; readonly atol: number; readonly rtol: number }
interface VectorCase {
  readonly network: string;
  readonly input: string;
  readonly logits: Expected;
  readonly activations: readonly (Expected & { readonly layer: string })[];
  readonly attributions: readonly (Expected & {
    readonly method: string; readonly target: number; readonly layer: string | null; readonly params: Readonly<Record<string, number | string>>;
  })[];
}

function readCase(name: string): VectorCase {
  return JSON.parse(readFileSync(`${folder}${name}/case.json`, 'utf8')) as VectorCase;
}

function load(name: string, file: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
  return readNpy(readFileSync(`${folder}${name}/${file}`));
}

function loadTensor(name: string, file: string): Tensor4D {
  const { shape, values } = load(name, file);
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  return tensor4d(values, [n, h, w, c]);
}

async function createCaseExecutor(name: string, network: string): Promise<Executor> {
  const graph = await readNetwork({
    name: network, bytes: readFileSync(`${folder}${name}/${network}`),
    readBeside: (path) => Promise.reject(new Error(`${path} is not asked for`)),
  });
  return createExecutor(graph);
}

const available = existsSync(folder);
if (!available) console.info(`conformance: ${folder} is not there; the published vectors are not compared in this run`);

describe.skipIf(!available).each(cases)('%s', (name) => {
  const facts = available ? readCase(name) : { network: '', input: '', logits: { file: '', atol: 0, rtol: 0 }, activations: [], attributions: [] };
  const methods = new Map(explanations.map((explanation) => [explanation.id, explanation]));
  const attributions = facts.attributions.filter((entry) => methods.has(entry.method));
  let executor: Executor;

  beforeAll(async () => {
    await startWasm();
    executor = await createCaseExecutor(name, facts.network);
  });

  it.each<PlanMode>(['inspect', 'live'])('computes activations and logits (%s)', (mode) => {
    const input = loadTensor(name, facts.input);
    const activations = executor.forward(input, { mode, taps: new Set(facts.activations.map((entry) => entry.layer)) });
    expectClose(activations.logits.dataSync(), load(name, facts.logits.file).values, facts.logits, 'logits');
    for (const entry of facts.activations) expectClose(activations.get(entry.layer).dataSync(), load(name, entry.file).values, entry, entry.layer);
    activations.dispose();
    input.dispose();
  });

  it.skipIf(!available).each(attributions.map((entry) => [`${entry.method}, class ${entry.target}, ${entry.layer ?? 'input'}`, entry] as const))('%s', async (_, entry) => {
    const before = memory().numTensors;
    const input = loadTensor(name, facts.input);
    const { noise, ...numbers } = entry.params;
    const drawn = typeof noise === 'string' ? loadTensor(name, noise) : null;
    const steps = methods.get(entry.method)?.run({
      executor, input, target: entry.target, layer: entry.layer,
      parameters: { ...(numbers as Record<string, number>), ...(drawn === null ? {} : { noise: drawn }) },
    });
    let result = await steps?.next();
    while (result?.done === false) result = await steps?.next();
    if (result?.done !== true) throw new Error('the method ended without a map');
    expect([...result.value.map.shape]).toEqual(load(name, entry.file).shape);
    expectClose(result.value.map.dataSync(), load(name, entry.file).values, entry, entry.method);
    result.value.map.dispose();
    input.dispose();
    drawn?.dispose();
    // Weights are uploaded once and stay.
    expect(memory().numTensors - before).toBeLessThan(80);
  });
});
