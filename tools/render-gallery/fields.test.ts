import { describe, expect, it } from 'vitest';
import { boxField, latheField, place, sphereField, tubeField, type Field } from './fields';
import { createRandom } from './noise';

/** Largest change of a field between two points, divided by their distance; above 1 a marching ray could jump through a surface. */
function steepestSlope(field: Field, reach: number): number {
  const random = createRandom(5);
  let steepest = 0;
  for (let trial = 0; trial < 4000; trial += 1) {
    const [x, y, z] = [random(), random(), random()].map((value) => (value * 2 - 1) * reach) as [number, number, number];
    const [dx, dy, dz] = [random(), random(), random()].map((value) => (value - 0.5) * 0.02) as [number, number, number];
    steepest = Math.max(steepest, Math.abs(field(x + dx, y + dy, z + dz) - field(x, y, z)) / Math.hypot(dx, dy, dz));
  }
  return steepest;
}

describe('fields', () => {
  it('measures a turned cylinder as the formula does', () => {
    const cylinder = latheField([[0, 0], [0.5, 0], [0.5, 2], [0, 2]], { cells: 300 });
    expect(cylinder(0.7, 1, 0)).toBeCloseTo(0.2, 2);
    expect(cylinder(0, 2.2, 0)).toBeCloseTo(0.2, 2);
    expect(cylinder(0.3, 1, 0)).toBeCloseTo(-0.2, 2);
    // Past its table the field is a bound: never more than the distance, never useless.
    expect(cylinder(0, 1, 2.5)).toBeLessThanOrEqual(2);
    expect(cylinder(0, 1, 2.5)).toBeGreaterThan(1.2);
  });

  it('measures a straight tube as a rod with round ends', () => {
    const tube = tubeField([[-1, 0, 0, 0.1], [0, 0, 0, 0.1], [1, 0, 0, 0.1]], 4);
    expect(tube(0.3, 0.15, 0)).toBeCloseTo(0.05, 6);
    expect(tube(1.2, 0, 0)).toBeCloseTo(0.1, 6);
  });

  it('follows an object that is turned and moved', () => {
    const box = place(boxField([0, 0, 0], [1, 0.5, 0.25], 0), [0, 0, Math.PI / 2], [3, 0, 0]);
    expect(box(3, 1.2, 0)).toBeCloseTo(0.2, 6);
    expect(box(3.7, 0, 0)).toBeCloseTo(0.2, 6);
  });

  it('changes no faster than the distance does', () => {
    expect(steepestSlope(sphereField(0, 0, 0, 1), 2)).toBeLessThanOrEqual(1 + 1e-9);
    expect(steepestSlope(latheField([[0, -1], [0.4, -0.9], [0.7, 0], [0.2, 0.8], [0, 0.9]], { smooth: true, cells: 300 }), 0.9)).toBeLessThan(1.05);
  });
});
