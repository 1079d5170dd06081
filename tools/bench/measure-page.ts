import { memory, tensor4d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web/webgpu';
import { startBackend } from '../../src/engine/backend';
import type { Executor } from '../../src/engine/executor.interface';
import { createExecutor } from '../../src/engine/executor';
import { borrowNativeKernels } from '../../src/engine/native/native-kernels';
import { readAsync } from '../../src/engine/readback';
import type { Backend } from '../../src/contract/session-spec';
import { readTfjsLayers } from '../../src/formats/tfjs-layers';
import { createScoreSeed } from '../../src/explain/score-gradient';
import { writeOnnx } from './onnx-writer';

export interface MeasureRequest {
  readonly backend: Backend;
  readonly modelJson: unknown;
  readonly weightsBase64: string;
  readonly wasmPath: string;
  readonly ortPath: string;
  readonly rounds: number;
  readonly warmUps: number;
}

/** Milliseconds of every round, by runner; and how far the runners' outputs differ. */
export interface Measurement {
  readonly timesMs: Readonly<Record<string, readonly number[]>>;
  readonly largestDifference: Readonly<Record<string, number>>;
  readonly tensorsLeft: number;
  /** Threads of the rows that say so, and what the start measured. */
  readonly threads: number;
  readonly why: string;
}

/**
 * Runs our live forward, our backward to the input, tfjs's LayersModel and ONNX Runtime Web on the same network, weights,
 * input and backend, in turn within each round (so that a noisy machine disturbs all alike), each until its result is read.
 */
export async function measureNetwork(request: MeasureRequest): Promise<Measurement> {
  const { threads, why } = await startBackend({ choice: request.backend, wasmPath: request.wasmPath });
  const native = borrowNativeKernels();
  const weights = Uint8Array.from(atob(request.weightsBase64), (letter) => letter.charCodeAt(0));
  const graph = readTfjsLayers(request.modelJson, weights);
  const executor = createExecutor(graph);
  const [height, width, channels] = graph.inputShape;
  const pixels = Float32Array.from({ length: height * width * channels }, (_, index) => Math.sin(index * 0.37) * Math.cos(index * 0.011));
  const input = tensor4d(pixels, [1, height, width, channels]);
  const model = await loadLayersModel(request.modelJson, weights);
  const session = await openOrtSession(request, writeOnnx(graph));
  const feeds = { input: new ort.Tensor('float32', toNchw(pixels, height, width, channels), [1, channels, height, width]) };

  const runners: Record<string, () => Promise<Float32Array>> = {
    forward: () => runForward(executor, input),
    'layers-model': async () => {
      const output = model.predict(input) as Tensor;
      const values = await readAsync(output);
      output.dispose();
      return values;
    },
    'onnxruntime-web': async () => {
      const results = await session.run(feeds);
      return (await results['output']?.getData()) as Float32Array;
    },
    'forward+backward': () => runBackward(executor, input),
    ...(native !== null && threads > 1 ? { 'forward, threads': () => runForward(executor, input), 'forward+backward, threads': () => runBackward(executor, input) } : {}),
  };
  /** Helpers take part only where the row says so. */
  const prepare = (name: string): void => { if (native !== null) native.helpers = name.endsWith('threads') ? threads - 1 : 0; };
  const outputs: Record<string, Float32Array> = {};
  for (const [name, run] of Object.entries(runners)) {
    prepare(name);
    for (let count = 0; count < request.warmUps; count++) outputs[name] = await run();
  }
  const tensorsBefore = memory().numTensors;
  const timesMs: Record<string, number[]> = {};
  for (let round = 0; round < request.rounds; round++) {
    for (const [name, run] of Object.entries(runners)) {
      prepare(name);
      // Helpers of the runner before look for work a little while; asleep they disturb nobody.
      await new Promise((resolve) => { setTimeout(resolve, 2); });
      const startMs = performance.now();
      await run();
      (timesMs[name] ??= []).push(performance.now() - startMs);
    }
  }
  const largestDifference: Record<string, number> = {};
  for (const name of Object.keys(outputs).filter((name) => !/^forward(\+|$)/.test(name))) largestDifference[name] = compare(outputs['forward'], outputs[name]);
  const tensorsLeft = memory().numTensors - tensorsBefore;
  executor.dispose();
  await session.release();
  return { timesMs, largestDifference, tensorsLeft, threads, why };
}

/** Live plan with nothing tapped: what the network costs by itself. */
async function runForward(executor: Executor, input: Tensor4D): Promise<Float32Array> {
  const activations = executor.forward(input, { mode: 'live', taps: new Set([executor.graph.output]) });
  const values = await readAsync(activations.get(executor.graph.output));
  activations.dispose();
  return values;
}

async function runBackward(executor: Executor, input: Tensor4D): Promise<Float32Array> {
  const { graph } = executor;
  const to = new Set([graph.input]);
  const activations = executor.forward(input, { mode: 'live', taps: to, backwardTo: to });
  const seed = createScoreSeed(activations.logits, 0);
  const gradient = executor.backward(activations, { from: graph.logits, seed, to: [graph.input], rule: { kind: 'gradient' } }).get(graph.input);
  if (gradient === undefined) throw new Error('no gradient');
  const values = await readAsync(gradient);
  gradient.dispose();
  seed.dispose();
  activations.dispose();
  return values;
}

async function loadLayersModel(modelJson: unknown, weights: Uint8Array): Promise<layers.LayersModel> {
  const json = modelJson as { modelTopology: Record<string, unknown>; weightsManifest: { weights: [] }[] };
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer;
  return layers.loadLayersModel({ load: () => Promise.resolve({ modelTopology: json.modelTopology, weightSpecs, weightData }) });
}

async function openOrtSession(request: MeasureRequest, bytes: Uint8Array): Promise<ort.InferenceSession> {
  ort.env.wasm.wasmPaths = request.ortPath;
  // Our rows without 'threads' run on one thread, so ONNX Runtime gets one as well.
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  return ort.InferenceSession.create(bytes, { executionProviders: [request.backend], graphOptimizationLevel: 'all' });
}

function toNchw(values: Float32Array, height: number, width: number, channels: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < channels; channel++) result[channel * height * width + pixel] = values[pixel * channels + channel] ?? 0;
  }
  return result;
}

function compare(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}
