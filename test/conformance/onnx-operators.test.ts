import { add, mul, tensor4d, tidy, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { drain } from '../../src/explain/in-steps';
import { differentiateInput } from '../../src/explain/score-gradient';
import { readOnnx } from '../../src/formats/onnx';
import { validateGraph } from '../../src/graph/validate-graph';
import { expectClose } from './closeness';
import { drawNumbers, writeModel } from './onnx-model';
import { operatorCases } from './onnx-operator-cases';
import { startWasm } from './wasm-in-node';

/* Every operator forward against ONNX Runtime, two pictures at a time, and backward against finite differences. */

const channelsLast = new Set(['NHWC file']);

/** The file's input as the executor takes it. */
function toInput(name: string, values: Float32Array, dims: readonly number[]): Tensor4D {
  const [n = 1, c = 1, h = 1, w = 1] = dims;
  return tidy(() => (channelsLast.has(name) ? tensor4d(values, [n, c, h, w]) : transpose(tensor4d(values, [n, c, h, w]), [0, 2, 3, 1])));
}

beforeAll(async () => {
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  await startWasm();
});

describe('ONNX operators against ONNX Runtime', () => {
  it.each(Object.entries(operatorCases))('%s', async (name, testModel) => {
    const bytes = writeModel(testModel);
    const dims = testModel.input.map((size) => size ?? 2);
    const values = Float32Array.from(drawNumbers(dims.reduce((product, size) => product * size, 1), 99));
    const session = await InferenceSession.create(bytes);
    const { y } = await session.run({ x: new OrtTensor('float32', values, dims) });
    if (y === undefined) throw new Error('ONNX Runtime gave no y');

    const graph = readOnnx(bytes);
    validateGraph(graph);
    const executor = createExecutor(graph);
    const input = toInput(name, values, dims);
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

describe('gradients of ONNX operators against finite differences', () => {
  const flat: string[] = [];

  it.each(Object.entries(operatorCases))('%s', (name, testModel) => {
    const dims = testModel.input.map((size, axis) => (axis === 0 ? 1 : size ?? 1));
    const count = dims.reduce((product, size) => product * size, 1);
    // A little off the grid of the drawn numbers, where ReLU and Clip have their corners.
    const values = Float32Array.from(drawNumbers(count, 31), (value, index) => value + 0.002 + 0.003 * Math.sin(index * 7.3));
    const graph = readOnnx(writeModel(testModel));
    const executor = createExecutor(graph);
    const input = toInput(name, values, dims);
    const classes = graph.nodes.find((node) => node.id === graph.logits)?.outputShape.reduce((product, size) => product * size, 1) ?? 1;
    const target = Math.floor(classes / 2);
    const { gradient, score: value } = drain(differentiateInput({ executor, input, target: { kind: 'class', index: target } }));
    value.dispose();
    const norm = Math.sqrt((gradient.dataSync() as Float32Array).reduce((sum, slope) => sum + slope * slope, 0));
    const score = (distance: number): number => tidy(() => {
      const pass = executor.forward(add(input, mul(gradient, distance / norm)) as Tensor4D, { mode: 'live', taps: new Set() });
      const value = pass.logits.dataSync()[target] ?? Number.NaN;
      pass.dispose();
      return value;
    });
    expect(gradient.shape).toEqual(input.shape);
    const step = 1e-3;
    if (norm === 0) flat.push(name);
    expect(norm === 0 ? 0 : Math.abs((score(step) - score(-step)) / (2 * step) - norm)).toBeLessThan(0.03 * norm + 2e-3);
    for (const held of [gradient, input, executor]) held.dispose();
  });

  it('found a slope in nearly all of them', () => {
    // Where the score is flat (a clipped pixel) the comparison says nothing.
    expect(flat.length, flat.join()).toBeLessThan(10);
  });
});
