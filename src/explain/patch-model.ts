import { drain } from './in-steps';
import { patchStatistics as statistics } from './patch-statistics';
import { drawNormal, type Draw } from './random';

/**
 * A Gaussian over pictures: mean and covariance of the channels, times the correlation of two pixels by their distance. As the
 * two factors are separate, a patch is predicted from its surroundings with one matrix for all channels.
 */
export interface PatchModel {
  /** `[c]`, network units. */
  readonly mean: readonly number[];
  /** Lower triangle of the channels' covariance (Cholesky), `[c * c]`, network units. */
  readonly colour: Float64Array;
  /** Correlation of two pixels `dy` below and `dx` to the right of each other. */
  readonly correlate: (dy: number, dx: number) => number;
}

/** Largest distance whose correlation ships with the app, in the statistics' pixels. */
export const reachPx = 15;

/** Lower triangle L of `matrix = L Lᵀ`, `[size * size]`; what rounding made negative counts as 0. */
export function decompose(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = matrix[row * size + column] ?? 0;
      for (let at = 0; at < column; at += 1) rest -= (lower[row * size + at] ?? 0) * (lower[column * size + at] ?? 0);
      const pivot = lower[column * size + column] ?? 0;
      lower[row * size + column] = row === column ? Math.sqrt(Math.max(rest, 0)) : pivot > 0 ? rest / pivot : 0;
    }
  }
  return lower;
}

