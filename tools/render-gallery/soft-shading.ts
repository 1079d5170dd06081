import { distanceToBodies, findNearest, findNormal, type Hit } from './intersect';
import { createLens } from './lens';
import { addPanels, lampFacing } from './lighting';
import { smoothStep } from './noise';
import { createSurface, resetSurface, type Light, type Scene, type Surface } from './scene';
import { LAYERS } from './tracer';

/** Where in a pixel its rays go: the same in every frame, so that nothing flickers. */
const PATTERN = [[0.25, 0.3], [0.75, 0.7], [0.7, 0.2], [0.3, 0.8], [0.6, 0.55], [0.3, 0.15]] as const;

const AGREEMENT = 0.06;

/**
 * Renders rows without chance, for the clip: one soft shadow per lamp estimated from the distance field, contact darkening from five
 * samples along the normal, no second bounce. The layers are those of `traceRows`.
 *
 * @see Quilez, "soft shadows in raymarched SDFs", 2010 (the penumbra from the nearest miss)
 */
export function shadeRows(scene: Scene, sizePx: number, firstRow: number, lastRow: number, samples: number): Float32Array {
  const out = new Float32Array((lastRow - firstRow) * sizePx * LAYERS);
  const lens = createLens(scene), shade = createShader(scene);
  const ray = new Float64Array(6), result = new Float64Array(LAYERS);
  for (let row = firstRow; row < lastRow; row += 1) {
    for (let column = 0; column < sizePx; column += 1) {
      const at = ((row - firstRow) * sizePx + column) * LAYERS;
      let taken = 0, darkest = 1e9, brightest = 0;
      for (let sample = 0; sample < samples; sample += 1) {
        // Two rays are enough where they agree.
        if (sample === 2 && brightest - darkest < AGREEMENT * (darkest + 0.1)) break;
        const [a, b] = PATTERN[sample % PATTERN.length]!;
        lens((column + a) / sizePx, (row + b) / sizePx, 0, 0, ray);
        shade(ray, result);
        for (let layer = 0; layer < LAYERS; layer += 1) out[at + layer] = out[at + layer]! + result[layer]!;
        const brightness = result[0]! + result[1]! + result[2]! + result[6]! + result[7]! + result[8]!;
        darkest = Math.min(darkest, brightness);
        brightest = Math.max(brightest, brightness);
        taken += 1;
      }
      for (let layer = 0; layer < LAYERS; layer += 1) out[at + layer] = out[at + layer]! / taken;
    }
  }
  return out;
}

function createShader(scene: Scene): (ray: Float64Array, out: Float64Array) => void {
  const hit: Hit = { distance: 0, body: null };
  const surface = createSurface(), below = createSurface();
  const sky = new Float64Array(3), around = new Float64Array(3);
  return (ray, out) => {
    out.fill(0);
    const ox = ray[0]!, oy = ray[1]!, oz = ray[2]!, dx = ray[3]!, dy = ray[4]!, dz = ray[5]!;
    const seen = findNearest(scene, ox, oy, oz, dx, dy, dz, 0.01, hit);
    const x = ox + dx * hit.distance, y = oy + dy * hit.distance, z = oz + dz * hit.distance, body = hit.body;
    const faded = !seen ? 1 : body ? 0 : smoothStep(scene.groundFade[0], scene.groundFade[1], Math.sqrt(x * x + z * z));
    if (faded > 0) {
      scene.surroundings(dx, dy, dz, sky);
      for (let channel = 0; channel < 3; channel += 1) out[6 + channel] = faded * sky[channel]!;
    }
    if (faded === 1) return;
    resetSurface(surface);
    if (body) {
      findNormal(body, x, y, z, surface);
      body.material(x, y, z, surface);
    } else {
      surface.ny = 1;
      scene.ground(x, y, z, surface);
    }
    const open = openness(scene, x, y, z, surface, body !== null);
    scene.ambient(surface.ny, around);
    let r = around[0]! * open, g = around[1]! * open, b = around[2]! * open;
    for (const light of scene.lights) {
      const strength = softDirect(scene, light, x, y, z, surface);
      r += light.power[0] * strength;
      g += light.power[1] * strength;
      b += light.power[2] * strength;
    }
    if (body) {
      // Light thrown back by the table from below.
      resetSurface(below);
      scene.ground(x, 0, z, below);
      const bounce = 0.42 * (0.5 - 0.5 * surface.ny) * (0.35 + 0.65 * open);
      r += below.r * bounce;
      g += below.g * bounce;
      b += below.b * bounce;
    }
    const cosine = Math.max(0, -(dx * surface.nx + dy * surface.ny + dz * surface.nz));
    const share = surface.shine > 0 ? surface.shine + (1 - surface.shine) * (1 - surface.roughness) * (1 - cosine) ** 5 : 0;
    const keep = (1 - share) * (1 - faded);
    out[0] = surface.r * r * keep;
    out[1] = surface.g * g * keep;
    out[2] = surface.b * b * keep;
    out[3] = surface.r * keep;
    out[4] = surface.g * keep;
    out[5] = surface.b * keep;
    if (share > 0) {
      const along = -2 * cosine, mx = dx - along * surface.nx, my = dy - along * surface.ny, mz = dz - along * surface.nz;
      scene.surroundings(mx, Math.abs(my), mz, sky);
      if (my < 0) for (let channel = 0; channel < 3; channel += 1) sky[channel] = sky[channel]! * 0.5;
      addPanels(scene.lights, x, y, z, mx, my, mz, surface.roughness, sky);
      for (let channel = 0; channel < 3; channel += 1) out[6 + channel] = out[6 + channel]! + sky[channel]! * share * (0.3 + 0.7 * open);
    }
  };
}

