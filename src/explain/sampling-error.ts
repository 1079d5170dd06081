import { add, div, mean, mul, relu, sqrt, square, sub, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';

/** Sums of the distances of samples from one origin, and of their powers, same shapes f32 · borrowed. */
export interface PowerSums {
  readonly total: Tensor4D;
  readonly squares: Tensor4D;
  /** Of the third and fourth powers; null where nobody asked for them. */
  readonly cubes: Tensor4D | null;
  readonly fourths: Tensor4D | null;
  readonly done: number;
}

/** The one number that `make` gives, made inside a tidy. */
export async function readOne(make: () => Tensor): Promise<number | null> {
  const value = tidy(make);
  try {
    return (await value.data())[0] ?? null;
  } finally {
    value.dispose();
  }
}

/** `s²/n = (Σ d² - (Σ d)²/n) / (n (n - 1))`, the estimated variance of a mean of n samples; the origin of d does not matter. Inside a tidy. */
export function varianceOfMean(total: Tensor, squares: Tensor, done: number): Tensor {
  return div(relu(sub(squares, mul(square(total), 1 / done))), done * (done - 1));
}

/** Mean over the map of the standard error of a mean of `done` samples, `sqrt(s²/n)`; null with fewer than two. */
export async function measureStandardError(total: Tensor, squares: Tensor, done: number): Promise<number | null> {
  return done < 2 ? null : readOne(() => mean(sqrt(varianceOfMean(total, squares, done))));
}

/**
 * Mean over the map of the standard error of the variance `m₂ = mean(d²) - mean(d)²` of `done` samples, from their central moments
 * m₂ and m₄: `(n - 1)/n · sqrt(v)` with `v = (2 n k₂² + (n - 1) k₄) / (n (n + 1))`, which estimates the variance of the k-statistic
 * k₂ without bias; `k₂ = n m₂/(n - 1)`, `k₄ = n² ((n + 1) m₄ - 3 (n - 1) m₂²) / ((n - 1)(n - 2)(n - 3))`.
 *
 * @returns null with fewer than four samples
 * @see Kenney, Keeping 1951, Mathematics of statistics 2, p. 189 (k-statistics and an unbiased estimate of their variance)
 */
export async function measureErrorOfVariance({ total, squares, cubes, fourths, done }: PowerSums): Promise<number | null> {
  if (done < 4 || cubes === null || fourths === null) return null;
  return readOne(() => {
    const first = div(total, done);
    const second = div(squares, done);
    const spread = relu(sub(second, square(first)));
    // m₄ = mean(d⁴) - 4 mean(d³) mean(d) + 6 mean(d²) mean(d)² - 3 mean(d)⁴
    const below = mul(first, sub(mul(div(cubes, done), 4), mul(first, sub(mul(second, 6), mul(square(first), 3)))));
    const fourth = relu(sub(div(fourths, done), below));
    const k2 = mul(spread, done / (done - 1));
    const k4 = mul(sub(mul(fourth, done + 1), mul(square(spread), 3 * (done - 1))), done ** 2 / ((done - 1) * (done - 2) * (done - 3)));
    const variance = div(add(mul(square(k2), 2 * done), mul(k4, done - 1)), done * (done + 1));
    return mul(mean(sqrt(relu(variance))), (done - 1) / done);
  });
}

/** How often a running method measures itself: after `done` of `count`, of which the last pass did `size`. */
export function isCheckpoint(done: number, count: number, size = 1): boolean {
  const period = Math.max(1, Math.ceil(count / 10));
  return done === count || Math.floor(done / period) > Math.floor((done - size) / period);
}
