import { colourTable, notANumberColour } from '../contract/colour-map';
import type { ColourMapName } from '../contract/colour-map';
import { enlargePlane, isPlaneSigned, type MapPlane, type PixelReading } from '../contract/map-plane';
import { findFiniteRange } from '../contract/value-range';

/** Where the colours end. */
export type ColourScale =
  /** At the largest absolute value. */
  | 'largest'
  /** At the 99th percentile of the absolute values: single bright pixels do not dim the rest. */
  | 'percentile';

/** How a plane's values become colours. */
export interface ColourRange {
  readonly map: ColourMapName;
  /** Values at both ends of the colour bar; symmetric around zero for signed maps. */
  readonly low: number;
  readonly high: number;
  /** Where they end in truth: the largest value, where the percentile would be that or 0. */
  readonly scale: ColourScale;
}

/** Part of the absolute values that lies below the end of the colours, for `percentile`. */
const shownPart = 0.99;

const ranges = new WeakMap<MapPlane, Map<string, ColourRange>>();

/** The range of colours of a method's plane, from what is drawn: planes that cannot be below 0 begin there. Worked out once for a plane and scale. */
export function colourRangeOf(plane: MapPlane, method: { readonly signed: boolean; readonly pixel: PixelReading }, scale: ColourScale): ColourRange {
  const signed = isPlaneSigned(method);
  const known = ranges.get(plane) ?? new Map<string, ColourRange>();
  ranges.set(plane, known);
  const key = `${scale} ${signed}`;
  const range = known.get(key) ?? findRange(plane, signed, scale);
  known.set(key, range);
  return range;
}

function findRange(plane: MapPlane, signed: boolean, scale: ColourScale): ColourRange {
  // One value that overflowed must not make the others one colour.
  const { min, max } = findFiniteRange(plane.values);
  const largest = signed ? Math.max(Math.abs(min), Math.abs(max)) : Math.max(0, max);
  const high = scale === 'percentile' ? percentileOfSizes(plane.values, shownPart, signed) || largest : largest;
  return { map: signed ? 'diverging' : 'inferno', low: signed ? -high : 0, high, scale: high < largest ? 'percentile' : 'largest' };
}

function percentileOfSizes(values: Float32Array, part: number, signed: boolean): number {
  const sizes = values.filter(Number.isFinite).map((value) => (signed ? Math.abs(value) : Math.max(0, value))).sort();
  return sizes[Math.min(sizes.length - 1, Math.floor(part * sizes.length))] ?? 0;
}

/** Where the colours end, in words. */
export function describeColourRange({ low, scale }: ColourRange): string {
  if (scale === 'percentile') return `The strongest 1 % share the last colour${low < 0 ? '; zero is in the middle' : ''}`;
  return low < 0 ? 'Both ends are as far from zero as the largest value; zero is in the middle' : 'The last colour is the largest value';
}

/**
 * A plane as pixels to lay over a picture: RGBA, opaque where the map is strong, see-through where it says nothing; what is no
 * number is opaque, in a colour of its own.
 *
 * @param sidePx  of the square that is drawn; layer maps are enlarged bilinearly, input maps too unless `crisp`
 */
export function paintPlane(plane: MapPlane, range: ColourRange, sidePx: number, crisp: boolean): Uint8ClampedArray<ArrayBuffer> {
  const table = colourTable(range.map);
  const values = crisp ? repeatPlane(plane, sidePx) : enlargePlane(plane, sidePx, sidePx);
  const pixels = new Uint8ClampedArray(sidePx * sidePx * 4);
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place] ?? 0;
    if (!Number.isFinite(value)) {
      pixels.set(notANumberColour, place * 4);
      pixels[place * 4 + 3] = 255;
      continue;
    }
    const share = range.high === 0 ? 0 : Math.min(1, Math.max(-1, value / range.high));
    const entry = range.low < 0 ? Math.round((share * 0.5 + 0.5) * 255) : Math.round(Math.max(0, share) * 255);
    pixels[place * 4] = table[entry * 4] ?? 0;
    pixels[place * 4 + 1] = table[entry * 4 + 1] ?? 0;
    pixels[place * 4 + 2] = table[entry * 4 + 2] ?? 0;
    pixels[place * 4 + 3] = 255 * Math.sqrt(Math.abs(range.low < 0 ? share : Math.max(0, share)));
  }
  return pixels;
}

function repeatPlane(plane: MapPlane, sidePx: number): Float32Array {
  const result = new Float32Array(sidePx * sidePx);
  for (let y = 0; y < sidePx; y += 1) {
    const row = Math.floor((y * plane.height) / sidePx) * plane.width;
    for (let x = 0; x < sidePx; x += 1) result[y * sidePx + x] = plane.values[row + Math.floor((x * plane.width) / sidePx)] ?? 0;
  }
  return result;
}
