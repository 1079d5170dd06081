import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { io, setBackend, tensor, tensor4d, type Tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { readNetwork } from '../../src/formats/read-network';
import { validateGraph } from '../../src/graph/validate-graph';
import { expectClose } from './closeness';
import { drawNumbers } from './onnx-model';
import { startWasm } from './wasm-in-node';

/* Keras layers through our reader and engine (WASM) against TensorFlow.js's own layers on its plain JavaScript backend. */

beforeAll(startWasm);

type Layer = Parameters<Sequential['add']>[0];
const inputShape = [7, 6, 4] as const;

const cases: Readonly<Record<string, () => readonly Layer[]>> = {
  'Conv2D, same, stride 2': () => [layers.conv2d({ filters: 3, kernelSize: [3, 2], strides: [2, 2], padding: 'same', activation: 'relu' })],
  'Conv2D with holes, elu': () => [layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'elu' })],
  'DepthwiseConv2D': () => [layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu6' })],
  'SeparableConv2D': () => [layers.separableConv2d({ filters: 5, kernelSize: 3, padding: 'valid', activation: 'tanh' })],
  'Conv2DTranspose, same': () => [layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' })],
  'Conv2DTranspose, valid': () => [layers.conv2dTranspose({ filters: 3, kernelSize: [2, 4], strides: [3, 2], padding: 'valid' })],
  'Conv2DTranspose, stride longer than the kernel': () => [layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 3, padding: 'same' })],
  'BatchNormalization': () => [layers.batchNormalization({ epsilon: 0.01 })],
  'LayerNormalization': () => [layers.layerNormalization({ epsilon: 0.01 })],
  'pools': () => [layers.maxPooling2d({ poolSize: 2, strides: 1, padding: 'same' }), layers.averagePooling2d({ poolSize: [3, 2], padding: 'same' }), layers.globalAveragePooling2d({})],
  'global maximum, dense': () => [layers.globalMaxPooling2d({}), layers.dense({ units: 3, activation: 'softmax' })],
  'dense on a map': () => [layers.dense({ units: 3, activation: 'sigmoid' }), layers.flatten()],
  'borders': () => [layers.zeroPadding2d({ padding: [[1, 2], [0, 3]] }), layers.cropping2D({ cropping: [[1, 0], [2, 1]] })],
  'activations': () => [layers.leakyReLU({ alpha: 0.2 }), layers.elu({}), layers.prelu({}), layers.reLU({ maxValue: 2 }), layers.activation({ activation: 'swish' })],
  'hard sigmoid, dropout': () => [layers.activation({ activation: 'hardSigmoid' }), layers.dropout({ rate: 0.5 })],
  'larger, reshaped': () => [layers.upSampling2d({ size: [2, 3] }), layers.reshape({ targetShape: [14, 6, 12] }), layers.activation({ activation: 'relu' })],
  // Not here: bilinear UpSampling2D. TensorFlow.js reads pixel corners where Keras reads their centres, as we do.
  'axes in another order': () => [layers.permute({ dims: [3, 1, 2] }), layers.activation({ activation: 'relu' })],
  'log softmax': () => [layers.flatten(), layers.dense({ units: 4 }), layers.activation({ activation: 'logSoftmax' as 'softmax' })],
};

/** A network inside a network, as transfer learning leaves it. */
const nested = (): readonly Layer[] => {
  const inner = sequential({ name: 'features' });
  inner.add(layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [...inputShape], activation: 'relu' }));
  inner.add(layers.batchNormalization({}));
  return [inner, layers.globalAveragePooling2d({}), layers.dense({ units: 2 })];
};

describe('Keras layers against TensorFlow.js', () => {
  it.each(Object.entries({ ...cases, 'a model inside': nested }))('%s', async (name, makeLayers) => {
    await setBackend('cpu');
    const model = sequential();
    model.add(layers.inputLayer({ inputShape: [...inputShape] }));
    for (const layer of makeLayers()) model.add(layer);
    // Drawn, so that no bias or mean is 0; a variance has to be positive.
    model.setWeights(model.weights.map((weight, index) => {
      const count = weight.shape.reduce<number>((product, size) => product * (size ?? 1), 1);
      const numbers = drawNumbers(count, index + 3).map((value) => (weight.name.includes('variance') ? Math.abs(value) + 0.5 : value / 2));
      return tensor(numbers, weight.shape as number[]);
    }));
    const values = Float32Array.from(drawNumbers(2 * 7 * 6 * 4, 5));
    const expected = model.predict(tensor4d(values, [2, ...inputShape])) as Tensor;
    const expectedValues = Float32Array.from(expected.dataSync());
    let artifacts: io.ModelArtifacts | null = null;
    await model.save(io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }));
    const saved = artifacts as unknown as io.ModelArtifacts;
    const modelJson = { format: 'layers-model', generatedBy: saved.generatedBy, modelTopology: saved.modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: saved.weightSpecs }] };
    await setBackend('wasm');

    const graph = await readNetwork({
      name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(modelJson)), readBeside: async () => new Uint8Array(io.CompositeArrayBuffer.join(saved.weightData)),
    });
    validateGraph(graph);
    const executor = createExecutor(graph);
    const input = tensor4d(values, [2, ...inputShape]);
    const pass = executor.forward(input, { mode: 'inspect', taps: new Set([graph.output]) });
    expect(pass.get(graph.output).shape).toEqual(expected.shape);
    expectClose(pass.get(graph.output).dataSync(), expectedValues, { atol: 2e-5, rtol: 2e-5 }, name);
    for (const held of [input, pass, executor]) held.dispose();
  });
});