/** Solves `L Lᵀ x = b` in place. */
function solve(lower: Float64Array, size: number, vector: Float64Array): void {
  for (let row = 0; row < size; row += 1) {
    let rest = vector[row] ?? 0;
    for (let at = 0; at < row; at += 1) rest -= (lower[row * size + at] ?? 0) * (vector[at] ?? 0);
    vector[row] = rest / (lower[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = vector[row] ?? 0;
    for (let at = row + 1; at < size; at += 1) rest -= (lower[at * size + row] ?? 0) * (vector[at] ?? 0);
    vector[row] = rest / (lower[row * size + row] ?? 1);
  }
}

/** Correlation at a distance in the statistics' own pixels; linear between them, which keeps every variance positive. */
function interpolate(dy: number, dx: number): number {
  const [down, right] = dy < 0 ? [-dy, -dx] : [dy, dx];
  const row = Math.floor(down);
  const column = Math.floor(right);
  const at = (y: number, x: number): number => {
    const table: readonly (readonly number[])[] = statistics.correlation;
    return table[y]?.[reachPx + x] ?? 0;
  };
  const between = (y: number): number => at(y, column) * (1 - (right - column)) + at(y, column + 1) * (right - column);
  return between(row) * (1 - (down - row)) + between(row + 1) * (down - row);
}

/** True where the statistics that ship with the app reach far enough for a patch of this size in pictures of this side. */
export function canShip(patchPx: number, sidePx: number): boolean {
  return (patchPx - 1) * (statistics.sidePx / sidePx) <= reachPx;
}

/**
 * The Gaussian that ships with the app: fitted on its own gallery (`tools/measure-patches.ts`), for networks that take colour.
 *
 * @param pixels  how pixels 0..255 became network input
 * @param sidePx  side of that input
 */
export function shippedModel(sidePx: number, pixels: { readonly mean: readonly number[]; readonly std: readonly number[]; readonly channelOrder?: 'rgb' | 'bgr' }): PatchModel {
  const order = pixels.channelOrder === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const scale = (channel: number): number => 255 / (pixels.std[channel] ?? 1);
  const covariance = Float64Array.from({ length: 9 }, (_, at) => {
    const a = Math.floor(at / 3);
    const b = at % 3;
    return (statistics.colour[order[a] ?? 0]?.[order[b] ?? 0] ?? 0) * scale(a) * scale(b);
  });
  return {
    mean: order.map((from, channel) => (255 * (statistics.mean[from] ?? 0) - (pixels.mean[channel] ?? 0)) / (pixels.std[channel] ?? 1)),
    colour: decompose(covariance, 3),
    correlate: (dy, dx) => interpolate((dy * statistics.sidePx) / sidePx, (dx * statistics.sidePx) / sidePx),
  };
}

/** The same Gaussian fitted on one picture alone, `[h, w, c]` row major. */
export function fitModel(values: Float32Array, height: number, width: number, channels: number): PatchModel {
  const places = height * width;
  const mean = Array.from({ length: channels }, (_, channel) => {
    let total = 0;
    for (let place = 0; place < places; place += 1) total += values[place * channels + channel] ?? 0;
    return total / places;
  });
  const centred = values.map((value, at) => value - (mean[at % channels] ?? 0));
  const covariance = new Float64Array(channels * channels);
  for (let place = 0; place < places; place += 1) {
    for (let a = 0; a < channels; a += 1) for (let b = 0; b < channels; b += 1) covariance[a * channels + b] = (covariance[a * channels + b] ?? 0) + ((centred[place * channels + a] ?? 0) * (centred[place * channels + b] ?? 0)) / places;
  }
  let variance = 0;
  for (let channel = 0; channel < channels; channel += 1) variance += covariance[channel * channels + channel] ?? 0;
  const known = new Map<string, number>();
  const measure = (dy: number, dx: number): number => {
    let total = 0;
    for (let y = 0; y + dy < height; y += 1) {
      for (let x = Math.max(0, -dx); x + Math.max(dx, 0) < width; x += 1) {
        for (let channel = 0; channel < channels; channel += 1) total += (centred[(y * width + x) * channels + channel] ?? 0) * (centred[((y + dy) * width + x + dx) * channels + channel] ?? 0);
      }
    }
    return variance === 0 ? (dy === 0 && dx === 0 ? 1 : 0) : total / places / variance;
  };
  return {
    mean, colour: decompose(covariance, channels),
    correlate: (dy, dx) => {
      const [down, right] = dy < 0 || (dy === 0 && dx < 0) ? [-dy, -dx] : [dy, dx];
      const key = `${down} ${right}`;
      const value = known.get(key) ?? measure(down, right);
      known.set(key, value);
      return value;
    },
  };
}

interface Place { readonly y: number; readonly x: number }

/** A patch of one place in the picture, ready to be drawn again and again. */
export interface PatchSampler {
  /**
   * Draws the patch given its surroundings.
   *
   * @param picture  `[h, w, c]` row major · borrowed
   * @returns        the picture with the patch drawn anew, a copy
   */
  draw(picture: Float32Array, random: Draw): Float32Array;
}

/** Conditional mean and spread of one shape of patch and surroundings. */
interface Conditional { readonly weights: Float64Array; readonly spread: Float64Array }

/** Correlations of every place of one list with every place of the other, `[from, to]` row major; a pause after each row. */
function* correlateAll(model: PatchModel, from: readonly Place[], to: readonly Place[]): Generator<void, Float64Array, void> {
  const table = new Float64Array(from.length * to.length);
  for (const [row, a] of from.entries()) {
    to.forEach((b, column) => { table[row * to.length + column] = model.correlate(b.y - a.y, b.x - a.x); });
    yield;
  }
  return table;
}

/** Same places in both lists: what noise adds to each place's own variance, so that the matrix has an inverse. */
function addNoise(table: Float64Array, size: number): void {
  for (let at = 0; at < size; at += 1) table[at * (size + 1)] = (table[at * (size + 1)] ?? 0) + 1e-3;
}

function* condition(model: PatchModel, inside: readonly Place[], around: readonly Place[]): Generator<void, Conditional, void> {
  const known = around.length;
  const size = inside.length;
  const surroundings = yield* correlateAll(model, around, around);
  addNoise(surroundings, known);
  const inward = yield* correlateAll(model, around, inside);
  const outward = yield* correlateAll(model, inside, around);
  const rest = yield* correlateAll(model, inside, inside);
  addNoise(rest, size);
  const lower = decompose(surroundings, known);
  yield;
  const weights = new Float64Array(size * known);
  for (let row = 0; row < size; row += 1) {
    const solved = outward.slice(row * known, (row + 1) * known);
    solve(lower, known, solved);
    weights.set(solved, row * known);
    for (let column = 0; column < size; column += 1) {
      let value = rest[row * size + column] ?? 0;
      for (let at = 0; at < known; at += 1) value -= (solved[at] ?? 0) * (inward[at * size + column] ?? 0);
      rest[row * size + column] = value;
    }
    yield;
  }
  return { weights, spread: decompose(rest, size) };
}

/** Samplers of one picture's windows. */
export interface PatchSamplers {
  /** Works out what {@link at} needs for a window, pause by pause; nothing where a window that lies alike came before. */
  prepare(top: number, left: number): Generator<void, void, void>;
  at(top: number, left: number): PatchSampler;
}

/**
 * Makes samplers for windows of one picture size; windows that lie alike share their matrices.
 *
 * @param borderPx  how far the surroundings reach beyond the window
 * @param bounds    values a pixel can have, by channel; samples are clipped to them
 */
export function createPatchSampler(
  model: PatchModel, size: readonly [height: number, width: number, channels: number], window: readonly [number, number], borderPx: number,
  bounds: readonly [low: readonly number[], high: readonly number[]],
): PatchSamplers {
  const [height, width, channels] = size;
  const known = new Map<string, Conditional>();
  const keyOf = (top: number, left: number): string =>
    [Math.min(top, borderPx), Math.min(left, borderPx), Math.min(height - top, window[0] + borderPx), Math.min(width - left, window[1] + borderPx)].join(' ');
  const listPlaces = (top: number, left: number): { readonly inside: readonly Place[]; readonly around: readonly Place[] } => {
    const inside: Place[] = [];
    const around: Place[] = [];
    for (let y = Math.max(0, top - borderPx); y < Math.min(height, top + window[0] + borderPx); y += 1) {
      for (let x = Math.max(0, left - borderPx); x < Math.min(width, left + window[1] + borderPx); x += 1) {
        const within = y >= top && y < top + window[0] && x >= left && x < left + window[1];
        (within ? inside : around).push({ y, x });
      }
    }
    return { inside, around };
  };
  const prepare = function* prepare(top: number, left: number): Generator<void, void, void> {
    const key = keyOf(top, left);
    if (known.has(key)) return;
    const { inside, around } = listPlaces(top, left);
    known.set(key, yield* condition(model, inside, around));
  };
  const at = (top: number, left: number): PatchSampler => {
    const { inside, around } = listPlaces(top, left);
    drain(prepare(top, left));
    const { weights, spread } = known.get(keyOf(top, left)) as Conditional;
    return {
      draw: (picture, random) => {
        const normal = drawNormal(random);
        const drawn = picture.slice();
        const noise = Float64Array.from({ length: inside.length * channels }, normal);
        inside.forEach((place, row) => {
          for (let channel = 0; channel < channels; channel += 1) {
            const mean = model.mean[channel] ?? 0;
            let value = mean;
            around.forEach((other, at) => { value += (weights[row * around.length + at] ?? 0) * ((picture[(other.y * width + other.x) * channels + channel] ?? 0) - mean); });
            for (let source = 0; source <= channel; source += 1) {
              let shock = 0;
              for (let at = 0; at <= row; at += 1) shock += (spread[row * inside.length + at] ?? 0) * (noise[at * channels + source] ?? 0);
              value += shock * (model.colour[channel * channels + source] ?? 0);
            }
            drawn[(place.y * width + place.x) * channels + channel] = Math.min(Math.max(value, bounds[0][channel] ?? -Infinity), bounds[1][channel] ?? Infinity);
          }
        });
        return drawn;
      },
    };
  };
  return { prepare, at };
}
