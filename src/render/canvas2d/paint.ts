import type { MapShape } from '../../contract/ids';
import { notANumberPixel, packPixel } from '../colormap';
import type { Rectangle } from '../tile-geometry';

/** Pixels to paint on, row major, one 32-bit RGBA pixel each. */
export interface PixelTarget {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** How a value becomes an entry of `table`: floor(value * scale + offset), clamped to 0..255. */
export interface ValueMapping {
  scale: number;
  offset: number;
  table: Uint32Array;
}

/** As a signed number: what a 32-bit integer holds is not made a floating-point number on its way. */
const markerPixel = notANumberPixel | 0;

/** Source positions of each painted column: index of the left and right neighbour and the share of the right one. */
let leftOf = new Int32Array(256);
let rightOf = new Int32Array(256);
let shareOf = new Float32Array(256);
/** Colours of one row of the map, for nearest neighbour. */
let colours = new Uint32Array(256);
/** Two rows of the map interpolated along the row, for smooth painting. */
let upperRow = new Float64Array(256);
let lowerRow = new Float64Array(256);

/** Sets `mapping` so that `min` becomes entry 0 and `max` entry 255; a constant map becomes `flatIndex` everywhere. */
export function mapRange(mapping: ValueMapping, min: number, max: number, constant: boolean, flatIndex: number): void {
  const spread = max - min;
  mapping.scale = constant || !(spread > 0) ? 0 : 255 / spread;
  mapping.offset = mapping.scale === 0 ? flatIndex + 0.5 : 0.5 - min * mapping.scale;
}

/** Pixel of a value that is not within the table: the nearer end, or the marker for what is not finite. */
function beyondRange(value: number, entry: number, table: Uint32Array): number {
  return value - value !== 0 ? markerPixel : (table[entry < 0 ? 0 : 255] as number) | 0;
}

/** The part of an area that lies on the target. */
function clipToTarget({ x, y, width, height }: Rectangle, target: PixelTarget): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
  return { left: Math.max(0, x), right: Math.min(target.width, x + width), top: Math.max(0, y), bottom: Math.min(target.height, y + height) };
}

/** Where among a map's pixel centres the centre of drawn pixel `at` of `drawnPx` lies; held at the edges. */
function placeAmongCentres(at: number, drawnPx: number, mapPx: number): number {
  return Math.min(mapPx - 1, Math.max(0, ((at + 0.5) * mapPx) / drawnPx - 0.5));
}

/**
 * Paints one channel of `values` `[h, w, c]` over `area`, nearest neighbour. Parts outside the target are left out;
 * values that are not finite become the marker colour.
 */
export function paintNearest(target: PixelTarget, area: Rectangle, values: Float32Array, shape: MapShape, channel: number, mapping: ValueMapping): void {
  const [mapHeight, mapWidth, channels] = shape;
  const { pixels, width } = target;
  const { scale, offset, table } = mapping;
  const { left, right, top, bottom } = clipToTarget(area, target);
  if (right <= left) return;
  const count = right - left;
  growColumns(count);
  // Counted from 0, so that a stretched row has each of its colours worked out once.
  const columnOf = leftOf;
  const indexOf = rightOf;
  const row = colours;
  let columns = 0;
  let before = -1;
  for (let at = 0; at < count; at++) {
    const column = Math.min(mapWidth - 1, Math.floor(((left + at - area.x + 0.5) * mapWidth) / area.width));
    if (column !== before) indexOf[columns++] = column * channels + channel;
    before = column;
    columnOf[at] = columns - 1;
  }
  let y = top;
  while (y < bottom) {
    const mapRow = rowAt(y, area, mapHeight);
    let end = y + 1;
    while (end < bottom && rowAt(end, area, mapHeight) === mapRow) end++;
    const base = mapRow * mapWidth * channels;
    const start = y * width + left;
    if (columns === count && end - y === 1) {
      for (let at = 0; at < count; at++) {
        const value = values[base + (indexOf[at] as number)] as number;
        const entry = value * scale + offset;
        pixels[start + at] = entry >= 0 && entry <= 255 ? (table[entry | 0] as number) | 0 : beyondRange(value, entry, table);
      }
      y = end;
      continue;
    }
    for (let at = 0; at < columns; at++) {
      const value = values[base + (indexOf[at] as number)] as number;
      const entry = value * scale + offset;
      row[at] = entry >= 0 && entry <= 255 ? (table[entry | 0] as number) | 0 : beyondRange(value, entry, table);
    }
    spreadRow(pixels, start, width, count, end - y, row, columnOf);
    y = end;
  }
}

function rowAt(y: number, area: Rectangle, mapHeight: number): number {
  return Math.min(mapHeight - 1, Math.floor(((y - area.y + 0.5) * mapHeight) / area.height));
}

/** Writes the colours of `row`, each as wide as `columnOf` says, to `rows` rows of `count` pixels: several rows at once, for a short row costs more to copy than to write. */
function spreadRow(pixels: Uint32Array, start: number, stride: number, count: number, rows: number, row: Uint32Array, columnOf: Int32Array): void {
  let left = rows;
  let to = start;
  for (; left >= 3; left -= 3) {
    const second = to + stride;
    const third = second + stride;
    for (let at = 0; at < count; at++) {
      const colour = (row[columnOf[at] as number] as number) | 0;
      pixels[to + at] = colour;
      pixels[second + at] = colour;
      pixels[third + at] = colour;
    }
    to = third + stride;
  }
  if (left === 2) {
    const second = to + stride;
    for (let at = 0; at < count; at++) {
      const colour = (row[columnOf[at] as number] as number) | 0;
      pixels[to + at] = colour;
      pixels[second + at] = colour;
    }
  } else if (left === 1) {
    for (let at = 0; at < count; at++) pixels[to + at] = (row[columnOf[at] as number] as number) | 0;
  }
}

