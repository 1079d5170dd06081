/**
 * How an input map's channels become one number for each pixel: `sum` (signed evidence), `strongest` (largest |value|, for
 * sensitivities; Simonyan et al. 2013), `only` (there is one channel).
 */
export type PixelReading = 'sum' | 'strongest' | 'only';

/** One number for each place, row major. */
export interface MapPlane {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** `[h, w, c]` or `[h, w]` as one number for each place, at the map's own resolution. */
export function planeOf(values: Float32Array, shape: readonly number[], reading: PixelReading): MapPlane {
  const [height = 1, width = 1, channels = 1] = shape;
  if (channels === 1) return { height, width, values: reading === 'strongest' ? values.map(Math.abs) : values };
  const plane = new Float32Array(height * width);
  for (let place = 0; place < plane.length; place += 1) {
    let found = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      const value = values[place * channels + channel] ?? 0;
      found = reading === 'strongest' ? Math.max(found, Math.abs(value)) : found + value;
    }
    plane[place] = found;
  }
  return { height, width, values: plane };
}

/** Bilinear, half-pixel centres, clamped at the border: as the overlay is drawn. @returns `[height * width]` f32 */
export function enlargePlane(plane: MapPlane, height: number, width: number): Float32Array {
  if (plane.height === height && plane.width === width) return Float32Array.from(plane.values);
  const rows = sourcePlaces(plane.height, height);
  const columns = sourcePlaces(plane.width, width);
  const result = new Float32Array(height * width);
  const at = (y: number, x: number): number => plane.values[y * plane.width + x] ?? 0;
  rows.forEach(([top, bottom, down], y) => {
    columns.forEach(([left, right, across], x) => {
      const upper = at(top, left) * (1 - across) + at(top, right) * across;
      const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
      result[y * width + x] = upper * (1 - down) + lower * down;
    });
  });
  return result;
}

function sourcePlaces(from: number, to: number): readonly (readonly [first: number, second: number, share: number])[] {
  return Array.from({ length: to }, (_, index) => {
    const place = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / to - 0.5));
    const first = Math.floor(place);
    return [first, Math.min(from - 1, first + 1), place - first] as const;
  });
}

/** Least and largest value; zeros for nothing. NaN is passed over. */
export function rangeOf(values: Float32Array): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? { min: 0, max: 0 } : { min, max };
}
