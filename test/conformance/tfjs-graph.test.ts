import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { io, setBackend, tensor4d, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { readNetwork, readNetworkWithFacts, type NetworkSource } from '../../src/formats/read-network';
import { validateGraph } from '../../src/graph/validate-graph';
import { expectClose } from './closeness';
import { drawNumbers } from './onnx-model';
import { graphCases } from './tfjs-graph-cases';
import { writeGraphModel, type GraphModelDraft } from './tfjs-graph-model';
import { startWasm } from './wasm-in-node';

/* GraphModels through our reader and engine (WASM) against TensorFlow.js's own reader on its plain JavaScript backend. */

beforeAll(startWasm);

async function askTensorFlow(draft: GraphModelDraft, dims: readonly [number, number, number, number], values: Float32Array): Promise<{ readonly shape: readonly number[]; readonly values: Float32Array }> {
  const { modelJson, weights } = writeGraphModel(draft);
  await setBackend('cpu');
  const specs = (modelJson['weightsManifest'] as { weights: io.WeightsManifestEntry[] }[]).flatMap((group) => group.weights);
  const reference = await loadGraphModel(io.fromMemory({ modelTopology: modelJson['modelTopology'] as object, weightSpecs: specs, weightData: weights.slice().buffer, format: 'graph-model' }));
  const input = tensor4d(values, [...dims]);
  const output = reference.execute({ x: input }, draft.output) as Tensor;
  const result = { shape: output.shape, values: Float32Array.from(output.dataSync()) };
  input.dispose();
  output.dispose();
  reference.dispose();
  await setBackend('wasm');
  return result;
}

describe('GraphModels against TensorFlow.js', () => {
  it.each(Object.entries(graphCases))('%s', async (name, draft) => {
    const [n, h, w, c] = draft.input.map((size) => size ?? 2);
    const dims = [n ?? 2, h ?? 1, w ?? 1, c ?? 1] as const;
    const values = Float32Array.from(drawNumbers(dims.reduce((product, size) => product * size, 1), 99));
    const expected = await askTensorFlow(draft, [...dims], values);

    const { modelJson, shards } = writeGraphModel(draft);
    const source: NetworkSource = {
      name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)),
      readBeside: async (path) => shards.get(path) ?? Promise.reject(new Error(path)),
    };
    // As the file has it: with facts, a map at the end would become one answer.
    const graph = await readNetwork(source);
    const { facts } = await readNetworkWithFacts(source);
    validateGraph(graph);
    expect(facts).toMatchObject({ format: 'tfjs-graph', sizeIsOpen: false, dequantised: name.startsWith('weights as') });
    const executor = createExecutor(graph);
    const input = tensor4d(values, [...dims]);
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set([graph.output]) });
    const output = pass.get(graph.output);
    expect(output.shape).toEqual([...expected.shape]);
    expectClose(output.dataSync(), expected.values, { atol: 2e-5, rtol: 2e-5 }, name);
    for (const held of [input, pass, executor]) held.dispose();
  });
});
