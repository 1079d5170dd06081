/** Draws the next number, uniform in 0..1 (1 excluded). */
export type Draw = () => number;

/** One whole number, 0 to 2³² - 1, of a seed and a part of a job. Not their sum: with that, neighbouring seeds share all parts but one. */
export function mixSeed(seed: number, stream: number): number {
  return (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
}

/** Mulberry32: small, even enough for masks and samples, the same everywhere. `stream` keeps parts of one job apart. */
export function drawUniform(seed: number, stream = 0): Draw {
  let state = mixSeed(seed, stream);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers from uniform ones (Box and Muller 1958). */
export function drawNormal(draw: Draw): Draw {
  return () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
