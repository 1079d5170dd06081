import type { MapShape } from '../contract/ids';
import type { ValueRange } from './renderer';

/** Share of the way to a wider range taken with each frame: fast, so that a burst is not clipped for long. */
export const attackPerFrame = 0.7;
/** Share of the way back to a narrower range: slow, so that nothing flashes. */
export const releasePerFrame = 0.08;
/** A spread below this share of the magnitude is rounding noise: the map is constant. */
export const constantTolerance = 1e-5;

/** Largest finite float32. Comparisons with it also leave NaN out. */
export const largestFloat32 = 3.4028234663852886e38;

/** One end of a range after one more frame. `outwards` is +1 for the maximum, -1 for the minimum. */
export function smoothEnd(before: number, now: number, outwards: 1 | -1): number {
  const wider = (now - before) * outwards > 0;
  return before + (now - before) * (wider ? attackPerFrame : releasePerFrame);
}

/** True when a map of this range shows nothing but one value (also when it holds no finite value at all). */
export function isConstant(min: number, max: number): boolean {
  return !(max - min > constantTolerance * Math.max(Math.abs(min), Math.abs(max)));
}

/**
 * Range that becomes the two ends of the colour map: symmetric around zero for signed layers, from zero for values that
 * are never negative, else as it is.
 */
export function displayRange(min: number, max: number, signed: boolean): ValueRange {
  if (signed) {
    const reach = Math.max(Math.abs(min), Math.abs(max));
    return { min: -reach, max: reach };
  }
  return { min: min >= 0 ? 0 : min, max };
}

/**
 * Value ranges of one layer: per channel, measured each frame and smoothed over time. Non-finite values are left out;
 * a channel without any finite value counts as constant zero. Owns its arrays, allocates only when the channel count changes.
 */
export class LayerRanges {
  readonly rawMin: Float32Array;
  readonly rawMax: Float32Array;
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly #known: Uint8Array;
  /** Over the channels measured with the last frame. */
  layerMin = 0;
  layerMax = 0;
  #layerKnown = false;
  readonly #channels: number;

  constructor(channels: number) {
    this.#channels = channels;
    this.rawMin = new Float32Array(channels);
    this.rawMax = new Float32Array(channels);
    this.min = new Float32Array(channels);
    this.max = new Float32Array(channels);
    this.#known = new Uint8Array(channels);
  }

  get channels(): number {
    return this.#channels;
  }

  /** Measures every channel of `values` `[h, w, c]`. `settle` takes the range as it is instead of smoothing. */
  measureAll(values: Float32Array, shape: MapShape, settle: boolean): void {
    const { rawMin, rawMax } = this;
    const channels = this.#channels;
    const final = channels - 1;
    for (let at = 0; at < channels; at += 4) {
      this.#measureFour(values, shape, 1, 1, at, Math.min(at + 1, final), Math.min(at + 2, final), Math.min(at + 3, final));
    }
    let low = Infinity;
    let high = -Infinity;
    for (let channel = 0; channel < channels; channel++) {
      this.#settleChannel(channel, settle);
      low = Math.min(low, rawMin[channel] as number);
      high = Math.max(high, rawMax[channel] as number);
    }
    this.#settleLayer(low, high, settle);
  }

