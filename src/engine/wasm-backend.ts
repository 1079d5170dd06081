import { conv2d, env, setBackend, tensor1d, tidy, zeros, type Rank, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import { countSpareCores, startHelpers, type HelperThreads } from './native/helper-threads';
import { createNativeKernels, unlimited, useNativeKernels, type NativeKernels } from './native/native-kernels';
import { packKernel } from './native/pack-kernel';
import { mostSharedPages, setMemoryShared } from './native/wasm-memory';

/** tfjs on WASM, with what of our own runs on its heap. */
export interface StartedWasm {
  /** Threads that a layer worth sharing is computed by; 1: no helpers. */
  readonly threads: number;
  /** How fast it is, for the status line; one clause. */
  readonly why: string;
  /** Null: no helpers run. */
  readonly helpers: HelperThreads | null;
  readonly kernels: NativeKernels | null;
}

const simdBinary = 'tfjs-backend-wasm-simd.wasm';
const measuredRuns = 7;
/** Helpers must save at least this part of the time to be used: they take a core from the page. */
const worthwhileRatio = 0.8;

/**
 * The address of tfjs's SIMD binary with a shared memory in place of its own; null where the page is not isolated or the
 * engine cannot reserve one. tfjs's own threaded binary starts no threads (docs/adr/0002), so it is left alone.
 */
async function prepareSharedBinary(wasmPath: string): Promise<string | null> {
  const scope = globalThis as { readonly crossOriginIsolated?: boolean };
  if (scope.crossOriginIsolated !== true || countSpareCores() === 0 || !(await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return null;
  const response = await fetch(`${wasmPath}${simdBinary}`);
  if (!response.ok) return null;
  const bytes = setMemoryShared(new Uint8Array(await response.arrayBuffer()), true);
  if (bytes === null || !WebAssembly.validate(bytes)) return null;
  // A phone with little address space may refuse; it is asked before tfjs depends on it.
  try {
    const probe = new WebAssembly.Memory({ initial: 1, maximum: mostSharedPages, shared: true });
    if (!(probe.buffer instanceof SharedArrayBuffer)) return null;
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
  return URL.createObjectURL(new Blob([bytes], { type: 'application/wasm' }));
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.POSITIVE_INFINITY;
}

/** Medians of the runners' times in milliseconds, measured in turn, so that a busy machine disturbs all alike. The first round is not counted. */
export function measureInTurn(runners: readonly (() => void)[], rounds: number): readonly number[] {
  const times: number[][] = runners.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    runners.forEach((run, index) => {
      const startMs = performance.now();
      run();
      if (round > 0) times[index]?.push(performance.now() - startMs);
    });
  }
  return times.map(medianOf);
}

/** The measurement that decides between tfjs's kernels, ours, and ours with helpers: a 3x3 convolution 28x28, 64 → 64 channels. */
function measureKernels(kernels: NativeKernels, helpers: number): { readonly tfjsMs: number; readonly aloneMs: number; readonly helpedMs: number } {
  const input = zeros<Rank.R4>([1, 28, 28, 64]);
  const kernel = zeros<Rank.R4>([3, 3, 64, 64]);
  const packed = tensor1d(packKernel(new Float32Array(3 * 3 * 64 * 64), null, 64));
  const geometry = { strides: [1, 1], dilations: [1, 1], padding: { top: 1, bottom: 1, left: 1, right: 1 } } as const;
  const drop = (output: Tensor): void => output.dispose();
  const own = (count: number): void => {
    kernels.helpers = count;
    drop(kernels.convolve(input, packed, [3, 3, 64, 64], geometry, unlimited));
  };
  try {
    const [tfjsMs = 0, aloneMs = 0, helpedMs = 0] = measureInTurn(
      [() => drop(tidy(() => conv2d(input, kernel, 1, 'same'))), () => own(0), ...(helpers > 0 ? [() => own(helpers)] : [])], measuredRuns);
    return { tfjsMs, aloneMs, helpedMs };
  } finally {
    kernels.helpers = 0;
    drop(input);
    drop(kernel);
    drop(packed);
  }
}

/** Chooses by a short measurement who computes convolutions. */
async function chooseKernels(kernels: NativeKernels, shared: boolean): Promise<StartedWasm> {
  let helpers: HelperThreads | null = null;
  let failure = '';
  try {
    helpers = shared ? await startHelpers(kernels, countSpareCores()) : null;
  } catch (thrown) {
    // One thread does the same work; the status line says why there is only one.
    failure = `; helper threads did not start: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
  const { tfjsMs, aloneMs, helpedMs } = measureKernels(kernels, helpers?.count ?? 0);
  const own = `own kernels ${aloneMs.toFixed(1)} ms, tfjs ${tfjsMs.toFixed(1)} ms`;
  if (helpers !== null && helpedMs <= aloneMs * worthwhileRatio && helpedMs <= tfjsMs) {
    kernels.helpers = helpers.count;
    useNativeKernels(kernels);
    return { threads: 1 + helpers.count, why: `WASM, ${1 + helpers.count} threads ${helpedMs.toFixed(1)} ms, ${own}`, helpers, kernels };
  }
  helpers?.stop();
  const slower = helpers === null ? failure : `; ${1 + helpers.count} threads are not worth it: ${helpedMs.toFixed(1)} ms`;
  // A tie goes to ours: the backward pass gains by it.
  const isOurs = aloneMs <= tfjsMs * 1.2;
  useNativeKernels(isOurs ? kernels : null);
  return { threads: 1, why: `WASM, ${own}${isOurs ? '' : ': tfjs is used'}${slower}`, helpers: null, kernels: isOurs ? kernels : null };
}

/**
 * Starts tfjs on WASM and makes it the current backend; puts our own kernels onto its heap; starts helper threads where the
 * page is isolated and they are quicker.
 *
 * @param wasmPath  folder of tfjs's .wasm files, with a slash at its end
 * @throws AppError 'backend-unavailable'
 */
export async function startWasmBackend(wasmPath: string): Promise<StartedWasm> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const sharedBinary = await prepareSharedBinary(wasmPath);
  setWasmPaths(wasmPath);
  if (sharedBinary !== null) {
    setWasmPaths({
      'tfjs-backend-wasm.wasm': `${wasmPath}tfjs-backend-wasm.wasm`, [simdBinary]: sharedBinary,
      'tfjs-backend-wasm-threaded-simd.wasm': `${wasmPath}tfjs-backend-wasm-threaded-simd.wasm`,
    });
  }
  const started = await setBackend('wasm');
  if (sharedBinary !== null) URL.revokeObjectURL(sharedBinary);
  if (!started) throw new AppError('backend-unavailable', `WebAssembly did not start from ${wasmPath}`);
  const kernels = await createNativeKernels();
  if (kernels === null) return { threads: 1, why: 'WASM, tfjs’s kernels', helpers: null, kernels: null };
  return chooseKernels(kernels, sharedBinary !== null);
}

/** Ends the helpers and lets go of the heap. */
export function stopWasmBackend(started: StartedWasm): void {
  started.helpers?.stop();
  useNativeKernels(null);
}
