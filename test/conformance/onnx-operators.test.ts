import { tensor4d, tidy, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { readOnnx } from '../../src/formats/onnx';
import { validateGraph } from '../../src/graph/validate-graph';
import { expectClose } from './closeness';
import { drawNumbers, writeModel } from './onnx-model';
import { operatorCases } from './onnx-operator-cases';
import { startWasm } from './wasm-in-node';

/* Every operator against ONNX Runtime, two pictures at a time. */

const channelsLast = new Set(['NHWC file']);

beforeAll(async () => {
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  await startWasm();
});

describe('ONNX operators against ONNX Runtime', () => {
  it.each(Object.entries(operatorCases))('%s', async (name, testModel) => {
    const bytes = writeModel(testModel);
    const dims = testModel.input.map((size) => size ?? 2);
    const [n = 2, c = 1, h = 1, w = 1] = dims;
    const values = Float32Array.from(drawNumbers(n * c * h * w, 99));
    const session = await InferenceSession.create(bytes);
    const { y } = await session.run({ x: new OrtTensor('float32', values, dims) });
    if (y === undefined) throw new Error('ONNX Runtime gave no y');

    const graph = readOnnx(bytes);
    validateGraph(graph);
    const executor = createExecutor(graph);
    const input = tidy(() => (channelsLast.has(name) ? tensor4d(values, [n, c, h, w]) : transpose(tensor4d(values, [n, c, h, w]), [0, 2, 3, 1])));
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set([graph.output]) });
    const output = tidy(() => {
      const value: Tensor = pass.get(graph.output);
      return value.rank === 4 ? transpose(value, [0, 3, 1, 2]) : value.clone();
    });
    expect(output.shape).toEqual([...y.dims]);
    expectClose(output.dataSync(), y.data as Float32Array, { atol: 2e-5, rtol: 2e-5 }, name);
    for (const held of [input, output, pass, executor]) held.dispose();
    await session.release();
  });
});