  /** Measures only `list`, at every `stepY`-th row and `stepX`-th column: enough for thumbnails. */
  measureSome(values: Float32Array, shape: MapShape, list: Int32Array, stepY: number, stepX: number, settle: boolean): void {
    const { rawMin, rawMax } = this;
    const final = list.length - 1;
    for (let at = 0; at < list.length; at += 4) {
      this.#measureFour(values, shape, stepY, stepX, list[at] as number, list[Math.min(at + 1, final)] as number,
        list[Math.min(at + 2, final)] as number, list[Math.min(at + 3, final)] as number);
    }
    let low = Infinity;
    let high = -Infinity;
    for (let at = 0; at < list.length; at++) {
      const channel = list[at] as number;
      this.#settleChannel(channel, settle);
      low = Math.min(low, rawMin[channel] as number);
      high = Math.max(high, rawMax[channel] as number);
    }
    this.#settleLayer(low, high, settle);
  }

  /** True when nothing but one value is in this channel now. */
  channelIsConstant(channel: number): boolean {
    return isConstant(this.rawMin[channel] ?? 0, this.rawMax[channel] ?? 0);
  }

  /** Four channels (the same one may come twice) in one pass: their ranges stay in registers. */
  #measureFour(values: Float32Array, shape: MapShape, stepY: number, stepX: number, first: number, second: number, third: number, fourth: number): void {
    const channels = this.#channels;
    const [height, width] = shape;
    let min0 = Infinity;
    let min1 = Infinity;
    let min2 = Infinity;
    let min3 = Infinity;
    let max0 = -Infinity;
    let max1 = -Infinity;
    let max2 = -Infinity;
    let max3 = -Infinity;
    for (let y = 0; y < height; y += stepY) {
      const end = (y + 1) * width * channels;
      for (let base = y * width * channels; base < end; base += stepX * channels) {
        const value0 = values[base + first] as number;
        const value1 = values[base + second] as number;
        const value2 = values[base + third] as number;
        const value3 = values[base + fourth] as number;
        // NaN passes no comparison.
        if (value0 < min0) min0 = value0;
        if (value0 > max0) max0 = value0;
        if (value1 < min1) min1 = value1;
        if (value1 > max1) max1 = value1;
        if (value2 < min2) min2 = value2;
        if (value2 > max2) max2 = value2;
        if (value3 < min3) min3 = value3;
        if (value3 > max3) max3 = value3;
      }
    }
    this.#keepMeasured(values, shape, stepY, stepX, first, min0, max0);
    this.#keepMeasured(values, shape, stepY, stepX, second, min1, max1);
    this.#keepMeasured(values, shape, stepY, stepX, third, min2, max2);
    this.#keepMeasured(values, shape, stepY, stepX, fourth, min3, max3);
  }

  /** Takes a channel's range; where an infinity got into it, measures that channel again without. */
  #keepMeasured(values: Float32Array, shape: MapShape, stepY: number, stepX: number, channel: number, min: number, max: number): void {
    let low = min;
    let high = max;
    if (low === -Infinity || high === Infinity) {
      low = Infinity;
      high = -Infinity;
      for (let y = 0; y < shape[0]; y += stepY) {
        for (let x = 0; x < shape[1]; x += stepX) {
          const value = values[(y * shape[1] + x) * this.#channels + channel] as number;
          if (value < low && value >= -largestFloat32) low = value;
          if (value > high && value <= largestFloat32) high = value;
        }
      }
    }
    this.rawMin[channel] = low;
    this.rawMax[channel] = high;
  }

  #settleChannel(channel: number, settle: boolean): void {
    if ((this.rawMin[channel] as number) > (this.rawMax[channel] as number)) {
      this.rawMin[channel] = 0;
      this.rawMax[channel] = 0;
    }
    const fresh = settle || this.#known[channel] === 0;
    const low = this.rawMin[channel] as number;
    const high = this.rawMax[channel] as number;
    this.min[channel] = fresh ? low : smoothEnd(this.min[channel] as number, low, -1);
    this.max[channel] = fresh ? high : smoothEnd(this.max[channel] as number, high, 1);
    this.#known[channel] = 1;
  }

  #settleLayer(low: number, high: number, settle: boolean): void {
    const rawLow = low > high ? 0 : low;
    const rawHigh = low > high ? 0 : high;
    const fresh = settle || !this.#layerKnown;
    this.layerMin = fresh ? rawLow : smoothEnd(this.layerMin, rawLow, -1);
    this.layerMax = fresh ? rawHigh : smoothEnd(this.layerMax, rawHigh, 1);
    this.#layerKnown = true;
  }
}
