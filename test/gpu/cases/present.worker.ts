import { createWebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer';
import { createCanvas2dRenderer } from '../../../src/render/canvas2d/canvas2d-renderer';
import { activationBuffer, withDevice } from './device';

/** Draws a flat layer of the largest value for some frames on a canvas of the page; answers how many frames went out. */
addEventListener('message', ({ data }: MessageEvent<{ readonly canvas: OffscreenCanvas; readonly tier: 'wasm' | 'webgpu' }>) => {
  const { canvas, tier } = data;
  const values = Float32Array.of(0, 1, 1, 1);
  const layout = { widthPx: 64, heightPx: 64, tiles: [{ x: 0, y: 0, width: 64, height: 64, content: { kind: 'channel', layer: 'a', channel: 0 } }] } as const;
  const style = { scale: 'channel', colourMap: 'inferno' } as const;
  const answer = (frames: number, error: string | null): void => postMessage({ frames, error });
  const drawWasm = async (): Promise<number> => {
    const renderer = createCanvas2dRenderer();
    renderer.attach('one', canvas, layout);
    for (let frame = 0; frame < 3; frame++) {
      renderer.draw({ layers: new Map([['a', { shape: [2, 2, 1], signed: false, values: () => values }]]), explanation: null, input: null, style });
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return 3;
  };
  const drawWebGpu = (): Promise<number> => withDevice(async (device) => {
    const renderer = await createWebGpuRenderer(device);
    renderer.attach('one', canvas, layout);
    const buffer = activationBuffer(device, values);
    for (let frame = 0; frame < 3; frame++) {
      renderer.draw({ layers: new Map([['a', { shape: [2, 2, 1], signed: false, buffer, byteOffset: 0 }]]), explanation: null, input: null, style });
      await device.queue.onSubmittedWorkDone();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return 3;
  });
  (tier === 'webgpu' ? drawWebGpu() : drawWasm()).then((frames) => answer(frames, null), (thrown: unknown) => answer(0, String(thrown)));
});
