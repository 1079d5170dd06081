import { readFileSync } from 'node:fs';
import { memory, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import type { Executor, PlanMode } from '../../src/engine/executor.interface';
import type { ExplanationParameters } from '../../src/explain/explanation';
import { explanations } from '../../src/explain/registry';
import { readNetwork } from '../../src/formats/read-network';
import { readNpy } from '../../tools/npy';
import { expectClose } from './closeness';
import { startWasm } from './wasm-in-node';

interface Expected { readonly file: string; readonly atol: number; readonly rtol: number }
interface VectorCase {
  readonly network: string;
  readonly input: string;
  readonly logits: Expected;
  readonly activations: readonly (Expected & { readonly layer: string })[];
  readonly attributions: readonly (Expected & {
    readonly method: string; readonly target: number; readonly layer: string | null; readonly params: ExplanationParameters;
  })[];
}

/**
 * Compares a network with the activations, logits and attributions of its `case.json`, each within that entry's tolerance.
 * A method that `explain` does not have yet is named in the output, not counted as passed.
 *
 * @param folder  holds `case.json`, the network and the arrays; ends with a slash
 */
export function describeVectorCase(name: string, folder: string): void {
  describe(`case ${name}`, () => {
    const facts = JSON.parse(readFileSync(`${folder}case.json`, 'utf8')) as VectorCase;
    const methods = new Map(explanations.map((explanation) => [explanation.id, explanation]));
    const missing = [...new Set(facts.attributions.map((entry) => entry.method).filter((method) => !methods.has(method)))];
    if (missing.length > 0) console.info(`${name}: not compared, because there is no such method yet: ${missing.join(', ')}`);
    const load = (file: string): ReturnType<typeof readNpy> => readNpy(readFileSync(`${folder}${file}`));
    const loadTensor = (file: string): Tensor4D => {
      const { shape, values } = load(file);
      const [n = 0, h = 0, w = 0, c = 0] = shape;
      return tensor4d(values, [n, h, w, c]);
    };
    let executor: Executor;

    beforeAll(async () => {
      await startWasm();
      executor = createExecutor(await readNetwork({
        name: facts.network, bytes: readFileSync(`${folder}${facts.network}`),
        readBeside: (path) => Promise.reject(new Error(`${path} is not asked for`)),
      }));
    });

    it.each<PlanMode>(['inspect', 'live'])('computes activations and logits (%s)', (mode) => {
      const input = loadTensor(facts.input);
      const activations = executor.forward(input, { mode, taps: new Set(facts.activations.map((entry) => entry.layer)) });
      expectClose(activations.logits.dataSync(), load(facts.logits.file).values, facts.logits, 'logits');
      for (const entry of facts.activations) {
        const expected = load(entry.file);
        expect(activations.get(entry.layer).shape, entry.layer).toEqual([...expected.shape]);
        expectClose(activations.get(entry.layer).dataSync(), expected.values, entry, entry.layer);
      }
      activations.dispose();
      input.dispose();
    });

    const known = facts.attributions.filter((entry) => methods.has(entry.method));
    it.each(known.map((entry) => [`${entry.method}, class ${entry.target}, ${entry.layer ?? 'input'}`, entry] as const))('%s', async (_, entry) => {
      const before = memory().numTensors;
      const input = loadTensor(facts.input);
      const { noise, align_corners: alignCorners, ...numbers } = entry.params;
      const drawn = typeof noise === 'string' ? loadTensor(noise) : null;
      const steps = methods.get(entry.method)?.run({
        executor, input, target: { kind: 'class', index: entry.target }, layer: entry.layer,
        parameters: { ...numbers, ...(alignCorners === undefined ? {} : { alignCorners }) }, ...(drawn === null ? {} : { given: { noise: drawn } }),
      });
      let result = await steps?.next();
      while (result?.done === false) result = await steps?.next();
      if (result?.done !== true) throw new Error('the method ended without a map');
      const expected = load(entry.file);
      expect([...result.value.map.shape]).toEqual([...expected.shape]);
      expectClose(result.value.map.dataSync(), expected.values, entry, entry.method);
      for (const held of [result.value.map, input, drawn]) held?.dispose();
      // Weights are uploaded once and stay.
      expect(memory().numTensors - before).toBeLessThan(120);
    });
  });
}
