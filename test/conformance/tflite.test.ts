import { tensor4d } from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/engine/executor';
import { readNetwork, readNetworkWithFacts, type NetworkSource, type NetworkWithFacts } from '../../src/formats/read-network';
import { validateGraph } from '../../src/graph/validate-graph';
import { expectClose } from './closeness';
import { drawNumbers } from './onnx-model';
import { writeTflite, type Option, type TestTensor, type TestTflite } from './tflite-model';
import { startWasm } from './wasm-in-node';

/* Files made here, numbers computed here with plain loops from TFLite's definitions. */

const sourceOf = (bytes: Uint8Array): NetworkSource => ({ name: 'net.tflite', bytes, readBeside: async () => { throw new Error('nothing lies beside'); } });
const read = (bytes: Uint8Array, options = {}): Promise<NetworkWithFacts> => readNetworkWithFacts(sourceOf(bytes), options);

async function run(model: TestTflite, values: readonly number[]): Promise<{ readonly shape: readonly number[]; readonly values: Float32Array }> {
  // As the file has it: an answer with facts has its last map pooled.
  const graph = await readNetwork(sourceOf(writeTflite(model)));
  validateGraph(graph);
  const executor = createExecutor(graph);
  const input = tensor4d([...values], [1, ...graph.inputShape]);
  const pass = executor.forward(input, { mode: 'inspect', taps: new Set([graph.output]) });
  const output = pass.get(graph.output);
  const result = { shape: output.shape.slice(1), values: output.dataSync().slice() as Float32Array };
  for (const held of [pass, input, executor]) held.dispose();
  return result;
}

const picture = (shape: readonly number[]): TestTensor => ({ name: 'x', shape });
const result = (shape: readonly number[], more: Partial<TestTensor> = {}): TestTensor => ({ name: 'y', shape, ...more });
const ints = (...data: number[]): TestTensor => ({ name: 'numbers', shape: [data.length], type: 'int32', data });

/** One operator on the picture `x` and constants. */
function one(code: number, shape: readonly number[], constants: readonly TestTensor[], options: readonly Option[] = [], output: Partial<TestTensor> = {}): TestTflite {
  return {
    tensors: [picture(shape), ...constants, result([], output)], outputs: [constants.length + 1],
    operators: [{ code, inputs: [0, ...constants.map((_, index) => index + 1)], outputs: [constants.length + 1], options }],
  };
}

const at = (values: readonly number[], [, width, channels]: readonly [number, number, number], y: number, x: number, c: number): number => values[(y * width + x) * channels + c] ?? Number.NaN;

beforeAll(startWasm);

