import { add, memory, mul } from '@tensorflow/tfjs-core';
import { startBackend } from '../../../src/engine/backend';
import { wrapInputBuffer } from '../../../src/engine/frame-values';
import { flushGpu, readAsync, viewOnGpu } from '../../../src/engine/readback';
import { createGpuFrameImporter } from '../../../src/render/frame-import-gpu';
import { createWebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer';
import { readCanvas } from './device';

export interface BridgeReport {
  /** For each frame: the value that the operations must give at the left and right half, what tfjs says, and the byte that was drawn. */
  readonly frames: readonly { readonly expected: readonly [number, number]; readonly read: readonly [number, number]; readonly drawn: readonly [number, number] }[];
  /** Tensors and bytes (of tfjs, on the GPU too) after the second frame and after the last. */
  readonly held: readonly (readonly number[])[];
  readonly uncaptured: readonly string[];
}

/** Frames through the whole bridge: importer's buffer → tfjs tensor without a copy → operations → their buffer drawn by our passes. */
export async function passFrames(count: number): Promise<BridgeReport> {
  const { device } = await startBackend({ choice: 'webgpu', wasmPath: '/' });
  if (device === null) throw new Error('no device');
  const uncaptured: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => uncaptured.push(error.message));
  try {
    const importer = await createGpuFrameImporter(device);
    const renderer = await createWebGpuRenderer(device);
    const canvas = new OffscreenCanvas(1, 1);
    const sizePx = 16;
    const tile = { x: 0, y: 0, width: sizePx, height: sizePx, content: { kind: 'channel', layer: 'a', channel: 0 } } as const;
    renderer.attach('one', canvas, { widthPx: sizePx, heightPx: sizePx, tiles: [tile] });
    const frames: BridgeReport['frames'][number][] = [];
    const held: number[][] = [];
    for (let index = 0; index < count; index++) {
      const left = 10 * index;
      const right = 250 - index;
      const image = makeFrame(sizePx, left, right);
      const buffer = importer.importFrame(image, { x: 0, y: 0, sizePx }, index % 2 === 1, { height: sizePx, width: sizePx, channels: 1, mean: [100], std: [50] });
      image.close();
      const input = wrapInputBuffer(buffer, sizePx, sizePx, 1);
      const doubled = mul(input, 2);
      const output = add(doubled, 5);
      const { buffer: activation, byteOffset } = viewOnGpu(output);
      renderer.draw({
        layers: new Map([['a', { shape: [sizePx, sizePx, 1], signed: false, buffer: activation, byteOffset }]]),
        explanation: null, input: null, style: { scale: 'channel', colourMap: 'grey' }, still: true,
      });
      const pixels = readCanvas(canvas);
      const values = await readAsync(output);
      for (const tensor of [input, doubled, output]) tensor.dispose();
      flushGpu();
      const [first, last] = index % 2 === 1 ? [right, left] : [left, right];
      const through = (pixel: number): number => ((pixel - 100) / 50) * 2 + 5;
      frames.push({
        expected: [through(first), through(last)], read: [values[0] ?? Number.NaN, values[sizePx - 1] ?? Number.NaN],
        drawn: [pixels[0] ?? -1, pixels[4 * (sizePx - 1)] ?? -1],
      });
      const { numTensors, numBytes, ...more } = memory();
      if (index === 1 || index === count - 1) held.push([numTensors, numBytes, ...Object.values(more).filter((value) => typeof value === 'number')]);
    }
    renderer.dispose();
    importer.dispose();
    return { frames, held, uncaptured };
  } finally {
    device.destroy();
  }
}

/** Left half one grey, right half another. */
function makeFrame(sizePx: number, left: number, right: number): VideoFrame {
  const pixels = new Uint8ClampedArray(sizePx * sizePx * 4);
  for (let at = 0; at < pixels.length; at += 4) pixels.fill((at / 4) % sizePx < sizePx / 2 ? left : right, at, at + 4);
  return new VideoFrame(pixels, { format: 'RGBX', codedWidth: sizePx, codedHeight: sizePx, timestamp: 0 });
}
