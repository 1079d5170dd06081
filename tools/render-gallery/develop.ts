import { hashLattice, smoothStep } from './noise';
import { LAYERS } from './tracer';

const EXPOSURE = 0.86;

export interface DevelopOptions {
  /** Film grain, as a share of white. */
  readonly grain?: number;
  /** False for layers that are free of noise already. */
  readonly smooth?: boolean;
}

/**
 * Turns traced layers into a display picture: smooths the light (not the texture) along surfaces, adds the mirror images, tone-maps,
 * darkens the corners a little and adds film grain.
 *
 * @param layers `LAYERS` numbers per pixel, from `traceRows`
 * @returns RGB bytes, `sizePx * sizePx * 3`
 */
export function developPicture(layers: Float32Array, sizePx: number, exposure: number, seed: number, options: DevelopOptions = {}): Uint8Array {
  const count = sizePx * sizePx;
  let light: Float32Array = new Float32Array(count * 3);
  for (let pixel = 0; pixel < count; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      light[pixel * 3 + channel] = layers[pixel * LAYERS + channel]! / (layers[pixel * LAYERS + 3 + channel]! + 1e-4);
    }
  }
  for (const spacing of options.smooth === false ? [] : [1, 2, 4]) light = smoothLight(light, layers, sizePx, spacing);
  const bloom = spreadBrightness(light, layers, sizePx);
  const grain = options.grain ?? 0.012;
  const bytes = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel += 1) {
    const column = pixel % sizePx, row = (pixel - column) / sizePx;
    const u = (column / sizePx) * 2 - 1, v = (row / sizePx) * 2 - 1;
    const corner = 1 - 0.22 * smoothStep(0.7, 2, u * u + v * v);
    const noise = (hashLattice(column, row, seed) + hashLattice(row, column, seed + 9) - 1) * grain;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = pixel * LAYERS + channel;
      const linear = (light[pixel * 3 + channel]! * (layers[at + 3]! + 1e-4) + layers[at + 6]! + bloom[pixel * 3 + channel]!) * exposure * EXPOSURE * corner;
      bytes[pixel * 3 + channel] = Math.round(255 * Math.min(1, Math.max(0, encodeDisplay(rollOff(linear)) + noise)));
    }
  }
  return bytes;
}

/** One pass of an edge-avoiding à-trous filter. @see Dammertz et al. 2010, "Edge-avoiding à-trous wavelet transform" */
function smoothLight(light: Float32Array, layers: Float32Array, sizePx: number, spacing: number): Float32Array {
  const out = new Float32Array(light.length), brightness = averageBrightness(light, sizePx);
  const kernel = [0.0625, 0.25, 0.375, 0.25, 0.0625];
  for (let row = 0; row < sizePx; row += 1) {
    for (let column = 0; column < sizePx; column += 1) {
      const pixel = row * sizePx + column, guide = pixel * LAYERS + 9;
      const nx = layers[guide]!, ny = layers[guide + 1]!, nz = layers[guide + 2]!, depth = layers[guide + 3]!;
      const own = brightness[pixel]!;
      let r = 0, g = 0, b = 0, total = 0;
      for (let dy = -2; dy <= 2; dy += 1) {
        const y = row + dy * spacing;
        if (y < 0 || y >= sizePx) continue;
        for (let dx = -2; dx <= 2; dx += 1) {
          const x = column + dx * spacing;
          if (x < 0 || x >= sizePx) continue;
          const other = y * sizePx + x, at = other * LAYERS + 9;
          const turn = (layers[at]! - nx) ** 2 + (layers[at + 1]! - ny) ** 2 + (layers[at + 2]! - nz) ** 2;
          const step = (layers[at + 3]! - depth) / (depth * 0.02 * spacing + 0.02);
          const change = (brightness[other]! - own) / (0.3 * own + 0.04);
          const weight = kernel[dy + 2]! * kernel[dx + 2]! * Math.exp(-turn * 24 - step * step - change * change);
          r += weight * light[other * 3]!;
          g += weight * light[other * 3 + 1]!;
          b += weight * light[other * 3 + 2]!;
          total += weight;
        }
      }
      out[pixel * 3] = r / total;
      out[pixel * 3 + 1] = g / total;
      out[pixel * 3 + 2] = b / total;
    }
  }
  return out;
}

/** The halo that a lens draws around what is brighter than white: the excess, blurred three times by a box, a tenth of it. */
function spreadBrightness(light: Float32Array, layers: Float32Array, sizePx: number): Float32Array {
  let excess: Float32Array = new Float32Array(sizePx * sizePx * 3);
  for (let pixel = 0; pixel < sizePx * sizePx; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const at = pixel * LAYERS + channel;
      excess[pixel * 3 + channel] = 0.12 * Math.max(0, light[pixel * 3 + channel]! * layers[at + 3]! + layers[at + 6]! - 1.1);
    }
  }
  const radius = Math.round(sizePx / 22);
  for (let pass = 0; pass < 3; pass += 1) {
    excess = blurLines(blurLines(excess, sizePx, radius, 3, sizePx * 3), sizePx, radius, sizePx * 3, 3);
  }
  return excess;
}

function blurLines(values: Float32Array, sizePx: number, radius: number, step: number, lineStep: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let line = 0; line < sizePx; line += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const start = line * lineStep + channel;
      let sum = 0;
      for (let at = -radius; at < sizePx; at += 1) {
        if (at + radius < sizePx) sum += values[start + (at + radius) * step]!;
        if (at - radius - 1 >= 0) sum -= values[start + (at - radius - 1) * step]!;
        if (at >= 0) out[start + at * step] = sum / (2 * radius + 1);
      }
    }
  }
  return out;
}

/** Brightness averaged over 3 x 3 pixels: comparing averages, one noisy pixel does not keep itself apart. */
function averageBrightness(light: Float32Array, sizePx: number): Float32Array {
  const out = new Float32Array(sizePx * sizePx);
  for (let row = 0; row < sizePx; row += 1) {
    for (let column = 0; column < sizePx; column += 1) {
      let sum = 0, count = 0;
      for (let y = Math.max(0, row - 1); y <= Math.min(sizePx - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(sizePx - 1, column + 1); x += 1) {
          const at = (y * sizePx + x) * 3;
          sum += light[at]! + light[at + 1]! + light[at + 2]!;
          count += 1;
        }
      }
      out[row * sizePx + column] = sum / count;
    }
  }
  return out;
}

/** A film-like curve: straight in the shadows, rolling off towards white. */
function rollOff(x: number): number {
  return (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14);
}

function encodeDisplay(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
