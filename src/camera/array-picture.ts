import type { InputArray } from '../contract/importer';
import { findFiniteRange } from '../contract/value-range';

/** The longer side of what is shown; the network gets the array itself. */
const largestSidePx = 1024;

/** A picture of an array, for people. */
export interface ArrayPicture {
  /** Side of the square, pixels: the whole array, stretched as it is for the network. */
  readonly sidePx: number;
  /** RGBA bytes, opaque · owned by the caller */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * False colours of an array: its first three channels as red, green and blue, or one channel as grey, each from its least value
 * (black) to its largest (full). Three channels are a picture and share one range. What is not finite is black.
 *
 * @param channel  shown as grey; null: the first three, where there are as many
 */
export function paintArray(array: InputArray, channel: number | null): ArrayPicture {
  const [height, width, channels] = array.shape;
  const { values } = array;
  const chosen = channel !== null ? [channel, channel, channel] : channels < 3 ? [0, 0, 0] : [0, 1, 2];
  const ranges = channel === null && channels === 3 ? chosen.map(() => ({ min: array.min, max: array.max })) : chosen.map((index) => findFiniteRange(values, index, channels));
  const sidePx = Math.min(largestSidePx, Math.max(height, width, 1));
  const pixels = new Uint8ClampedArray(sidePx * sidePx * 4);
  for (let y = 0; y < sidePx; y++) {
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / sidePx));
    for (let x = 0; x < sidePx; x++) {
      const column = Math.min(width - 1, Math.floor(((x + 0.5) * width) / sidePx));
      const from = (row * width + column) * channels;
      const to = 4 * (y * sidePx + x);
      chosen.forEach((index, colour) => {
        const { min = 0, max = 0 } = ranges[colour] ?? {};
        const value = values[from + index] ?? 0;
        pixels[to + colour] = Number.isFinite(value) && max > min ? ((value - min) / (max - min)) * 255 : 0;
      });
      pixels[to + 3] = 255;
    }
  }
  return { sidePx, pixels };
}
