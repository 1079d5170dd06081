import { findNearest, findNormal, transmit, type Hit } from './intersect';
import { createLens } from './lens';
import { addPanels, lampFacing, normalise, sampleLight } from './lighting';
import { createRandom, hashLattice, smoothStep } from './noise';
import { createSurface, resetSurface, type Light, type Scene, type Surface } from './scene';

/** Numbers kept per pixel: scattered light, albedo, everything else, normal, depth. */
export const LAYERS = 13;

const MAX_SAMPLE = 24;
const MIN_SAMPLES = 6;
const SETTLED = 0.02;

/** Traces rows `firstRow` to `lastRow` (exclusive) of a square picture with at most `samples` rays per pixel; returns `LAYERS` numbers per pixel, row by row. */
export function traceRows(scene: Scene, sizePx: number, firstRow: number, lastRow: number, samples: number, seed: number): Float32Array {
  const out = new Float32Array((lastRow - firstRow) * sizePx * LAYERS);
  const lens = createLens(scene), tracer = createPathTracer(scene);
  const ray = new Float64Array(6), result = new Float64Array(LAYERS);
  for (let row = firstRow; row < lastRow; row += 1) {
    for (let column = 0; column < sizePx; column += 1) {
      const at = ((row - firstRow) * sizePx + column) * LAYERS;
      const random = createRandom(Math.imul(row * sizePx + column + 1, 0x9e3779b1) ^ seed);
      const shift = hashLattice(column, row, seed), shiftB = hashLattice(row, seed, column);
      let sum = 0, squares = 0, taken = 0;
      for (let sample = 0; sample < samples; sample += 1) {
        // Pixels whose brightness has settled need no more rays.
        if (sample >= MIN_SAMPLES && sample % 2 === 0) {
          const mean = sum / sample, variance = Math.max(0, squares / sample - mean * mean);
          if (Math.sqrt(variance / sample) < SETTLED * (mean + 0.15)) break;
        }
        // The R2 sequence (Roberts) covers the pixel, the lamp and the lens evenly; each pixel shifts it by its own amount.
        const a = (shift + sample * 0.7548776662466927) % 1, b = (shiftB + sample * 0.5698402909980532) % 1;
        const angle = 2 * Math.PI * random(), reach = Math.sqrt(random());
        lens((column + a) / sizePx, (row + b) / sizePx, Math.cos(angle) * reach, Math.sin(angle) * reach, ray);
        tracer(ray, random, result, (a + 0.37) % 1, (b + 0.61) % 1);
        for (let layer = 0; layer < LAYERS; layer += 1) out[at + layer] = out[at + layer]! + result[layer]!;
        const brightness = Math.min(2, 0.3 * (result[0]! + result[6]!) + 0.6 * (result[1]! + result[7]!) + 0.1 * (result[2]! + result[8]!));
        sum += brightness;
        squares += brightness * brightness;
        taken += 1;
      }
      for (let layer = 0; layer < LAYERS; layer += 1) out[at + layer] = out[at + layer]! / taken;
    }
  }
  return out;
}

