import type { ExplanationFacts } from '../contract/explanations';

/** How the values of an input map are read as one number for each pixel. */
export type ImportanceReading =
  /** Attributions: signed evidence, summed over the channels. */
  | 'signed'
  /** Sensitivities (gradient, SmoothGrad, guided backpropagation, …): max over the channels of |value|. Simonyan et al. 2013. */
  | 'magnitude';

/** How the maps of a method are read: as its facts say that they are shown. */
export function importanceReadingOf(facts: Pick<ExplanationFacts, 'pixel'>): ImportanceReading {
  return facts.pixel === 'strongest' ? 'magnitude' : 'signed';
}

/**
 * One number for each input pixel, larger where a map says that a pixel mattered more for the target.
 *
 * @param values  `[h, w, c]` (input map) or `[h', w']` (layer map: interpolated bilinearly with half-pixel centres)
 * @param size    `[height, width]` of the input
 * @returns       `[height * width]` f32, row major
 */
export function pixelImportance(
  values: Float32Array, shape: readonly number[], size: readonly [height: number, width: number], reading: ImportanceReading,
): Float32Array {
  const [height, width] = size;
  const [mapHeight = 1, mapWidth = 1, channels = 1] = shape;
  const plane = channels === 1 && shape.length < 3 ? values : reduceChannels(values, mapHeight * mapWidth, channels, reading);
  return mapHeight === height && mapWidth === width ? Float32Array.from(plane) : enlarge(plane, mapHeight, mapWidth, height, width);
}

function reduceChannels(values: Float32Array, places: number, channels: number, reading: ImportanceReading): Float32Array {
  const plane = new Float32Array(places);
  for (let place = 0; place < places; place += 1) {
    let found = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      const value = values[place * channels + channel] ?? 0;
      found = reading === 'signed' ? found + value : Math.max(found, Math.abs(value));
    }
    plane[place] = found;
  }
  return plane;
}

/** Bilinear, half-pixel centres, clamped at the border: as the overlay is drawn. @returns `[height * width]` f32 */
export function enlarge(plane: Float32Array, fromHeight: number, fromWidth: number, height: number, width: number): Float32Array {
  const rows = sourcePlaces(fromHeight, height);
  const columns = sourcePlaces(fromWidth, width);
  const result = new Float32Array(height * width);
  rows.forEach(([top, bottom, down], y) => {
    columns.forEach(([left, right, across], x) => {
      const upper = (plane[top * fromWidth + left] ?? 0) * (1 - across) + (plane[top * fromWidth + right] ?? 0) * across;
      const lower = (plane[bottom * fromWidth + left] ?? 0) * (1 - across) + (plane[bottom * fromWidth + right] ?? 0) * across;
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