describe('TFLite operators', () => {
  it('CONV_2D: int8 weights for each channel, int32 bias, stride 2, the odd pixel at the end, ReLU6 within', async () => {
    const x = drawNumbers(6 * 6 * 2, 1).map((value) => value * 2);
    const kernel = Array.from({ length: 3 * 3 * 3 * 2 }, (_, index) => ((index * 37) % 255) - 127);
    const scales = [0.01, 0.02, 0.005];
    const bias = [50, -20, 400];
    const { shape, values } = await run(one(3, [1, 6, 6, 2], [
      { name: 'w', shape: [3, 3, 3, 2], type: 'int8', data: kernel, scales, axis: 0 }, { name: 'b', shape: [3], type: 'int32', data: bias, scales, axis: 0 },
    ], [[0, 'byte', 0], [1, 'int', 2], [2, 'int', 2], [3, 'byte', 3]]), x);
    expect(shape).toEqual([3, 3, 3]);
    const expected: number[] = [];
    for (let oy = 0; oy < 3; oy += 1) for (let ox = 0; ox < 3; ox += 1) for (let filter = 0; filter < 3; filter += 1) {
      let sum = (bias[filter] ?? 0) * (scales[filter] ?? 0);
      // 6 pixels, stride 2, window 3: one pixel of padding in all, at the bottom and right.
      for (let ky = 0; ky < 3; ky += 1) for (let kx = 0; kx < 3; kx += 1) for (let c = 0; c < 2; c += 1) {
        const [y, xx] = [oy * 2 + ky, ox * 2 + kx];
        if (y < 6 && xx < 6) sum += at(x, [6, 6, 2], y, xx, c) * (kernel[((filter * 3 + ky) * 3 + kx) * 2 + c] ?? 0) * (scales[filter] ?? 0);
      }
      expected.push(Math.min(Math.max(sum, 0), 6));
    }
    expect(expected.some((value) => value > 0 && value < 6)).toBe(true);
    expectClose(values, expected, { atol: 1e-4, rtol: 1e-4 }, 'CONV_2D');
  });

  it('DEPTHWISE_CONV_2D: two filters a channel, uint8 weights with a zero point', async () => {
    const x = drawNumbers(4 * 5 * 2, 2);
    const kernel = Array.from({ length: 2 * 2 * 4 }, (_, index) => (index * 53) % 256);
    const { shape, values } = await run(one(4, [1, 4, 5, 2], [{ name: 'w', shape: [1, 2, 2, 4], type: 'uint8', data: kernel, scales: [0.02], zeroPoints: [121] }],
      [[0, 'byte', 1], [1, 'int', 1], [2, 'int', 1], [3, 'int', 2]]), x);
    expect(shape).toEqual([3, 4, 4]);
    const expected: number[] = [];
    for (let oy = 0; oy < 3; oy += 1) for (let ox = 0; ox < 4; ox += 1) for (let filter = 0; filter < 4; filter += 1) {
      let sum = 0;
      for (let ky = 0; ky < 2; ky += 1) for (let kx = 0; kx < 2; kx += 1) sum += at(x, [4, 5, 2], oy + ky, ox + kx, filter >> 1) * ((kernel[(ky * 2 + kx) * 4 + filter] ?? 0) - 121) * 0.02;
      expected.push(sum);
    }
    expectClose(values, expected, { atol: 1e-5, rtol: 1e-5 }, 'DEPTHWISE_CONV_2D');
  });

  it.each([[5, 7, 0], [6, 8, 0], [7, 9, 1]])('TRANSPOSE_CONV to %i by %i pixels, with ReLU within', async (toHeight, toWidth, padding) => {
    const [height, width, channels, filters] = [3, 4, 2, 3];
    const x = drawNumbers(height * width * channels, 3);
    const kernel = drawNumbers(filters * 3 * 3 * channels, 4);
    const { shape, values } = await run({
      tensors: [ints(1, toHeight, toWidth, filters), { name: 'w', shape: [filters, 3, 3, channels], data: kernel }, picture([1, height, width, channels]), { name: 'b', shape: [filters], data: [0.5, -0.25, 0] }, result([1, toHeight, toWidth, filters])],
      inputs: [2], outputs: [4], operators: [{ code: 67, inputs: [0, 1, 2, 3], outputs: [4], options: [[0, 'byte', padding], [1, 'int', 2], [2, 'int', 2], [3, 'byte', 1]] }],
    }, x);
    expect(shape).toEqual([toHeight, toWidth, filters]);
    const expected = Array.from({ length: toHeight * toWidth * filters }, (_, index) => [0.5, -0.25, 0][index % filters] ?? 0);
    const [top, left] = [Math.floor(((height - 1) * 2 + 3 - toHeight) / 2), Math.floor(((width - 1) * 2 + 3 - toWidth) / 2)].map((pixels) => Math.max(pixels, 0)) as [number, number];
    for (let y = 0; y < height; y += 1) for (let ox = 0; ox < width; ox += 1) for (let filter = 0; filter < filters; filter += 1) for (let ky = 0; ky < 3; ky += 1) for (let kx = 0; kx < 3; kx += 1) {
      const [ty, tx] = [y * 2 + ky - top, ox * 2 + kx - left];
      if (ty < 0 || tx < 0 || ty >= toHeight || tx >= toWidth) continue;
      for (let c = 0; c < channels; c += 1) expected[(ty * toWidth + tx) * filters + filter] = (expected[(ty * toWidth + tx) * filters + filter] ?? 0) + at(x, [height, width, channels], y, ox, c) * (kernel[((filter * 3 + ky) * 3 + kx) * channels + c] ?? 0);
    }
    expectClose(values, expected.map((value) => Math.max(value, 0)), { atol: 1e-4, rtol: 1e-4 }, 'TRANSPOSE_CONV');
  });

  it('FULLY_CONNECTED on a map, with halves that a DEQUANTIZE makes floats', async () => {
    const x = [1, -2, 0.5, 4];
    const model: TestTflite = {
      tensors: [picture([1, 2, 2, 1]), { name: 'halves', shape: [2, 4], type: 'float16', data: [1, 2, 3, 4, -0.5, 0, 0.25, 1.5] }, { name: 'w', shape: [2, 4] }, { name: 'b', shape: [2], data: [10, -10] }, result([1, 2]), { name: 'p', shape: [1, 2] }],
      operators: [{ code: 6, inputs: [1], outputs: [2] }, { code: 9, inputs: [0, 2, 3], outputs: [4], options: [] }, { code: 25, inputs: [4], outputs: [5], options: [[0, 'float', 1]] }], outputs: [5],
    };
    const { graph, facts } = await read(writeTflite(model));
    expect(facts.dequantised).toBe(true);
    expect(graph.logits).toBe('y');
    const { values } = await run({ ...model, outputs: [4] }, x);
    expectClose(values, [1 - 4 + 1.5 + 16 + 10, -0.5 + 0.125 + 6 - 10], { atol: 1e-5, rtol: 1e-5 }, 'FULLY_CONNECTED');
  });

  it.each<readonly [string, TestTflite, readonly number[], readonly number[]]>([
    ['AVERAGE_POOL_2D counts no padding', one(1, [1, 3, 3, 1], [], [[0, 'byte', 0], [1, 'int', 2], [2, 'int', 2], [3, 'int', 2], [4, 'int', 2]]), [1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 4.5, 7.5, 9]],
    ['MAX_POOL_2D', one(17, [1, 2, 4, 1], [], [[0, 'byte', 1], [1, 'int', 2], [2, 'int', 2], [3, 'int', 2], [4, 'int', 2]]), [1, 5, 3, 2, 0, 4, 8, 1], [5, 8]],
    ['MEAN over height and width', one(40, [1, 2, 2, 2], [ints(1, 2)]), [1, 10, 2, 20, 3, 30, 4, 40], [2.5, 25]],
    ['ADD of a vector, with ReLU within', one(0, [1, 1, 2, 2], [{ name: 'c', shape: [2], data: [1, -3] }], [[0, 'byte', 1]]), [1, 2, -5, 6], [2, 0, 0, 3]],
    ['MUL of a scalar', one(18, [1, 1, 1, 2], [{ name: 'c', shape: [], data: [4] }]), [1, -2], [4, -8]],
    ['SUB of a constant of four axes', one(41, [1, 1, 1, 2], [{ name: 'c', shape: [1, 1, 1, 2], data: [4, 1] }]), [1, -2], [-3, -3]],
    ['DIV by a constant', one(42, [1, 1, 1, 2], [{ name: 'c', shape: [1], data: [4] }]), [1, -2], [0.25, -0.5]],
    ['MAXIMUM', one(55, [1, 1, 1, 2], [{ name: 'c', shape: [], data: [-1] }]), [1, -2], [1, -1]],
    ['MINIMUM', one(57, [1, 1, 1, 2], [{ name: 'c', shape: [], data: [0.5] }]), [1, -2], [0.5, -2]],
    ['RELU_N1_TO_1', one(20, [1, 1, 1, 3], []), [3, -3, 0.5], [1, -1, 0.5]],
    ['LOG_SOFTMAX', one(50, [1, 1, 1, 2], []), [1, 3], [-2 - Math.log1p(Math.exp(-2)), -Math.log1p(Math.exp(-2))]],
    ['LEAKY_RELU', one(98, [1, 1, 1, 2], [], [[0, 'float', 0.25]]), [3, -4], [3, -1]],
    ['HARD_SWISH', one(117, [1, 1, 1, 3], []), [4, -4, 1], [4, 0, 4 / 6]],
    ['PRELU', one(54, [1, 1, 1, 2], [{ name: 'slope', shape: [1, 1, 2], data: [0.5, 0.1] }]), [-2, -2], [-1, -0.2]],
    ['PAD of channels and columns', one(34, [1, 1, 1, 2], [{ name: 'p', shape: [4, 2], type: 'int32', data: [0, 0, 0, 0, 1, 0, 1, 1] }]), [7, 8], [0, 0, 0, 0, 0, 7, 8, 0]],
    ['PADV2', one(60, [1, 1, 1, 1], [{ name: 'p', shape: [4, 2], type: 'int32', data: [0, 0, 0, 1, 0, 0, 0, 0] }, { name: 'v', shape: [], data: [9] }]), [7], [7, 9]],
    ['MIRROR_PAD, reflected', one(100, [1, 1, 3, 1], [{ name: 'p', shape: [4, 2], type: 'int32', data: [0, 0, 0, 0, 2, 1, 0, 0] }], [[0, 'byte', 0]]), [1, 2, 3], [3, 2, 1, 2, 3, 2]],
    ['MIRROR_PAD, symmetric', one(100, [1, 1, 3, 1], [{ name: 'p', shape: [4, 2], type: 'int32', data: [0, 0, 0, 0, 2, 1, 0, 0] }], [[0, 'byte', 1]]), [1, 2, 3], [2, 1, 1, 2, 3, 3]],
    ['RESIZE_NEAREST_NEIGHBOR', one(97, [1, 1, 2, 1], [ints(1, 4)]), [1, 2], [1, 1, 2, 2]],
    ['RESIZE_BILINEAR, half pixels', one(23, [1, 1, 2, 1], [ints(1, 4)], [[3, 'byte', 1]]), [1, 2], [1, 1.25, 1.75, 2]],
    ['SLICE', one(65, [1, 2, 2, 2], [ints(0, 1, 0, 1), ints(1, 1, -1, 1)]), [0, 1, 2, 3, 4, 5, 6, 7], [5, 7]],
    ['STRIDED_SLICE, every second column', one(45, [1, 1, 4, 1], [ints(0, 0, 1, 0), ints(1, 1, 4, 1), ints(1, 1, 2, 1)]), [0, 1, 2, 3], [1, 3]],
    ['STRIDED_SLICE that drops an axis', one(45, [1, 2, 2, 1], [ints(0, 1, 0, 0), ints(1, 2, 2, 1), ints(1, 1, 1, 1)], [[4, 'int', 2]]), [0, 1, 2, 3], [2, 3]],
    ['TRANSPOSE', one(39, [1, 2, 2, 1], [ints(0, 2, 1, 3)]), [0, 1, 2, 3], [0, 2, 1, 3]],
    ['RESHAPE with an open size', one(22, [1, 2, 2, 1], [ints(1, -1)]), [0, 1, 2, 3], [0, 1, 2, 3]],
    ['SQUEEZE', one(43, [1, 1, 1, 2], [], [[0, 'ints', [1, 2]]]), [5, 6], [5, 6]],
    ['EXPAND_DIMS', one(70, [1, 1, 2, 1], [{ name: 'axis', shape: [], type: 'int32', data: [3] }]), [5, 6], [5, 6]],
    ['an integer range that begins at zero cuts off what is below', one(0, [1, 1, 1, 2], [{ name: 'c', shape: [1], data: [0] }], [], { type: 'uint8', scales: [0.02], zeroPoints: [0] }), [-3, 9], [0, 5.1]],
  ])('%s', async (_, model, x, expected) => {
    const { values } = await run(model, x);
    expectClose(values, expected, { atol: 1e-5, rtol: 1e-5 }, 'y');
  });

  it('SPLIT and CONCATENATION, joined the other way round', async () => {
    const { values } = await run({
      tensors: [{ name: 'axis', shape: [], type: 'int32', data: [-1] }, picture([1, 1, 2, 2]), { name: 'a', shape: [1, 1, 2, 1] }, { name: 'b', shape: [1, 1, 2, 1] }, result([1, 1, 2, 2])],
      inputs: [1], outputs: [4],
      operators: [{ code: 49, inputs: [0, 1], outputs: [2, 3], options: [[0, 'int', 2]] }, { code: 2, inputs: [3, 2], outputs: [4], options: [[0, 'int', 3]] }],
    }, [1, 2, 3, 4]);
    expect([...values]).toEqual([2, 1, 4, 3]);
  });
});