function createPathTracer(scene: Scene): (ray: Float64Array, random: () => number, out: Float64Array, lampU: number, lampV: number) => void {
  const hit: Hit = { distance: 0, body: null };
  const first = createSurface(), second = createSurface();
  const sky = new Float64Array(3), lit = new Float64Array(3), direction = new Float64Array(3), around = new Float64Array(3);

  /** Paints the point that `hit` describes. */
  function paint(x: number, y: number, z: number, surface: Surface): void {
    resetSurface(surface);
    if (hit.body) {
      findNormal(hit.body, x, y, z, surface);
      hit.body.material(x, y, z, surface);
    } else {
      surface.ny = 1;
      scene.ground(x, y, z, surface);
    }
  }

  /** True, by chance, where the ground is dissolving into the surroundings. */
  function isFaded(x: number, z: number, random: () => number): boolean {
    return hit.body === null && smoothStep(scene.groundFade[0], scene.groundFade[1], Math.sqrt(x * x + z * z)) > random();
  }

  /** Adds to `lit` the light arriving at a point straight from one lamp, times `weight`. */
  function addDirect(light: Light, weight: number, x: number, y: number, z: number, surface: Surface, u: number, v: number): void {
    sampleLight(light, x, y, z, u, v, direction);
    let dx = direction[0]! - x, dy = direction[1]! - y, dz = direction[2]! - z;
    const squared = dx * dx + dy * dy + dz * dz, distance = Math.sqrt(squared);
    dx /= distance;
    dy /= distance;
    dz /= distance;
    const cosine = dx * surface.nx + dy * surface.ny + dz * surface.nz;
    if (cosine <= 0) return;
    const facing = lampFacing(light, dx, dy, dz);
    const share = transmit(scene, x + surface.nx * 0.003, y + surface.ny * 0.003, z + surface.nz * 0.003, dx, dy, dz, distance - 0.01);
    const scale = (weight * share * cosine * facing) / squared;
    lit[0] = lit[0]! + light.power[0] * scale;
    lit[1] = lit[1]! + light.power[1] * scale;
    lit[2] = lit[2]! + light.power[2] * scale;
  }

  /** Direct light from one lamp chosen by chance: enough for light's second bounce. */
  function gatherOneLamp(x: number, y: number, z: number, surface: Surface, random: () => number): void {
    const count = scene.lights.length;
    lit[0] = lit[1] = lit[2] = 0;
    addDirect(scene.lights[Math.min(count - 1, Math.floor(random() * count))]!, count, x, y, z, surface, random(), random());
  }

  /** What a mirror ray (spread by roughness) sees, and the lamps along the exact mirror ray `mirror`; added to `out[6..8]`. */
  function addReflection(x: number, y: number, z: number, dx: number, dy: number, dz: number, mirror: readonly number[], roughness: number, weights: readonly [number, number, number], out: Float64Array, random: () => number): void {
    let r: number, g: number, b: number;
    const seen = findNearest(scene, x, y, z, dx, dy, dz, 0.01, hit);
    const distance = seen ? hit.distance : 1e9;
    const hx = x + dx * distance, hy = y + dy * distance, hz = z + dz * distance;
    if (seen && !(hit.body?.clear) && !isFaded(hx, hz, random)) {
      paint(hx, hy, hz, second);
      lit[0] = lit[1] = lit[2] = 0;
      for (const light of scene.lights) addDirect(light, 1, hx, hy, hz, second, random(), random());
      scene.ambient(second.ny, around);
      r = second.r * (lit[0]! + around[0]! * 0.6) + second.glowR;
      g = second.g * (lit[1]! + around[1]! * 0.6) + second.glowG;
      b = second.b * (lit[2]! + around[2]! * 0.6) + second.glowB;
    } else {
      scene.surroundings(dx, dy, dz, sky);
      addPanels(scene.lights, x, y, z, mirror[0]!, mirror[1]!, mirror[2]!, roughness, sky);
      r = sky[0]!;
      g = sky[1]!;
      b = sky[2]!;
    }
    out[6] = out[6]! + weights[0] * Math.min(MAX_SAMPLE, r);
    out[7] = out[7]! + weights[1] * Math.min(MAX_SAMPLE, g);
    out[8] = out[8]! + weights[2] * Math.min(MAX_SAMPLE, b);
  }

  function scatter(x: number, y: number, z: number, through: readonly [number, number, number], weight: number, out: Float64Array, random: () => number, lampU: number, lampV: number): void {
    lit[0] = lit[1] = lit[2] = 0;
    for (const light of scene.lights) addDirect(light, 1, x, y, z, first, lampU, lampV);
    let r = lit[0]!, g = lit[1]!, b = lit[2]!;
    cosineDirection(first.nx, first.ny, first.nz, random(), random(), direction);
    const dx = direction[0]!, dy = direction[1]!, dz = direction[2]!;
    const seen = findNearest(scene, x + first.nx * 0.004, y + first.ny * 0.004, z + first.nz * 0.004, dx, dy, dz, 0.004, hit);
    const hx = x + dx * hit.distance, hy = y + dy * hit.distance, hz = z + dz * hit.distance;
    if (seen && !(hit.body?.clear) && !isFaded(hx, hz, random)) {
      paint(hx, hy, hz, second);
      gatherOneLamp(hx, hy, hz, second, random);
      scene.ambient(second.ny, around);
      r += second.r * (lit[0]! + around[0]! * 0.5) + Math.min(4, second.glowR);
      g += second.g * (lit[1]! + around[1]! * 0.5) + Math.min(4, second.glowG);
      b += second.b * (lit[2]! + around[2]! * 0.5) + Math.min(4, second.glowB);
    } else {
      scene.ambient(dy, around);
      r += around[0]!;
      g += around[1]!;
      b += around[2]!;
    }
    out[0] = through[0] * weight * first.r * Math.min(MAX_SAMPLE, r);
    out[1] = through[1] * weight * first.g * Math.min(MAX_SAMPLE, g);
    out[2] = through[2] * weight * first.b * Math.min(MAX_SAMPLE, b);
    out[3] = through[0] * weight * first.r;
    out[4] = through[1] * weight * first.g;
    out[5] = through[2] * weight * first.b;
  }

  return (ray, random, out, lampU, lampV) => {
    out.fill(0);
    const ox = ray[0]!, oy = ray[1]!, oz = ray[2]!, dx = ray[3]!, dy = ray[4]!, dz = ray[5]!;
    let start = 0.01, tr = 1, tg = 1, tb = 1;
    for (let wall = 0; wall < 8; wall += 1) {
      const seen = findNearest(scene, ox, oy, oz, dx, dy, dz, start, hit);
      const x = ox + dx * hit.distance, y = oy + dy * hit.distance, z = oz + dz * hit.distance;
      const faded = seen && hit.body === null ? smoothStep(scene.groundFade[0], scene.groundFade[1], Math.sqrt(x * x + z * z)) : 0;
      if (faded > 0) {
        scene.surroundings(dx, dy, dz, sky);
        out[6] = out[6]! + tr * faded * sky[0]!;
        out[7] = out[7]! + tg * faded * sky[1]!;
        out[8] = out[8]! + tb * faded * sky[2]!;
        tr *= 1 - faded;
        tg *= 1 - faded;
        tb *= 1 - faded;
      }
      if (!seen || faded === 1) {
        if (faded === 1) {
          out[12] = 60;
          return;
        }
        scene.surroundings(dx, dy, dz, sky);
        out[6] = out[6]! + tr * sky[0]!;
        out[7] = out[7]! + tg * sky[1]!;
        out[8] = out[8]! + tb * sky[2]!;
        out[12] = 60;
        return;
      }
      const distance = hit.distance, clear = hit.body?.clear;
      paint(x, y, z, first);
      let cosine = -(dx * first.nx + dy * first.ny + dz * first.nz);
      if (clear) {
        // A thin wall: the mirror image of the surroundings by Fresnel's share (Schlick), the rest goes on, tinted.
        const sign = cosine < 0 ? -1 : 1;
        const share = 0.05 + 0.95 * (1 - Math.abs(cosine)) ** 5;
        const along = 2 * cosine;
        scene.surroundings(dx + along * first.nx, dy + along * first.ny, dz + along * first.nz, sky);
        addPanels(scene.lights, x, y, z, dx + along * first.nx, dy + along * first.ny, dz + along * first.nz, 0, sky);
        const strength = sign > 0 ? share : share * 0.5;
        out[6] = out[6]! + tr * strength * Math.min(MAX_SAMPLE, sky[0]!);
        out[7] = out[7]! + tg * strength * Math.min(MAX_SAMPLE, sky[1]!);
        out[8] = out[8]! + tb * strength * Math.min(MAX_SAMPLE, sky[2]!);
        // Grazing light crosses more of the wall.
        const thickness = Math.min(4, 1 / Math.max(0.15, Math.abs(cosine)));
        tr *= (1 - share) * clear[0] ** thickness;
        tg *= (1 - share) * clear[1] ** thickness;
        tb *= (1 - share) * clear[2] ** thickness;
        start = distance + 0.006;
        continue;
      }
      out[9] = first.nx;
      out[10] = first.ny;
      out[11] = first.nz;
      out[12] = distance;
      out[6] = out[6]! + tr * first.glowR;
      out[7] = out[7]! + tg * first.glowG;
      out[8] = out[8]! + tb * first.glowB;
      cosine = Math.max(0, cosine);
      const { r, g, b, metal, roughness, shine } = first;
      const share = shine > 0 ? shine + (1 - shine) * (1 - roughness) * (1 - cosine) ** 5 : 0;
      if (!metal) scatter(x, y, z, [tr, tg, tb], 1 - share, out, random, lampU, lampV);
      if (share > 0.004) {
        const along = 2 * (dx * first.nx + dy * first.ny + dz * first.nz);
        const spread = roughness * Math.cbrt(random()), height = 2 * random() - 1, turn = 2 * Math.PI * random(), flat = Math.sqrt(1 - height * height);
        const mirror = [dx - along * first.nx, dy - along * first.ny, dz - along * first.nz] as const;
        const [mx, my, mz] = normalise(mirror[0] + spread * flat * Math.cos(turn), mirror[1] + spread * height, mirror[2] + spread * flat * Math.sin(turn));
        const weights: [number, number, number] = metal ? [tr * share * r, tg * share * g, tb * share * b] : [tr * share, tg * share, tb * share];
        addReflection(x + first.nx * 0.004, y + first.ny * 0.004, z + first.nz * 0.004, mx, my, mz, mirror, roughness, weights, out, random);
      }
      return;
    }
  };
}

function cosineDirection(nx: number, ny: number, nz: number, u: number, v: number, out: Float64Array): void {
  const height = 1 - 2 * u, flat = Math.sqrt(Math.max(0, 1 - height * height)), turn = 2 * Math.PI * v;
  const [x, y, z] = normalise(nx + flat * Math.cos(turn), ny + height, nz + flat * Math.sin(turn));
  out[0] = x;
  out[1] = y;
  out[2] = z;
}