/** 1 in the open, towards 0 in a corner. */
function openness(scene: Scene, x: number, y: number, z: number, surface: Surface, onBody: boolean): number {
  let closed = 0, weight = 1;
  const near = onBody || scene.bodies.some(({ bound: [bx, by, bz, radius] }) => (x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2 < (radius + 0.7) ** 2);
  if (!near) return 1;
  for (let step = 1; step <= 5; step += 1) {
    const reach = 0.13 * step;
    const py = y + surface.ny * reach;
    let distance = onBody ? py : reach;
    if (!onBody) distance = Math.min(distance, distanceToBodies(scene, x + surface.nx * reach, py, z + surface.nz * reach));
    closed += weight * Math.max(0, reach - Math.max(0, distance));
    weight *= 0.72;
  }
  return Math.max(0.06, 1 - 1.1 * closed);
}

/** True where the cone from a point to the lamp misses every body's bounding sphere: no need to march. */
function isClearOfBodies(scene: Scene, x: number, y: number, z: number, dx: number, dy: number, dz: number, width: number): boolean {
  return scene.bodies.every(({ bound: [bx, by, bz, radius] }) => {
    const along = (bx - x) * dx + (by - y) * dy + (bz - z) * dz;
    const apart = (bx - x) ** 2 + (by - y) ** 2 + (bz - z) ** 2;
    return along <= 0 ? apart > radius * radius : apart - along * along > (radius + width * (along + radius)) ** 2;
  });
}

function softDirect(scene: Scene, light: Light, x: number, y: number, z: number, surface: Surface): number {
  const [cx, cy, cz] = light.centre;
  let dx = cx - x, dy = cy - y, dz = cz - z;
  const squared = dx * dx + dy * dy + dz * dz, distance = Math.sqrt(squared);
  dx /= distance;
  dy /= distance;
  dz /= distance;
  const cosine = dx * surface.nx + dy * surface.ny + dz * surface.nz;
  // A broad lamp reaches a little beyond the horizon of its centre.
  const wrapped = cosine > 0.15 ? cosine : cosine < -0.15 ? 0 : ((cosine + 0.15) * (cosine + 0.15)) / 0.6;
  if (wrapped <= 0) return 0;
  const half = 'radius' in light.shape ? light.shape.radius : Math.hypot(...light.shape.u);
  const width = half / distance;
  let nearest = 1;
  if (isClearOfBodies(scene, x, y, z, dx, dy, dz, width)) return (wrapped * lampFacing(light, dx, dy, dz)) / squared;
  for (let t = 0.02, step = 0; step < 60 && t < distance; step += 1) {
    const free = distanceToBodies(scene, x + surface.nx * 0.01 + dx * t, y + surface.ny * 0.01 + dy * t, z + surface.nz * 0.01 + dz * t);
    nearest = Math.min(nearest, free / (width * t));
    if (nearest < -1) break;
    t += Math.min(0.5, Math.max(0.02, Math.abs(free) * 0.7));
  }
  nearest = Math.max(-1, nearest);
  const share = 0.25 * (1 + nearest) * (1 + nearest) * (2 - nearest);
  return (share * wrapped * lampFacing(light, dx, dy, dz)) / squared;
}
