import { conv2d, env, setBackend, tensor1d, tidy, zeros, type Rank, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import { createHelperChoice, type HelperChoice } from './native/helper-choice';
import { countSpareCores, startHelpers, type HelperThreads } from './native/helper-threads';
import { createNativeKernels, unlimited, useNativeKernels, type NativeKernels } from './native/native-kernels';
import { packKernel } from './native/pack-kernel';
import { mostSharedPages, setMemoryShared } from './native/wasm-memory';

/** tfjs on WASM, with what of our own runs on its heap. */
export interface StartedWasm {
  /** Threads that may share a layer; 1: no helpers. */
  readonly threads: number;
  /** How fast it is, for the status line; one clause. */
  readonly why: string;
  /** Null: no helpers run. */
  readonly helpers: HelperThreads | null;
  /** Told of live passes, it decides when helpers take part; null: there are none. */
  readonly choice: HelperChoice | null;
}

const simdBinary = 'tfjs-backend-wasm-simd.wasm';
/** Enough for the engine to have compiled the kernels well, on a machine that is not busy. */
const measuredRounds = 25;
const measuringLimitMs = 200;
/** Helpers must save at least this part of the time to be used: they take a core from the page. */
const worthwhileRatio = 0.8;
/** Only kernels that an engine cannot do well are given up: a start sees code that is not compiled well yet, four times as slow. */
const slowestRatio = 4;

/**
 * The address of tfjs's SIMD binary with a shared memory in place of its own; null where the page is not isolated or the
 * engine cannot reserve one. tfjs's own threaded binary starts no threads (docs/adr/0002), so it is left alone.
 */
async function prepareSharedBinary(wasmPath: string): Promise<string | null> {
  const scope = globalThis as { readonly crossOriginIsolated?: boolean };
  if (scope.crossOriginIsolated !== true || countSpareCores() === 0 || !(await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return null;
  // A file that cannot be fetched is told of by tfjs, which asks for it next.
  const response = await fetch(`${wasmPath}${simdBinary}`).catch(() => null);
  if (response === null || !response.ok) return null;
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

interface Timing {
  /** The least is what code can do; a busy machine moves it little. */
  readonly leastMs: number;
  /** The median is what a machine as busy as this one gives. */
  readonly medianMs: number;
}

/** Runs everything in turn, so that a busy machine disturbs all alike, until the rounds or the time are used up. The first round is not counted. */
export function measureInTurn(runners: readonly (() => void)[], rounds: number, limitMs: number): readonly Timing[] {
  const times: number[][] = runners.map(() => []);
  const endMs = performance.now() + limitMs;
  for (let round = 0; round <= rounds && (round <= 3 || performance.now() < endMs); round += 1) {
    runners.forEach((run, index) => {
      const startMs = performance.now();
      run();
      if (round > 0) times[index]?.push(performance.now() - startMs);
    });
  }
  return times.map((own) => {
    const sorted = own.sort((a, b) => a - b);
    return { leastMs: sorted[0] ?? Number.POSITIVE_INFINITY, medianMs: sorted[sorted.length >> 1] ?? Number.POSITIVE_INFINITY };
  });
}

const unmeasured: Timing = { leastMs: Number.POSITIVE_INFINITY, medianMs: Number.POSITIVE_INFINITY };

/** What decides between tfjs's kernels, ours, and ours with helpers: a 3x3 convolution 28x28, 64 → 64 channels. */
function measureKernels(kernels: NativeKernels, helpers: number): { readonly tfjs: Timing; readonly alone: Timing; readonly helped: Timing } {
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
    const [tfjs = unmeasured, alone = unmeasured, helped = unmeasured] = measureInTurn(
      [() => drop(tidy(() => conv2d(input, kernel, 1, 'same'))), () => own(0), ...(helpers > 0 ? [() => own(helpers)] : [])], measuredRounds, measuringLimitMs);
    return { tfjs, alone, helped };
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
  let measured: ReturnType<typeof measureKernels>;
  try {
    measured = measureKernels(kernels, helpers?.count ?? 0);
  } catch (thrown) {
    // Another tier may go on without this one: no thread of it stays.
    helpers?.stop();
    throw thrown;
  }
  const { tfjs, alone, helped } = measured;
  const own = `own kernels ${alone.leastMs.toFixed(1)} ms, tfjs ${tfjs.leastMs.toFixed(1)} ms`;
  if (Math.min(alone.leastMs, helped.leastMs) > tfjs.leastMs * slowestRatio) {
    helpers?.stop();
    useNativeKernels(null);
    return { threads: 1, why: `WASM, tfjs is used: ${own}${failure}`, helpers: null, choice: null };
  }
  useNativeKernels(kernels);
  if (helpers === null) return { threads: 1, why: `WASM, ${own}${failure}`, helpers, choice: null };
  const threads = 1 + helpers.count;
  kernels.helpers = helped.medianMs <= alone.medianMs * worthwhileRatio ? helpers.count : 0;
  const role = kernels.helpers > 0 ? '' : ', called in when frames gain by it';
  return { threads, why: `WASM, ${own}, ${threads} threads ${helped.leastMs.toFixed(1)} ms${role}`, helpers, choice: createHelperChoice(kernels, helpers.count) };
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
  // Before anything else is waited for: a question to tfjs in the meantime would start it, from a folder where its files are not.
  setWasmPaths(wasmPath);
  const sharedBinary = await prepareSharedBinary(wasmPath);
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
  if (kernels === null) return { threads: 1, why: 'WASM, tfjs alone', helpers: null, choice: null };
  return chooseKernels(kernels, sharedBinary !== null);
}

/** Ends the helpers and lets go of the heap. */
export function stopWasmBackend(started: StartedWasm): void {
  started.helpers?.stop();
  useNativeKernels(null);
}
