import { backend, util, type Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { AppError } from '../contract/errors';

/** Where an activation lies on the GPU. Borrowed: valid until the tensor is disposed. */
export interface GpuView {
  readonly buffer: GPUBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
}

function asWasm(candidate: object): BackendWasm | null {
  return 'typedArrayFromHeap' in candidate ? candidate as BackendWasm : null;
}

function asWebGpu(candidate: object): WebGPUBackend | null {
  return 'uploadToGPU' in candidate ? candidate as WebGPUBackend : null;
}

/**
 * Values of a tensor without a copy, on the WASM tier.
 *
 * @returns  view of the WASM heap, f32, row major · borrowed: gone after the next tfjs operation (the heap may grow) or dispose
 * @throws AppError 'internal' on the WebGPU tier
 */
export function viewOnCpu(tensor: Tensor): Float32Array {
  const wasm = asWasm(backend());
  if (wasm === null) throw new AppError('internal', 'values on the GPU are not viewed from the CPU');
  return wasm.typedArrayFromHeap(tensor) as Float32Array;
}

/** Submits every operation recorded so far, so that a pass of our own sees its results. Does nothing on the WASM tier. */
export function flushGpu(): void {
  const gpu = asWebGpu(backend());
  if (gpu === null) return;
  // tfjs keeps an open encoder between operations; without one there is nothing to submit.
  const { commandEncoder } = gpu as unknown as { readonly commandEncoder: GPUCommandEncoder | null };
  if (commandEncoder === null) return;
  (gpu as unknown as { endComputePassEncoder(): void }).endComputePassEncoder();
  gpu.submitQueue();
}

/**
 * The buffer a tensor lives in, on the WebGPU tier; recorded operations are submitted first.
 *
 * @returns  borrowed: tfjs owns the buffer and reuses it once the tensor is disposed
 * @throws AppError 'internal' on the WASM tier
 */
export function viewOnGpu(tensor: Tensor): GpuView {
  const gpu = asWebGpu(backend());
  if (gpu === null) throw new AppError('internal', 'values on the CPU have no GPU buffer');
  // Small tensors may still be on the CPU.
  gpu.uploadToGPU(tensor.dataId);
  flushGpu();
  const { tensorMap } = gpu as unknown as { readonly tensorMap: { get(id: object): { readonly resource?: GPUBuffer } } };
  const resource = tensorMap.get(tensor.dataId).resource;
  if (resource === undefined) throw new AppError('internal', 'tensor without a buffer');
  return { buffer: resource, byteOffset: 0, byteLength: util.sizeFromShape(tensor.shape) * Float32Array.BYTES_PER_ELEMENT };
}

/** A copy of a tensor's values, f32, row major, owned by the caller. The tensor may be disposed while the promise is open. */
export async function readAsync(tensor: Tensor): Promise<Float32Array> {
  // tfjs looks the tensor up again after the wait; a second reference keeps it there.
  const held = tensor.clone();
  try {
    return Float32Array.from((await held.data()).subarray(0, held.size));
  } finally {
    held.dispose();
  }
}
