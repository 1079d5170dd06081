import { conv2d, registerBackend, removeBackend, setBackend, tidy, zeros, type Rank } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { Backend, BackendChoice } from '../contract/session-spec';
import { requestRealAdapter, requestDevice } from './gpu-device';
import { startWasmBackend, stopWasmBackend, type StartedWasm } from './wasm-backend';

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

/** Median time of a 3x3 convolution 56x56, 64 → 64 channels, result read, in milliseconds. The first run is not counted. */
async function measureConvolution(): Promise<number> {
  const input = zeros<Rank.R4>([1, 56, 56, 64]);
  const kernel = zeros<Rank.R4>([3, 3, 64, 64]);
  const times: number[] = [];
  try {
    for (let run = 0; run <= measuredRuns; run += 1) {
      const startMs = performance.now();
      const output = tidy(() => conv2d(input, kernel, 1, 'same'));
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
    kernel.dispose();
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function describeWasm({ threads, why, choice }: StartedWasm, reason: string): StartedBackend {
  const notePass = choice === null ? null : (network: string, passMs: number): void => choice.notePass(network, passMs);
  return { backend: 'wasm', device: null, why: `${reason}; ${why}`, threads, notePass };
}

async function startWasm(wasmPath: string, reason: string): Promise<StartedBackend> {
  return describeWasm(await startWasmBackend(wasmPath), reason);
}

async function startWebGpu(adapter: GPUAdapter): Promise<GPUDevice> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const device = await requestDevice(adapter);
  // The package registers a factory that asks for a device of its own; ours must take its name.
  removeBackend('webgpu');
  registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
  if (!(await setBackend('webgpu'))) {
    device.destroy();
    throw new AppError('backend-unavailable', 'tfjs did not accept the WebGPU device');
  }
  return device;
}

async function forceWebGpu(): Promise<StartedBackend> {
  const found = await requestRealAdapter(true);
  if (found.adapter === null) throw new AppError('backend-unavailable', found.why);
  return { backend: 'webgpu', device: await startWebGpu(found.adapter), why: `chosen by hand: ${found.why}`, threads: 1, notePass: null };
}

async function chooseByTrying(wasmPath: string): Promise<StartedBackend> {
  const found = await requestRealAdapter(false);
  if (found.adapter === null) return startWasm(wasmPath, found.why);
  let device: GPUDevice;
  let gpuMs: number;
  try {
    device = await startWebGpu(found.adapter);
    gpuMs = await measureConvolution();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    removeBackend('webgpu');
    return startWasm(wasmPath, `WebGPU failed: ${reason}`);
  }
  const wasm = await startWasmBackend(wasmPath);
  const wasmMs = await measureConvolution();
  const times = `${gpuMs.toFixed(1)} ms against ${wasmMs.toFixed(1)} ms on WASM`;
  if (gpuMs > wasmMs * slowestRatio) {
    removeBackend('webgpu');
    device.destroy();
    return describeWasm(wasm, `${found.why} is slower: ${times}`);
  }
  stopWasmBackend(wasm);
  removeBackend('wasm');
  await setBackend('webgpu');
  return { backend: 'webgpu', device, why: `${found.why}: ${times}`, threads: 1, notePass: null };
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
      case 'wasm': return await startWasm(options.wasmPath, 'chosen by hand');
      case 'auto': return await chooseByTrying(options.wasmPath);
    }
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('backend-unavailable', `${options.choice}: ${reason}`, false, { cause: thrown });
  }
}