/** As {@link paintNearest}, with values (not colours) interpolated between pixel centres and held at the edges. */
export function paintSmooth(target: PixelTarget, area: Rectangle, values: Float32Array, shape: MapShape, channel: number, mapping: ValueMapping): void {
  const [mapHeight, mapWidth, channels] = shape;
  const { pixels, width } = target;
  const { scale, offset, table } = mapping;
  const { left, right, top, bottom } = clipToTarget(area, target);
  if (right <= left) return;
  const count = right - left;
  prepareColumns(left, right, area, mapWidth, channels, channel);
  let upperIs = -1;
  let lowerIs = -1;
  for (let y = top; y < bottom; y++) {
    const place = placeAmongCentres(y - area.y, area.height, mapHeight);
    const upper = Math.floor(place);
    const lower = Math.min(mapHeight - 1, upper + 1);
    const shareY = place - upper;
    // Going down a stretched map, the lower row of one step is the upper row of the next.
    if (upperIs !== upper && lowerIs === upper) {
      const kept = upperRow;
      upperRow = lowerRow;
      lowerRow = kept;
      lowerIs = upperIs;
      upperIs = upper;
    }
    if (upperIs !== upper) interpolateRow(upperRow, values, upper * mapWidth * channels, count);
    if (lowerIs !== lower) interpolateRow(lowerRow, values, lower * mapWidth * channels, count);
    upperIs = upper;
    lowerIs = lower;
    const start = y * width + left;
    const above = upperRow;
    const below = lowerRow;
    const shareTop = 1 - shareY;
    for (let at = 0; at < count; at++) {
      const value = (above[at] as number) * shareTop + (below[at] as number) * shareY;
      const entry = value * scale + offset;
      pixels[start + at] = entry >= 0 && entry <= 255 ? (table[entry | 0] as number) | 0 : beyondRange(value, entry, table);
    }
  }
}

function interpolateRow(row: Float64Array, values: Float32Array, base: number, count: number): void {
  const lefts = leftOf;
  const rights = rightOf;
  const shares = shareOf;
  for (let at = 0; at < count; at++) {
    const share = shares[at] as number;
    row[at] = (values[base + (lefts[at] as number)] as number) * (1 - share) + (values[base + (rights[at] as number)] as number) * share;
  }
}

/** Paints the network's input `[h, w, 1 or 3]` as the picture it was: pixel = value * std + mean, 0..255; nearest or smooth. */
export function paintInput(target: PixelTarget, area: Rectangle, values: Float32Array, shape: MapShape, mean: readonly number[], std: readonly number[], smooth: boolean): void {
  const [mapHeight, mapWidth, channels] = shape;
  const { pixels, width } = target;
  const { left, right, top, bottom } = clipToTarget(area, target);
  if (right <= left) return;
  prepareColumns(left, right, area, mapWidth, channels, 0);
  for (let y = top; y < bottom; y++) {
    const place = placeAmongCentres(y - area.y, area.height, mapHeight);
    const upper = smooth ? Math.floor(place) : Math.floor(place + 0.5);
    const shareY = smooth ? place - upper : 0;
    const upperBase = upper * mapWidth * channels;
    const lowerBase = Math.min(mapHeight - 1, upper + 1) * mapWidth * channels;
    for (let at = 0; at < right - left; at++) {
      const shareX = smooth ? shareOf[at] as number : (shareOf[at] as number) < 0.5 ? 0 : 1;
      let packed = packPixel(0, 0, 0, 255);
      for (let channel = 0; channel < 3; channel++) {
        const from = channels === 1 ? 0 : channel;
        const a = (leftOf[at] as number) + from;
        const b = (rightOf[at] as number) + from;
        const above = (values[upperBase + a] as number) * (1 - shareX) + (values[upperBase + b] as number) * shareX;
        const below = (values[lowerBase + a] as number) * (1 - shareX) + (values[lowerBase + b] as number) * shareX;
        const value = (above * (1 - shareY) + below * shareY) * (std[from] ?? 1) + (mean[from] ?? 0);
        const byte = value > 0 ? Math.min(255, Math.floor(value + 0.5)) : 0;
        packed |= byte << (8 * channel);
      }
      pixels[y * width + left + at] = packed;
    }
  }
}

function prepareColumns(left: number, right: number, area: Rectangle, mapWidth: number, channels: number, channel: number): void {
  growColumns(right - left);
  for (let x = left; x < right; x++) {
    const place = placeAmongCentres(x - area.x, area.width, mapWidth);
    const near = Math.floor(place);
    leftOf[x - left] = near * channels + channel;
    rightOf[x - left] = Math.min(mapWidth - 1, near + 1) * channels + channel;
    shareOf[x - left] = place - near;
  }
}

function growColumns(count: number): void {
  if (leftOf.length >= count) return;
  leftOf = new Int32Array(count);
  rightOf = new Int32Array(count);
  shareOf = new Float32Array(count);
  colours = new Uint32Array(count);
  upperRow = new Float64Array(count);
  lowerRow = new Float64Array(count);
}
