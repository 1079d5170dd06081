import { AppError } from '../contract/errors';
import type { StartedBackend } from '../engine/backend';
import { wrapInputBuffer } from '../engine/frame-values';
import { flushGpu, readAsync, viewOnGpu } from '../engine/readback';
import { createGpuFrameImporter } from '../render/frame-import-gpu';
import { createWebGpuRenderer } from '../render/webgpu/webgpu-renderer';
import type { Tier } from './tier';

/**
 * The tier with a GPU: tfjs, importer and renderer on one device; frames and activations never leave it.
 *
 * @param onFailure  told when the device is lost ('device-lost') or out of memory ('out-of-memory'), once; a validation error is 'internal'
 */
export async function createWebGpuTier(started: StartedBackend, onFailure: (error: AppError) => void): Promise<Tier> {
  const { device } = started;
  if (device === null) throw new AppError('internal', 'the WebGPU tier without a device');
  const fail = watchDevice(device, onFailure);
  const importer = await createGpuFrameImporter(device);
  const renderer = await createWebGpuRenderer(device);
  let previous: Promise<unknown> = Promise.resolve();
  return {
    backend: 'webgpu',
    why: started.why,
    threads: started.threads,
    notePass: started.notePass,
    renderer,
    importFrame: async (frame, spec) => {
      // What tfjs recorded and did not submit yet still reads the input that is about to be written.
      flushGpu();
      const buffer = importer.importFrame(frame.image, frame.crop, frame.mirror, spec);
      return wrapInputBuffer(buffer, spec.height, spec.width, spec.channels);
    },
    viewTensor: (tensor, shape, signed) => {
      const { buffer, byteOffset } = viewOnGpu(tensor);
      return { shape, signed, buffer, byteOffset };
    },
    readValues: async (tensor) => {
      try {
        return await readAsync(tensor);
      } catch (thrown) {
        // A mapping that breaks off is the first that is heard of a lost device; `device.lost` may take seconds more.
        if (thrown instanceof DOMException && thrown.name === 'AbortError') fail(new AppError('device-lost', thrown.message, true, { cause: thrown }));
        throw thrown;
      }
    },
    settle: async () => {
      flushGpu();
      // One tick of work may wait on the GPU while the next is recorded; more would only make pictures older.
      const before = previous;
      previous = device.queue.onSubmittedWorkDone();
      await before;
    },
    finish: async () => {
      flushGpu();
      await device.queue.onSubmittedWorkDone();
    },
    destroyDevice: () => device.destroy(),
  };
}

/** @returns tells of a failure, unless one was told of before */
function watchDevice(device: GPUDevice, onFailure: (error: AppError) => void): (error: AppError) => void {
  let failed = false;
  const fail = (error: AppError): void => {
    if (failed) return;
    failed = true;
    onFailure(error);
  };
  // A worker ends without destroying its device, so every loss that is heard of is a loss.
  void device.lost.then(({ reason, message }) => fail(new AppError('device-lost', `${reason}: ${message}`, true)));
  device.addEventListener('uncapturederror', (event) => {
    const { error } = event;
    if (error instanceof GPUOutOfMemoryError) fail(new AppError('out-of-memory', error.message, true));
    else fail(new AppError('worker-crashed', `GPU: ${error.message}`, true));
  });
  return fail;
}
