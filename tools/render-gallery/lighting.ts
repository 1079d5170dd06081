import { smoothStep } from './noise';
import type { Light } from './scene';

const MAX_PANEL_RADIANCE = 14;

/** A point of the lamp, chosen by `u` and `v` in [0, 1). */
export function sampleLight(light: Light, x: number, y: number, z: number, u: number, v: number, out: Float64Array): void {
  const [cx, cy, cz] = light.centre;
  if ('radius' in light.shape) {
    const turn = 2 * Math.PI * u, height = 2 * v - 1, flat = Math.sqrt(1 - height * height) * light.shape.radius;
    const away = Math.hypot(cx - x, cy - y, cz - z);
    // Never sample a point nearer than the ball's own surface: it would burn out.
    const scale = away > light.shape.radius ? 1 : 0;
    out[0] = cx + flat * Math.cos(turn) * scale;
    out[1] = cy + height * light.shape.radius * scale;
    out[2] = cz + flat * Math.sin(turn) * scale;
    return;
  }
  const a = 2 * u - 1, b = 2 * v - 1, { u: eu, v: ev } = light.shape;
  out[0] = cx + eu[0] * a + ev[0] * b;
  out[1] = cy + eu[1] * a + ev[1] * b;
  out[2] = cz + eu[2] * a + ev[2] * b;
}

/** How squarely a lamp faces a direction: 1 straight, 0 edge on; balls always 1. */
export function lampFacing(light: Light, dx: number, dy: number, dz: number): number {
  if ('radius' in light.shape) return 1;
  const [nx, ny, nz] = panelNormal(light.shape.u, light.shape.v);
  return Math.abs(nx * dx + ny * dy + nz * dz);
}

function panelNormal(u: readonly [number, number, number], v: readonly [number, number, number]): [number, number, number] {
  return normalise(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
}

/** Adds the lamps a mirror ray runs into; on a rough mirror their edges are wide and their light is spread thin. */
export function addPanels(lights: readonly Light[], x: number, y: number, z: number, dx: number, dy: number, dz: number, roughness: number, sky: Float64Array): void {
  for (const light of lights) {
    if ('radius' in light.shape) continue;
    const { u, v } = light.shape;
    const [nx, ny, nz] = panelNormal(u, v);
    const slope = nx * dx + ny * dy + nz * dz;
    if (Math.abs(slope) < 1e-6) continue;
    const [cx, cy, cz] = light.centre;
    const t = (nx * (cx - x) + ny * (cy - y) + nz * (cz - z)) / slope;
    if (t <= 0) continue;
    const px = x + dx * t - cx, py = y + dy * t - cy, pz = z + dz * t - cz;
    const uu = u[0] ** 2 + u[1] ** 2 + u[2] ** 2, vv = v[0] ** 2 + v[1] ** 2 + v[2] ** 2;
    const a = Math.abs((px * u[0] + py * u[1] + pz * u[2]) / uu), b = Math.abs((px * v[0] + py * v[1] + pz * v[2]) / vv);
    const soft = 0.06 + (roughness * t) / Math.sqrt(uu);
    if (a > 1 + soft || b > 1 + soft) continue;
    const edge = smoothStep(1 + soft, Math.max(0, 1 - soft), a) * smoothStep(1 + soft, Math.max(0, 1 - soft), b);
    const area = 4 * Math.sqrt(uu * vv) * Math.max(1, soft * soft);
    sky[0] = sky[0]! + edge * Math.min(MAX_PANEL_RADIANCE, light.power[0] / area);
    sky[1] = sky[1]! + edge * Math.min(MAX_PANEL_RADIANCE, light.power[1] / area);
    sky[2] = sky[2]! + edge * Math.min(MAX_PANEL_RADIANCE, light.power[2] / area);
  }
}

/** The vector scaled to length one. */
export function normalise(x: number, y: number, z: number): [number, number, number] {
  const inverse = 1 / (Math.sqrt(x * x + y * y + z * z) || 1);
  return [x * inverse, y * inverse, z * inverse];
}
