/**
 * Runs `use` with a device of its own inside error scopes and destroys it afterwards.
 *
 * @throws Error where there is no adapter (a missing adapter is a failure, never a skip) or the GPU reported an error
 */
export async function withDevice<Result>(use: (device: GPUDevice) => Promise<Result>): Promise<Result> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter === null || adapter === undefined) throw new Error('no WebGPU adapter: the GPU tests need the software one');
  const device = await adapter.requestDevice({ label: 'test' });
  const complaints: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => complaints.push(error.message));
  const filters = ['validation', 'out-of-memory', 'internal'] as const;
  try {
    for (const filter of filters) device.pushErrorScope(filter);
    const result = await use(device);
    for (const filter of filters) {
      const error = await device.popErrorScope();
      if (error !== null) complaints.push(`${filter}: ${error.message}`);
    }
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    return result;
  } finally {
    device.destroy();
  }
}

/** A buffer like the engine's activations, with `values` from `byteOffset` on. */
export function activationBuffer(device: GPUDevice, values: Float32Array, byteOffset = 0): GPUBuffer {
  const buffer = device.createBuffer({
    label: 'activation', size: byteOffset + values.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, byteOffset, new Float32Array(values));
  return buffer;
}

/** All floats of a buffer with usage COPY_SRC. */
export async function readFloats(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const staging = device.createBuffer({ label: 'readback', size: buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder({ label: 'readback' });
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange()).slice();
  staging.destroy();
  return values;
}

/** What a canvas shows, as unpremultiplied RGBA bytes. */
export function readCanvas(canvas: OffscreenCanvas): Uint8ClampedArray {
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no 2d context');
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

/** Repeatable numbers in 0..1. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
