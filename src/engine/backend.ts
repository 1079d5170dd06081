import { findBackendFactory, registerBackend, removeBackend, setBackend, zeros, type Rank } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { Backend, BackendChoice } from '../contract/session-spec';
import { requestRealAdapter, requestDevice, type FoundAdapter } from './gpu-device';
import { convolutionKernel } from './kernels/convolution';
import { startWasmBackend, stopWasmBackend, type StartedWasm } from './wasm-backend';
import { WeightStore } from './weight-store';

export interface BackendOptions {
  readonly choice: BackendChoice;
  /** Folder of tfjs's .wasm files, with a slash at its end: an address in a browser, a path in Node. */
  readonly wasmPath: string;
}

export interface StartedBackend {
  readonly backend: Backend;
  /** The one device of the worker, shared with tfjs; null on the WASM tier. Lives as long as the worker. */
  readonly device: GPUDevice | null;
  /** Why this one; for the status line. */
  readonly why: string;
  /** Threads that may share a layer. */
  readonly threads: number;
  /** To be told of live passes: which network, and how many milliseconds; null where nothing is decided by them. */
  readonly notePass: ((network: string, passMs: number) => void) | null;
}

/** WebGPU must not be this many times slower than WASM to be chosen: below it, its drawing outweighs the difference. */
const slowestRatio = 1.5;
const measuredRuns = 5;

/**
 * Median time of a 3x3 convolution 56x56, 64 → 64 channels, result read, in milliseconds: as a layer does it on the backend that runs, so on
 * WASM by our own kernels where they are in use. The first run is not counted.
 */
