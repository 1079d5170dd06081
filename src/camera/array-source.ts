import type { InputArray } from '../contract/importer';
import { paintArray } from './array-picture';
import { createBitmapSource } from './bitmap-source';
import type { FrameSource } from './frame-source';

/**
 * An array of a `.npy` or `.npz`: the page shows a false-colour picture of it, the network gets its values.
 *
 * @param array    kept; not written to
 * @param channel  shown as grey; null: the first three as colours
 * @returns        owned by the caller until `dispose`
 */
export async function createArraySource(array: InputArray, channel: number | null = null): Promise<FrameSource> {
  const { sidePx, pixels } = paintArray(array, channel);
  const bitmap = await createImageBitmap(new ImageData(pixels, sidePx, sidePx));
  return withArray(createBitmapSource('picture', bitmap, array.name, false), array);
}

/** A source that sends an array in place of its picture. @param source  taken over */
export function withArray(source: FrameSource, { shape, values }: Pick<InputArray, 'shape' | 'values'>): FrameSource {
  return Object.defineProperties(source, {
    arrayShape: { value: shape, enumerable: true },
    // A copy each time: what is sent is transferred.
    takeArray: { value: () => ({ shape, values: values.slice() }), enumerable: true },
    valuesAt: { value: (y: number, x: number) => readPlace(shape, values, y, x), enumerable: true },
    // Numbers have no left and right to be mirrored for a person.
    mirror: { get: () => false, set() { /* nothing to mirror */ } },
  });
}

/** The channels of one place: the whole array fills the square, stretched, for the page as for the network (`paintArray`, `importArray`). */
function readPlace([height, width, channels]: InputArray['shape'], values: Float32Array, y: number, x: number): Float32Array {
  const row = Math.min(height - 1, Math.max(0, Math.floor(y * height)));
  const column = Math.min(width - 1, Math.max(0, Math.floor(x * width)));
  const from = (row * width + column) * channels;
  return values.slice(from, from + channels);
}
