import type { MapShape } from '../../../src/contract/ids';
import type { MapScale } from '../../../src/contract/session-spec';
import type { ValueRange } from '../../../src/render/renderer';
import { createWebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer';
import { activationBuffer, withDevice } from './device';

export interface RangeRequest {
  readonly shape: MapShape;
  readonly signed: boolean;
  /** One array of values for each frame drawn; `null` stands for NaN, `'inf'` and `'-inf'` for the infinities. */
  readonly frames: readonly (readonly (number | null | 'inf' | '-inf')[])[];
  readonly byteOffset?: number;
  readonly scale?: MapScale;
  readonly still?: boolean;
  readonly channels: readonly (number | null)[];
}

/** Draws the frames one after the other and reads the ranges of the asked channels. */
export async function measureRanges(request: RangeRequest): Promise<readonly (ValueRange | null)[]> {
  return withDevice(async (device) => {
    const renderer = await createWebGpuRenderer(device);
    const { shape, signed, byteOffset = 0, scale = 'channel', still = false } = request;
    renderer.attach('one', new OffscreenCanvas(1, 1), {
      widthPx: 8, heightPx: 8, tiles: [{ x: 0, y: 0, width: 8, height: 8, content: { kind: 'channel', layer: 'a', channel: 0 } }],
    });
    const before = await renderer.readRange('a', 0);
    if (before !== null) throw new Error('a range before anything was drawn');
    for (const frame of request.frames) {
      const values = Float32Array.from(frame, (value) => (value === null ? Number.NaN : value === 'inf' ? Infinity : value === '-inf' ? -Infinity : value));
      const buffer = activationBuffer(device, values, byteOffset);
      renderer.draw({ layers: new Map([['a', { shape, signed, buffer, byteOffset }]]), explanation: null, input: null, style: { scale, colourMap: 'viridis' }, still });
    }
    const ranges = await Promise.all(request.channels.map((channel) => renderer.readRange('a', channel)));
    renderer.dispose();
    return ranges;
  });
}
