import { memory, tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWasm } from '../../test/conformance/wasm-in-node';
import { AppError } from '../contract/errors';
import { chooseByTrying, measureConvolution, type TrialParts } from './backend';
import { borrowNativeKernels, createNativeKernels, useNativeKernels } from './native/native-kernels';
import type { StartedWasm } from './wasm-backend';

const device = { label: 'a device' } as GPUDevice;
const found = { adapter: {} as GPUAdapter, info: null, why: 'ACME 1' };
const wasm: StartedWasm = { threads: 3, why: 'WASM, own kernels', helpers: null, choice: null };

/** Backends that start, and take so long each; what is done to them in order. */
function createParts(gpuMs: number, wasmMs: number, over: Partial<TrialParts> = {}) {
  const done: string[] = [];
  let current = '';
  const parts: TrialParts = {
    requestAdapter: async () => found,
    startWebGpu: async () => { done.push('start webgpu'); current = 'webgpu'; return device; },
    stopWebGpu: (stopped) => { done.push(stopped === null ? 'forget webgpu' : 'stop webgpu'); },
    startWasm: async () => { done.push('start wasm'); current = 'wasm'; return wasm; },
    stopWasm: (stopped) => { done.push(stopped === null ? 'forget wasm' : 'stop wasm'); },
    returnToWebGpu: async () => { done.push('return'); current = 'webgpu'; },
    measure: async () => (current === 'webgpu' ? gpuMs : wasmMs),
    ...over,
  };
  return { parts, done };
}

const fail = (reason: string) => async (): Promise<never> => { throw new TypeError(reason); };

describe('the choice between WebGPU and WASM', () => {
  it('takes WebGPU unless it is clearly slower', async () => {
    const { parts, done } = createParts(14, 10);
    expect(await chooseByTrying(parts)).toEqual({ backend: 'webgpu', device, why: 'ACME 1: 14.0 ms against 10.0 ms on WASM', threads: 1, notePass: null });
    expect(done).toEqual(['start webgpu', 'start wasm', 'stop wasm', 'return']);
    const slow = createParts(16, 10);
    expect(await chooseByTrying(slow.parts)).toMatchObject({ backend: 'wasm', device: null, threads: 3, why: 'ACME 1 is slower: 16.0 ms against 10.0 ms on WASM; WASM, own kernels' });
    expect(slow.done).toEqual(['start webgpu', 'start wasm', 'stop webgpu']);
  });

  it('takes WASM where WebGPU is not there, or cannot even be asked for', async () => {
    const missing = createParts(1, 1, { requestAdapter: async () => ({ adapter: null, info: null, why: 'no WebGPU in this browser' }) });
    expect(await chooseByTrying(missing.parts)).toMatchObject({ backend: 'wasm', why: 'no WebGPU in this browser; WASM, own kernels' });
    const broken = createParts(1, 1, { requestAdapter: fail('info is undefined') });
    expect(await chooseByTrying(broken.parts)).toMatchObject({ backend: 'wasm', why: 'WebGPU failed: info is undefined; WASM, own kernels' });
    expect([missing.done, broken.done]).toEqual([['start wasm'], ['start wasm']]);
  });

  it('takes WASM where WebGPU does not start or breaks at its first work', async () => {
    const unstarted = createParts(1, 1, { startWebGpu: fail('no device') });
    expect(await chooseByTrying(unstarted.parts)).toMatchObject({ backend: 'wasm', why: 'WebGPU failed: no device; WASM, own kernels' });
    expect(unstarted.done).toEqual(['forget webgpu', 'start wasm']);
    const lost = createParts(1, 1, { measure: fail('lost') });
    expect(await chooseByTrying(lost.parts)).toMatchObject({ backend: 'wasm', why: 'WebGPU failed: lost; WASM, own kernels' });
    expect(lost.done).toEqual(['start webgpu', 'stop webgpu', 'start wasm']);
  });

  it('keeps a WebGPU that works where WASM does not', async () => {
    const unstarted = createParts(1, 1, { startWasm: async () => { throw new AppError('backend-unavailable', 'not served'); } });
    expect(await chooseByTrying(unstarted.parts)).toMatchObject({ backend: 'webgpu', device, why: 'ACME 1; WASM failed: not served' });
    expect(unstarted.done).toEqual(['start webgpu', 'forget wasm', 'return']);
    let runs = 0;
    const broken = createParts(1, 1, { measure: async () => { runs += 1; if (runs > 1) throw new RangeError('out of memory'); return 4; } });
    expect(await chooseByTrying(broken.parts)).toMatchObject({ backend: 'webgpu', why: 'ACME 1; WASM failed: out of memory' });
    expect(broken.done).toEqual(['start webgpu', 'start wasm', 'stop wasm', 'return']);
  });

  it('gives up only where neither runs', async () => {
    const neither = createParts(1, 1, { startWebGpu: fail('no device'), startWasm: async () => { throw new AppError('backend-unavailable', 'not served'); } });
    await expect(chooseByTrying(neither.parts)).rejects.toMatchObject({ code: 'backend-unavailable', detail: 'not served' });
  });
});

describe('what is measured', () => {
  beforeAll(startWasm);
  afterEach(() => vi.restoreAllMocks());

  it('is the convolution that layers run: our own kernels on WASM, where they are in use', async () => {
    useNativeKernels(await createNativeKernels());
    const kernels = borrowNativeKernels();
    if (kernels === null) throw new Error('our own kernels do not run here');
    const convolve = vi.spyOn(kernels, 'convolve');
    // Whatever tfjs makes once.
    tensor([1]).dispose();
    const before = memory().numTensors;
    expect(await measureConvolution()).toBeGreaterThan(0);
    expect(convolve).toHaveBeenCalledTimes(6);
    expect(memory().numTensors).toBe(before);
    useNativeKernels(null);
    expect(await measureConvolution()).toBeGreaterThan(0);
    expect(convolve).toHaveBeenCalledTimes(6);
    expect(memory().numTensors).toBe(before);
  });
});
