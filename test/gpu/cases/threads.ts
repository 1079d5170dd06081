import { memory, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { startHelpers } from '../../../src/engine/native/helper-threads';
import { createNativeKernels, unlimited, type NativeKernels } from '../../../src/engine/native/native-kernels';
import { packKernel, packPhases } from '../../../src/engine/native/pack-kernel';
import { measureInTurn, startWasmBackend } from '../../../src/engine/wasm-backend';

export interface ThreadsReport {
  readonly why: string;
  readonly isShared: boolean;
  readonly fused: boolean;
  readonly helpers: number;
  /** Blocks that helpers did in the jobs below. */
  readonly helpedBlocks: number;
  /** Largest difference of a result with helpers from the same without, by kernel. */
  readonly differences: Readonly<Record<string, number>>;
  readonly leakedTensors: number;
  /** Medians in milliseconds, measured in turn; said, not tested. */
  readonly aloneMs: number;
  readonly helpedMs: number;
}

/** Where the control block counts the helpers inside a job (assembly/index.ts). */
const activeAt = 64;

const geometry = { strides: [1, 1], dilations: [1, 1], padding: { top: 1, bottom: 1, left: 1, right: 1 } } as const;
const strided = { ...geometry, strides: [2, 2] } as const;

function wave(shape: readonly number[], pace: number): Tensor {
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => Math.sin(index * pace)), [...shape], 'float32');
}

/** Every kernel that is shared, with odd sizes. */
function listJobs(kernels: NativeKernels): { readonly jobs: Readonly<Record<string, () => Tensor>>; readonly held: readonly Tensor[] } {
  const shape = [3, 3, 37, 53];
  const weights = Float32Array.from({ length: 3 * 3 * 37 * 53 }, (_, index) => Math.sin(index * 0.7));
  const input = wave([2, 31, 29, 37], 0.37);
  const upstream = wave([2, 16, 15, 53], 0.11);
  const many = wave([1, 5, 5, 37], 0.23);
  const wide = wave([1, 41, 43, 30], 0.29);
  const depthwise = wave([3, 3, 30, 1], 0.53);
  const packed = tensor(packKernel(weights, null, 53), undefined, 'float32');
  const phases = tensor(packPhases(weights, shape, [2, 2]), undefined, 'float32');
  const manyWeights = tensor(packKernel(Float32Array.from({ length: 37 * 9 * 400 }, (_, index) => Math.cos(index)), null, 400), undefined, 'float32');
  return {
    held: [input, upstream, many, wide, depthwise, packed, phases, manyWeights],
    jobs: {
      'convolution, pixels shared': () => kernels.convolve(input, packed, shape, geometry, unlimited),
      'convolution, channels shared': () => kernels.convolve(many, manyWeights, [3, 3, 37, 400], geometry, unlimited),
      'gradient of a strided convolution': () => kernels.convolveBack(upstream, phases, shape, strided, [31, 29]),
      'depthwise convolution': () => kernels.depthwise(wide, depthwise, null, geometry, [41, 43], false, unlimited),
      'depthwise gradient': () => kernels.depthwise(wide, depthwise, null, geometry, [41, 43], true, unlimited),
    },
  };
}

/** Our kernels with helper threads on tfjs's heap, in an isolated page. */
export async function checkThreads(helperCount: number): Promise<ThreadsReport> {
  const started = await startWasmBackend('/wasm/');
  started.helpers?.stop();
  const kernels = await createNativeKernels();
  if (kernels === null) throw new Error('our own kernels do not run here');
  const helpers = await startHelpers(kernels, helperCount);
  const before = memory().numTensors;
  const { jobs, held } = listJobs(kernels);
  const differences: Record<string, number> = {};
  for (const [name, run] of Object.entries(jobs)) {
    kernels.helpers = 0;
    const alone = run();
    kernels.helpers = helpers.count;
    // Often enough that helpers are awake for some of them on a busy machine.
    for (let time = 0; time < 20; time += 1) {
      const helped = run();
      const values = helped.dataSync() as Float32Array;
      const expected = alone.dataSync();
      const worst = values.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? Number.NaN))), 0);
      differences[name] = Math.max(differences[name] ?? 0, worst);
      helped.dispose();
    }
    alone.dispose();
  }
  const first = Object.values(jobs)[0] as () => Tensor;
  const [alone, helped] = measureInTurn([0, helpers.count].map((count) => () => {
    kernels.helpers = count;
    first().dispose();
  }), 15, 1000);
  const { helpedBlocks } = kernels;
  helpers.stop();
  for (const tensor of held) tensor.dispose();
  return {
    why: started.why, isShared: kernels.heap.memory.buffer instanceof SharedArrayBuffer, fused: kernels.fused, helpers: helpers.count,
    helpedBlocks, differences, leakedTensors: memory().numTensors - before, aloneMs: alone?.medianMs ?? 0, helpedMs: helped?.medianMs ?? 0,
  };
}

export interface LostHelperReport {
  readonly difference: number;
  readonly helpersAfter: number;
  readonly timesTold: number;
}

/** A helper that joined a job and never came back: counted as active for ever. */
export async function checkLostHelper(): Promise<LostHelperReport> {
  const started = await startWasmBackend('/wasm/');
  started.helpers?.stop();
  const kernels = await createNativeKernels();
  if (kernels === null) throw new Error('our own kernels do not run here');
  const { jobs } = listJobs(kernels);
  const run = Object.values(jobs)[0] as () => Tensor;
  const expected = run().dataSync();
  let timesTold = 0;
  kernels.onHelperLost = () => { timesTold += 1; };
  Atomics.add(new Int32Array(kernels.heap.memory.buffer), (kernels.control + activeAt) / 4, 1);
  kernels.helpers = 1;
  const values = run().dataSync() as Float32Array;
  const difference = values.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? Number.NaN))), 0);
  kernels.helpers = 1;
  run().dispose();
  return { difference, helpersAfter: kernels.helpers, timesTold };
}
