import type { ValueRange } from '../renderer';

/** Reads one smoothed range back, one at a time, through one staging buffer. Owned by the renderer. */
export class RangeReader {
  readonly #device: GPUDevice;
  readonly #staging: GPUBuffer;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#staging = device.createBuffer({ label: 'range to read', size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /** Smoothed min and max of entry `index`; null when the layer, the renderer or the device is gone meanwhile. */
  read(ranges: GPUBuffer, index: number, isGone: () => boolean): Promise<ValueRange | null> {
    const reading = this.#last.then(async () => {
      if (this.#disposed || isGone()) return null;
      const encoder = this.#device.createCommandEncoder({ label: 'read range' });
      encoder.copyBufferToBuffer(ranges, index * 16, this.#staging, 0, 16);
      this.#device.queue.submit([encoder.finish()]);
      try {
        await this.#staging.mapAsync(GPUMapMode.READ, 0, 16);
      } catch {
        return null;
      }
      const [min = 0, max = 0] = new Float32Array(this.#staging.getMappedRange(0, 16));
      this.#staging.unmap();
      return { min, max };
    });
    this.#last = reading;
    return reading;
  }

  dispose(): void {
    this.#disposed = true;
    this.#staging.destroy();
  }
}