export async function measureConvolution(): Promise<number> {
  const operation = { op: 'conv2d', strides: [1, 1], dilations: [1, 1], padding: { top: 1, bottom: 1, left: 1, right: 1 }, groups: 1 } as const;
  const outputShape = [56, 56, 64];
  const store = new WeightStore();
  const weights = store.of({
    id: 'measured', operation, inputs: [], outputShape, weights: { kernel: { shape: [3, 3, 64, 64], values: new Float32Array(3 * 3 * 64 * 64) } },
  }, null);
  const input = zeros<Rank.R4>([1, 56, 56, 64]);
  const times: number[] = [];
  try {
    for (let run = 0; run <= measuredRuns; run += 1) {
      const startMs = performance.now();
      const output = convolutionKernel.forward({ operation, inputs: [input], weights, activation: null, outputShape });
      try {
        // A pass is only as fast as its answer: both backends are asked for the values.
        await output.data();
      } finally {
        output.dispose();
      }
      if (run > 0) times.push(performance.now() - startMs);
    }
  } finally {
    input.dispose();
    store.dispose();
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function describeWasm({ threads, why, choice }: StartedWasm, reason: string): StartedBackend {
  const notePass = choice === null ? null : (network: string, passMs: number): void => choice.notePass(network, passMs);
  return { backend: 'wasm', device: null, why: `${reason}; ${why}`, threads, notePass };
}

function describeWebGpu(device: GPUDevice, why: string): StartedBackend {
  return { backend: 'webgpu', device, why, threads: 1, notePass: null };
}

/** Takes a backend's name away, if it ever had it: its package may be what failed. */
function forget(name: Backend): void {
  if (findBackendFactory(name) !== undefined) removeBackend(name);
}

async function startWebGpu({ adapter, info, why }: FoundAdapter): Promise<GPUDevice> {
  if (adapter === null) throw new AppError('backend-unavailable', why);
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const device = await requestDevice(adapter);
  // The package registers a factory that asks for a device of its own; ours must take its name.
  removeBackend('webgpu');
  registerBackend('webgpu', () => new WebGPUBackend(device, info ?? undefined), 3);
  if (!(await setBackend('webgpu'))) {
    device.destroy();
    throw new AppError('backend-unavailable', 'tfjs did not accept the WebGPU device');
  }
  return device;
}

async function forceWebGpu(): Promise<StartedBackend> {
  const found = await requestRealAdapter(true);
  return describeWebGpu(await startWebGpu(found), `chosen by hand: ${found.why}`);
}

/** What the choice is made with. */
export interface TrialParts {
  /** A GPU that is one, or why there is none. May fail. */
  requestAdapter(): Promise<FoundAdapter>;
  /** Starts WebGPU and makes it the current backend. The device is the caller's. */
  startWebGpu(found: FoundAdapter): Promise<GPUDevice>;
  /** @param device  null: it did not come so far */
  stopWebGpu(device: GPUDevice | null): void;
  /** Starts WASM and makes it the current backend. */
  startWasm(): Promise<StartedWasm>;
  /** @param started  null: it did not come so far */
  stopWasm(started: StartedWasm | null): void;
  /** Makes WebGPU the current backend again. */
  returnToWebGpu(): Promise<void>;
  /** How long the current backend takes for what layers do most, milliseconds. */
  measure(): Promise<number>;
}

const reasonOf = (thrown: unknown): string => (thrown instanceof AppError ? thrown.detail : thrown instanceof Error ? thrown.message : String(thrown));

/**
 * Tries WebGPU and WASM and takes WASM where WebGPU fails or is clearly slower; WebGPU where WASM fails.
 *
 * @throws what starting WASM throws, where WebGPU does not run either
 */
export async function chooseByTrying(parts: TrialParts): Promise<StartedBackend> {
  const found = await parts.requestAdapter().catch((thrown: unknown): FoundAdapter => ({ adapter: null, info: null, why: `WebGPU failed: ${reasonOf(thrown)}` }));
  if (found.adapter === null) return describeWasm(await parts.startWasm(), found.why);
  let device: GPUDevice | null = null;
  let gpuMs: number;
  try {
    device = await parts.startWebGpu(found);
    gpuMs = await parts.measure();
  } catch (thrown) {
    parts.stopWebGpu(device);
    return describeWasm(await parts.startWasm(), `WebGPU failed: ${reasonOf(thrown)}`);
  }
  let wasm: StartedWasm | null = null;
  let wasmMs: number;
  try {
    wasm = await parts.startWasm();
    wasmMs = await parts.measure();
  } catch (thrown) {
    parts.stopWasm(wasm);
    await parts.returnToWebGpu();
    return describeWebGpu(device, `${found.why}; WASM failed: ${reasonOf(thrown)}`);
  }
  const times = `${gpuMs.toFixed(1)} ms against ${wasmMs.toFixed(1)} ms on WASM`;
  if (gpuMs > wasmMs * slowestRatio) {
    parts.stopWebGpu(device);
    return describeWasm(wasm, `${found.why} is slower: ${times}`);
  }
  parts.stopWasm(wasm);
  await parts.returnToWebGpu();
  return describeWebGpu(device, `${found.why}: ${times}`);
}

function createTrialParts(wasmPath: string): TrialParts {
  return {
    requestAdapter: () => requestRealAdapter(false),
    startWebGpu,
    stopWebGpu: (device) => {
      forget('webgpu');
      device?.destroy();
    },
    startWasm: () => startWasmBackend(wasmPath),
    stopWasm: (started) => {
      if (started !== null) stopWasmBackend(started);
      forget('wasm');
    },
    returnToWebGpu: async () => { await setBackend('webgpu'); },
    measure: measureConvolution,
  };
}

/**
 * Starts tfjs on WebGPU (with a device of our own) or WASM, and makes it the current backend. `auto` tries WebGPU, never on
 * a software adapter, measures both and takes WASM where that is clearly faster.
 *
 * @throws AppError 'backend-unavailable' when the choice, or with `auto` both, cannot run here
 */
export async function startBackend(options: BackendOptions): Promise<StartedBackend> {
  try {
    switch (options.choice) {
      case 'webgpu': return await forceWebGpu();
      case 'wasm': return describeWasm(await startWasmBackend(options.wasmPath), 'chosen by hand');
      case 'auto': return await chooseByTrying(createTrialParts(options.wasmPath));
    }
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('backend-unavailable', `${options.choice}: ${reasonOf(thrown)}`, false, { cause: thrown });
  }
}
