import { describe, expect, it } from 'vitest';
import { canShip, createPatchSampler, decompose, fitModel, shippedModel, type PatchModel } from './patch-model';
import { drawNormal, drawUniform } from './random';

const bounds = [[-100, -100, -100], [100, 100, 100]] as const;
const pixels = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };

/** Mean and variance of many draws of one value. */
function collect(model: PatchModel, picture: Float32Array, size: readonly [number, number, number], at: number, draws = 3000): { mean: number; variance: number } {
  const sampler = createPatchSampler(model, size, [2, 2], 2, bounds).at(3, 3);
  let total = 0;
  let squares = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const value = sampler.draw(picture, drawUniform(5, draw))[at] ?? 0;
    total += value;
    squares += value * value;
  }
  return { mean: total / draws, variance: squares / draws - (total / draws) ** 2 };
}

describe('random numbers', () => {
  it('are even, normal, and the same for the same seed', () => {
    const draw = drawUniform(1);
    const values = Array.from({ length: 20_000 }, draw);
    expect(values.reduce((total, value) => total + value, 0) / 20_000).toBeCloseTo(0.5, 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const normal = drawNormal(drawUniform(2));
    const spread = Array.from({ length: 20_000 }, normal);
    expect(spread.reduce((total, value) => total + value, 0) / 20_000).toBeCloseTo(0, 1);
    expect(spread.reduce((total, value) => total + value * value, 0) / 20_000).toBeCloseTo(1, 1);
    expect(drawUniform(7, 3)()).toBe(drawUniform(7, 3)());
    expect(drawUniform(7, 3)()).not.toBe(drawUniform(7, 4)());
  });
});

describe('the Gaussian over pictures', () => {
  it('has a root that gives its covariance back', () => {
    const matrix = Float64Array.of(4, 2, 1, 2, 5, 3, 1, 3, 6);
    const lower = decompose(matrix, 3);
    for (let row = 0; row < 3; row += 1) {
      for (let column = 0; column < 3; column += 1) {
        let product = 0;
        for (let at = 0; at < 3; at += 1) product += (lower[row * 3 + at] ?? 0) * (lower[column * 3 + at] ?? 0);
        expect(product).toBeCloseTo(matrix[row * 3 + column] ?? 0, 10);
      }
    }
  });

  it('ships in network units: correlations from 1 down, symmetric, brown on average', () => {
    const model = shippedModel(64, pixels);
    expect(model.correlate(0, 0)).toBe(1);
    expect(model.correlate(0, 1)).toBeGreaterThan(model.correlate(0, 2));
    expect(model.correlate(2, -3)).toBe(model.correlate(-2, 3));
    expect(model.mean[0]).toBeGreaterThan(model.mean[2] ?? 0);
    expect(shippedModel(64, { ...pixels, channelOrder: 'bgr' }).mean).toEqual([...model.mean].reverse());
    // Twice the pixels: neighbours are nearer to each other.
    expect(shippedModel(128, pixels).correlate(0, 2)).toBeCloseTo(model.correlate(0, 1), 10);
    expect(canShip(7, 64)).toBe(true);
    expect(canShip(14, 32)).toBe(false);
  });

  it('fitted on one picture has that picture\'s mean and covariance', () => {
    const normal = drawNormal(drawUniform(3));
    const picture = Float32Array.from({ length: 12 * 12 * 2 }, (_, at) => (at % 2 === 0 ? 1 : -2) + normal());
    const model = fitModel(picture, 12, 12, 2);
    expect(model.mean[0]).toBeCloseTo(1, 0);
    expect(model.mean[1]).toBeCloseTo(-2, 0);
    expect(model.correlate(0, 0)).toBeCloseTo(1, 6);
    expect(Math.abs(model.correlate(3, 2))).toBeLessThan(0.2);
    expect(fitModel(new Float32Array(16).fill(3), 4, 4, 1).correlate(0, 0)).toBe(1);
  });

  it('draws the mean colour with its own spread where pixels have nothing to do with each other', () => {
    const model: PatchModel = { mean: [2], colour: Float64Array.of(0.5), correlate: (dy, dx) => (dy === 0 && dx === 0 ? 1 : 0) };
    const { mean, variance } = collect(model, new Float32Array(64).fill(9), [8, 8, 1], 3 * 8 + 3);
    expect(mean).toBeCloseTo(2, 1);
    expect(variance).toBeCloseTo(0.25, 1);
  });

  it('follows the surroundings where pixels go together, and is sure of it', () => {
    const model: PatchModel = { mean: [0], colour: Float64Array.of(1), correlate: (dy, dx) => Math.exp(-Math.hypot(dy, dx) / 40) };
    const { mean, variance } = collect(model, new Float32Array(64).fill(3), [8, 8, 1], 4 * 8 + 4);
    expect(mean).toBeGreaterThan(2.7);
    expect(variance).toBeLessThan(0.1);
  });

  it('draws colours that go together, touches nothing outside the window and stays within the bounds', () => {
    const model: PatchModel = { mean: [0, 0], colour: Float64Array.of(1, 0, 1, 0), correlate: (dy, dx) => (dy === 0 && dx === 0 ? 1 : 0) };
    const picture = Float32Array.from({ length: 8 * 8 * 2 }, (_, at) => at);
    const drawn = createPatchSampler(model, [8, 8, 2], [3, 3], 2, [[-0.5, -0.5], [0.5, 0.5]]).at(6, 0).draw(picture, drawUniform(1));
    drawn.forEach((value, at) => {
      const place = Math.floor(at / 2);
      const inside = place % 8 < 3 && Math.floor(place / 8) >= 6;
      expect(inside ? Math.abs(value) : value - at).toBeLessThanOrEqual(inside ? 0.5 : 0);
    });
    expect(drawn[6 * 16]).toBeCloseTo(drawn[6 * 16 + 1] ?? 0, 6);
  });
});
