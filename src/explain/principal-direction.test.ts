import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findPrincipalDirection } from './principal-direction';
import { drawNormal, drawUniform } from './random';

/** How much of the rows lies along a direction: the quantity the principal one makes largest. */
function energyAlong(rows: Float64Array, size: number, vector: ArrayLike<number>): number {
  let total = 0;
  for (let row = 0; row < rows.length / size; row += 1) {
    let product = 0;
    for (let at = 0; at < size; at += 1) product += (rows[row * size + at] ?? 0) * (vector[at] ?? 0);
    total += product * product;
  }
  return total;
}

/** The same by thousands of plain power iterations. */
function iterate(rows: Float64Array, size: number): Float64Array {
  let vector = Float64Array.from({ length: size }, (_, at) => Math.cos(at * 3.7 + 0.3));
  for (let round = 0; round < 3000; round += 1) {
    const next = new Float64Array(size);
    for (let row = 0; row < rows.length / size; row += 1) {
      let product = 0;
      for (let at = 0; at < size; at += 1) product += (rows[row * size + at] ?? 0) * (vector[at] ?? 0);
      for (let at = 0; at < size; at += 1) next[at] = (next[at] ?? 0) + (rows[row * size + at] ?? 0) * product;
    }
    const norm = Math.hypot(...next);
    vector = next.map((value) => value / norm);
  }
  return vector;
}

it('finds the direction of most energy, as patient iteration does', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20 }), (seed, count, size) => {
    const rows = Float64Array.from({ length: count * size }, drawNormal(drawUniform(seed)));
    const found = findPrincipalDirection(rows, count, size);
    expect(Math.hypot(...found)).toBeCloseTo(1, 6);
    expect(energyAlong(rows, size, found) / energyAlong(rows, size, iterate(rows, size))).toBeGreaterThan(1 - 1e-6);
  }), { seed: 1, numRuns: 25 });
});

it('gives no direction to a matrix of zeros', () => {
  expect([...findPrincipalDirection(new Float64Array(12), 3, 4)]).toEqual([0, 0, 0, 0]);
});