describe('TFLite files', () => {
  const relu = one(19, [1, 2, 2, 1], []);

  it('name the unknown operator, where it is, and what is read', async () => {
    await expect(read(writeTflite(one(11, [1, 2, 2, 1], [])))).rejects.toThrow(/op-unsupported: L2_NORMALIZATION \(operator 0, output 'y'\): .*CONV_2D, DEPTHWISE_CONV_2D/);
    const custom: TestTflite = { ...relu, operators: [{ code: 32, custom: 'TFLite_Detection_PostProcess', inputs: [0], outputs: [1] }] };
    await expect(read(writeTflite(custom))).rejects.toThrow(/op-unsupported: 'TFLite_Detection_PostProcess'/);
  });

  it('with two inputs are refused by their names', async () => {
    await expect(read(writeTflite({ ...relu, tensors: [...relu.tensors, { name: 'mask', shape: [1, 4] }], inputs: [0, 2] }))).rejects.toThrow(/input-unsupported.*'x' float32.*'mask'/);
  });

  it('give each layer a name of its own', async () => {
    const { graph } = await read(writeTflite({ tensors: [picture([1, 1, 1, 1]), picture([1, 1, 1, 1]), picture([1, 1, 1, 1])], operators: [{ code: 19, inputs: [0], outputs: [1] }, { code: 28, inputs: [1], outputs: [2] }], outputs: [2] }));
    expect(graph.nodes.map((node) => node.id)).toEqual(['x', 'x:1', 'x:2']);
  });

  it('say the range of an integer input, an open size, and the labels behind them', async () => {
    const model: TestTflite = { ...relu, tensors: [{ ...picture([1, 1, 1, 3]), type: 'uint8', scales: [0.0078125], zeroPoints: [128], openShape: [-1, -1, -1, 3] }, result([1, 1, 1, 3])] };
    const network = writeTflite(model);
    const archive = zipSync({ 'labels.txt': strToU8('cat\ndog\nbird\n') });
    const { graph, facts } = await read(Uint8Array.from([...network, ...archive]), { height: 5, width: 7 });
    expect(graph.inputShape).toEqual([5, 7, 3]);
    expect(facts).toMatchObject({ format: 'tflite', sizeIsOpen: true, inputRange: [-1, 127 * 0.0078125], labels: ['cat', 'dog', 'bird'] });
    expect((await read(network)).facts.labels).toBeNull();
  });

  it('that compute a shape are read at the shape they note down', async () => {
    const { shape } = await run({
      tensors: [picture([1, 2, 2, 1]), { name: 'shape', shape: [2], type: 'int32' }, result([1, 4])],
      operators: [{ code: 77, inputs: [0], outputs: [1] }, { code: 22, inputs: [0, 1], outputs: [2] }], outputs: [2],
    }, [1, 2, 3, 4]);
    expect(shape).toEqual([4]);
  });
});
