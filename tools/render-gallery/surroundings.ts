import { smoothStep, valueNoise } from './noise';
import type { Rgb, Scene } from './scene';

type Surroundings = Pick<Scene, 'surroundings' | 'ambient'>;

/** An even room: `low` below the horizon to `high` overhead. */
export function plainRoom(low: Rgb, high: Rgb, ambientScale = 1): Surroundings {
  const blend = (dy: number, out: Float64Array, scale: number): void => {
    const t = smoothStep(-0.35, 0.8, dy);
    for (let channel = 0; channel < 3; channel += 1) out[channel] = (low[channel]! + (high[channel]! - low[channel]!) * t) * scale;
  };
  return {
    surroundings: (_dx, dy, _dz, out) => blend(dy, out, 1),
    ambient: (ny, out) => blend(ny, out, ambientScale),
  };
}

/**
 * A place far out of focus: broad patches and round highlights between two colours, as a wide lens opening draws them.
 *
 * @param grain patches per radian
 */
export function blurredPlace(dark: Rgb, light: Rgb, highlight: Rgb, grain: number, seed: number, ambient: Rgb): Surroundings {
  return {
    surroundings: (dx, dy, dz, out) => {
      const x = dx * grain + seed * 3.1, y = dy * grain, z = dz * grain - seed * 1.7;
      const patch = smoothStep(0.25, 0.75, 0.65 * valueNoise(x, y, z) + 0.35 * valueNoise(x * 2.3, y * 2.3, z * 2.3));
      const spark = smoothStep(0.72, 0.86, valueNoise(x * 1.9 + 40, y * 1.9, z * 1.9));
      const overhead = 0.75 + 0.5 * smoothStep(-0.2, 0.7, dy);
      for (let channel = 0; channel < 3; channel += 1) {
        const base = dark[channel]! + (light[channel]! - dark[channel]!) * patch;
        out[channel] = (base + (highlight[channel]! - base) * spark * 0.6) * overhead;
      }
    },
    ambient: (ny, out) => {
      const scale = 0.7 + 0.4 * ny;
      out[0] = ambient[0] * scale;
      out[1] = ambient[1] * scale;
      out[2] = ambient[2] * scale;
    },
  };
}
