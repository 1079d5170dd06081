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

/** Source positions of each painted column: index of the left and right neighbour and the share of the right one. */
let leftOf = new Int32Array(256);
let rightOf = new Int32Array(256);
let shareOf = new Float32Array(256);

/** Sets `mapping` so that `min` becomes entry 0 and `max` entry 255; a constant map becomes `flatIndex` everywhere. */
export function mapRange(mapping: ValueMapping, min: number, max: number, constant: boolean, flatIndex: number): void {
  const spread = max - min;
  mapping.scale = constant || !(spread > 0) ? 0 : 255 / spread;
  mapping.offset = mapping.scale === 0 ? flatIndex + 0.5 : 0.5 - min * mapping.scale;
}

/**
 * Paints one channel of `values` `[h, w, c]` over `area`, nearest neighbour. Parts outside the target are left out;
 * values that are not finite become the marker colour.
 */
export function paintNearest(target: PixelTarget, area: Rectangle, values: Float32Array, shape: MapShape, channel: number, mapping: ValueMapping): void {
  const [mapHeight, mapWidth, channels] = shape;
  const { pixels, width } = target;
  const { scale, offset, table } = mapping;
  const left = Math.max(0, area.x);
  const right = Math.min(width, area.x + area.width);
  const bottom = Math.min(target.height, area.y + area.height);
  if (right <= left) return;
  growColumns(right - left);
  for (let x = left; x < right; x++) {
    leftOf[x - left] = Math.min(mapWidth - 1, Math.floor(((x - area.x + 0.5) * mapWidth) / area.width)) * channels + channel;
  }
  let paintedRow = -1;
  for (let y = Math.max(0, area.y); y < bottom; y++) {
    const row = Math.min(mapHeight - 1, Math.floor(((y - area.y + 0.5) * mapHeight) / area.height));
    const start = y * width + left;
    if (row === paintedRow) {
      pixels.copyWithin(start, start - width, start - width + right - left);
      continue;
    }
    paintedRow = row;
    const base = row * mapWidth * channels;
    let lastIndex = -1;
    let pixel = 0;
    for (let at = 0; at < right - left; at++) {
      const index = leftOf[at] as number;
      if (index !== lastIndex) {
        lastIndex = index;
        const value = values[base + index] as number;
        const entry = value * scale + offset;
        pixel = value - value !== 0 ? notANumberPixel : table[entry < 0 ? 0 : entry > 255 ? 255 : entry | 0] as number;
      }
      pixels[start + at] = pixel;
    }
  }
}

/** As {@link paintNearest}, with values (not colours) interpolated between pixel centres and held at the edges. */
export function paintSmooth(target: PixelTarget, area: Rectangle, values: Float32Array, shape: MapShape, channel: number, mapping: ValueMapping): void {
  const [mapHeight, mapWidth, channels] = shape;
  const { pixels, width } = target;
  const { scale, offset, table } = mapping;
  const left = Math.max(0, area.x);
  const right = Math.min(width, area.x + area.width);
  const bottom = Math.min(target.height, area.y + area.height);
  if (right <= left) return;
  prepareColumns(left, right, area, mapWidth, channels, channel);
  for (let y = Math.max(0, area.y); y < bottom; y++) {
    const place = Math.min(mapHeight - 1, Math.max(0, ((y - area.y + 0.5) * mapHeight) / area.height - 0.5));
    const upper = Math.floor(place);
    const shareY = place - upper;
    const upperBase = upper * mapWidth * channels;
    const lowerBase = Math.min(mapHeight - 1, upper + 1) * mapWidth * channels;
    const start = y * width + left;
    for (let at = 0; at < right - left; at++) {
      const a = leftOf[at] as number;
      const b = rightOf[at] as number;
      const shareX = shareOf[at] as number;
      const top = (values[upperBase + a] as number) * (1 - shareX) + (values[upperBase + b] as number) * shareX;
      const low = (values[lowerBase + a] as number) * (1 - shareX) + (values[lowerBase + b] as number) * shareX;
      const value = top * (1 - shareY) + low * shareY;
      const entry = value * scale + offset;
      pixels[start + at] = value - value !== 0 ? notANumberPixel : table[entry < 0 ? 0 : entry > 255 ? 255 : entry | 0] as number;
    }
  }
}

/** Paints the network's input `[h, w, 1 or 3]` as the picture it was: pixel = value * std + mean, 0..255; nearest or smooth. */
export function paintInput(target: PixelTarget, area: Rectangle, values: Float32Array, shape: MapShape, mean: readonly number[], std: readonly number[], smooth: boolean): void {
  const [mapHeight, mapWidth, channels] = shape;
  const { pixels, width } = target;
  const left = Math.max(0, area.x);
  const right = Math.min(width, area.x + area.width);
  const bottom = Math.min(target.height, area.y + area.height);
  if (right <= left) return;
  prepareColumns(left, right, area, mapWidth, channels, 0);
  for (let y = Math.max(0, area.y); y < bottom; y++) {
    const place = Math.min(mapHeight - 1, Math.max(0, ((y - area.y + 0.5) * mapHeight) / area.height - 0.5));
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
        const top = (values[upperBase + a] as number) * (1 - shareX) + (values[upperBase + b] as number) * shareX;
        const low = (values[lowerBase + a] as number) * (1 - shareX) + (values[lowerBase + b] as number) * shareX;
        const value = (top * (1 - shareY) + low * shareY) * (std[from] ?? 1) + (mean[from] ?? 0);
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
    const place = Math.min(mapWidth - 1, Math.max(0, ((x - area.x + 0.5) * mapWidth) / area.width - 0.5));
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
}
