/** Seeded randomness and procedural noise; the same seed gives the same picture on every machine. */

/** Returns a generator of uniform numbers in [0, 1) from a 32-bit seed (Mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Hashes three integers to a uniform number in [0, 1). */
export function hashLattice(x: number, y: number, z: number): number {
  let mixed = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(z | 0, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
}

/** Smooth value noise in [0, 1] with a lattice spacing of one. */
export function valueNoise(x: number, y: number, z: number): number {
  const ix = Math.floor(x), iy = Math.floor(y), iz = Math.floor(z);
  let fx = x - ix, fy = y - iy, fz = z - iz;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  fz = fz * fz * (3 - 2 * fz);
  const a = hashLattice(ix, iy, iz) * (1 - fx) + hashLattice(ix + 1, iy, iz) * fx;
  const b = hashLattice(ix, iy + 1, iz) * (1 - fx) + hashLattice(ix + 1, iy + 1, iz) * fx;
  const c = hashLattice(ix, iy, iz + 1) * (1 - fx) + hashLattice(ix + 1, iy, iz + 1) * fx;
  const d = hashLattice(ix, iy + 1, iz + 1) * (1 - fx) + hashLattice(ix + 1, iy + 1, iz + 1) * fx;
  return (a * (1 - fy) + b * fy) * (1 - fz) + (c * (1 - fy) + d * fy) * fz;
}

/** Sum of `octaves` value noises, each twice as fine and half as strong; in [0, 1]. */
export function fractalNoise(x: number, y: number, z: number, octaves: number): number {
  let sum = 0, weight = 0.5, total = 0;
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += weight * valueNoise(x, y, z);
    total += weight;
    weight *= 0.5;
    x = x * 2.03 + 17.1;
    y = y * 2.03 + 3.7;
    z = z * 2.03 + 9.2;
  }
  return sum / total;
}

/** Distance to the nearest of one random point per lattice cell (Worley noise); about 0 to 1. */
export function cellNoise(x: number, y: number, z: number): number {
  const ix = Math.floor(x), iy = Math.floor(y), iz = Math.floor(z);
  let nearest = 9;
  for (let dz = -1; dz <= 1; dz += 1) {
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const cx = ix + dx, cy = iy + dy, cz = iz + dz;
        const ox = cx + hashLattice(cx, cy, cz) - x;
        const oy = cy + hashLattice(cx + 71, cy, cz) - y;
        const oz = cz + hashLattice(cx, cy + 71, cz) - z;
        const squared = ox * ox + oy * oy + oz * oz;
        if (squared < nearest) nearest = squared;
      }
    }
  }
  return Math.sqrt(nearest);
}

/** Hermite step from 0 at `low` to 1 at `high`. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Linear blend from `a` at 0 to `b` at 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
