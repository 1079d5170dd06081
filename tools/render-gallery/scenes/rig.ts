import type { Camera, Light, Rgb } from '../scene';

/** A softbox: a lit square of half width `half` at `from`, turned towards `to`. */
export function softbox(from: readonly [number, number, number], to: readonly [number, number, number], half: number, power: Rgb): Light {
  const fx = to[0] - from[0], fy = to[1] - from[1], fz = to[2] - from[2];
  const inverse = 1 / Math.hypot(fx, fy, fz);
  const nx = fx * inverse, ny = fy * inverse, nz = fz * inverse;
  const flat = Math.hypot(nx, nz) || 1e-6;
  const ux = nz / flat, uz = -nx / flat;
  const vx = ny * uz, vy = nz * ux - nx * uz, vz = -ny * ux;
  return { centre: from, shape: { u: [ux * half, 0, uz * half], v: [vx * half, vy * half, vz * half] }, power };
}

/** Key light from the upper left front and a weaker, cooler one from the right, as over a still life by a window. */
export function windowLight(strength = 1, warmth = 1): readonly Light[] {
  const key = 34 * strength, fill = 9 * strength;
  return [
    softbox([-3.6, 5, 3], [0, 0.6, 0], 1.3, [key * warmth, key * 0.97, key * 0.9 / warmth]),
    softbox([4.6, 3.2, 1.6], [0, 0.6, 0], 1.1, [fill * 0.92, fill * 0.97, fill]),
  ];
}

/** A camera in front of the origin, `elevationDegrees` above the table, looking at `target`. */
export function frontCamera(target: readonly [number, number, number], distance: number, elevationDegrees: number, fieldOfViewDegrees: number, turnDegrees = 0, apertureRadius = 0.05): Camera {
  const elevation = (elevationDegrees * Math.PI) / 180, turn = (turnDegrees * Math.PI) / 180;
  return {
    position: [target[0] + distance * Math.cos(elevation) * Math.sin(turn), target[1] + distance * Math.sin(elevation), target[2] + distance * Math.cos(elevation) * Math.cos(turn)],
    target,
    fieldOfViewDegrees,
    apertureRadius,
  };
}
