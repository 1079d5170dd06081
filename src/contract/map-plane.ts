/**
 * How an input map's channels become one number for each pixel: `sum` (signed evidence), `strongest` (largest |value|, for
 * sensitivities; Simonyan et al. 2013), `only` (a pixel has one value: there is one channel, or each holds the same number).
 */
export type PixelReading = 'sum' | 'strongest' | 'only';

/** Whether the plane that is drawn can fall below 0: the largest |value| cannot, whatever signs the map itself has. */
export function isPlaneSigned({ signed, pixel }: { readonly signed: boolean; readonly pixel: PixelReading }): boolean {
  return signed && pixel !== 'strongest';
}

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
  // Not their sum: covering a pixel costs the score once, however many colours it has.
  if (reading === 'only') return { height, width, values: plane.map((_, place) => values[place * channels] ?? 0) };
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
export function enlargePlane({ height: fromHeight, width: fromWidth, values }: MapPlane, height: number, width: number): Float32Array {
  if (fromHeight === height && fromWidth === width) return Float32Array.from(values);
  const columns = sourcePlaces(fromWidth, width);
  const rows = sourcePlaces(fromHeight, height);
  const result = new Float32Array(height * width);
  // Plain loops: the window colours maps again and again while they are made.
  for (let y = 0; y < height; y += 1) {
    const top = (rows.first[y] ?? 0) * fromWidth;
    const bottom = Math.min(fromHeight - 1, (rows.first[y] ?? 0) + 1) * fromWidth;
    const down = rows.share[y] ?? 0;
    for (let x = 0; x < width; x += 1) {
      const left = columns.first[x] ?? 0;
      const right = Math.min(fromWidth - 1, left + 1);
      const across = columns.share[x] ?? 0;
      const upper = (values[top + left] ?? 0) * (1 - across) + (values[top + right] ?? 0) * across;
      const lower = (values[bottom + left] ?? 0) * (1 - across) + (values[bottom + right] ?? 0) * across;
      result[y * width + x] = upper * (1 - down) + lower * down;
    }
  }
  return result;
}

/** For each of `to` places the one before it among `from`, and how far it lies on the way to the next. */
function sourcePlaces(from: number, to: number): { readonly first: Int32Array; readonly share: Float64Array } {
  const first = new Int32Array(to);
  const share = new Float64Array(to);
  for (let index = 0; index < to; index += 1) {
    const place = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / to - 0.5));
    first[index] = Math.floor(place);
    share[index] = place - Math.floor(place);
  }
  return { first, share };
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
