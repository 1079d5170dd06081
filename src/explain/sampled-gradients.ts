import { add, concat, div, mean, mul, relu, reshape, slice, sqrt, square, sub, sum, tidy, zerosLike, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { JobMap, JobNote } from '../contract/jobs';
import type { ExplanationProgress, ExplanationRequest } from './explanation';
import { report, type Said } from './in-steps';
import { differentiateInput } from './score-gradient';

/** Sums over the samples so far, both `[n, h, w, c]` f32 · borrowed. */
export interface GradientSums {
  readonly total: Tensor4D;
  /** Of the squares. */
  readonly squares: Tensor4D;
  readonly done: number;
}

export interface SamplingParts {
  readonly count: number;
  /** Makes the k-th input, `[n, h, w, c]`, owned by the sampler. */
  readonly inputAt: (index: number) => Tensor4D;
  /** The map so far, made inside a tidy · owned by the sampler (partial) or the caller (at the end). */
  readonly finish: (sums: GradientSums) => Tensor4D;
  /** What a note says beside the steps; asked about ten times. */
  readonly measure?: (sums: GradientSums, finish: () => Tensor4D) => Promise<Partial<JobNote>>;
}

/** The first picture of a map that is made when asked for. */
export function partialMap(make: () => Tensor): () => Promise<JobMap> {
  return async () => {
    const map = tidy(() => {
      const whole = make();
      return reshape(slice(whole, whole.shape.map(() => 0), [1, ...whole.shape.slice(1)]), whole.shape.slice(1));
    });
    try {
      return { shape: [...map.shape], values: Float32Array.from(await map.data()) };
    } finally {
      map.dispose();
    }
  };
}

/** Mean over the map of the standard error of a mean of `done` samples; null with fewer than two. */
export async function measureStandardError(total: Tensor, squares: Tensor, done: number): Promise<number | null> {
  if (done < 2) return null;
  const error = tidy(() => {
    const variance = div(relu(sub(squares, mul(square(total), 1 / done))), done - 1);
    return mean(sqrt(mul(variance, 1 / done)));
  });
  try {
    return (await error.data())[0] ?? null;
  } finally {
    error.dispose();
  }
}

/** How often a running method measures itself. */
export function isCheckpoint(done: number, count: number): boolean {
  return done === count || done % Math.max(1, Math.ceil(count / 10)) === 0;
}

/**
 * Gradients at several inputs, summed on the device; yields after each pass, which may hold several samples
 * (`picturesPerPass`).
 *
 * @returns  the finished map, owned by the caller, and the last note
 */
export async function* sampleGradients(
  request: ExplanationRequest, parts: SamplingParts,
): AsyncGenerator<ExplanationProgress, { readonly map: Tensor4D; readonly note: JobNote }, void> {
  const { count } = parts;
  const n = request.input.shape[0];
  const perPass = Math.max(1, Math.floor((request.picturesPerPass ?? 1) / n));
  let total = zerosLike(request.input);
  let squares = zerosLike(request.input);
  let done = 0;
  let note: JobNote = { steps: { done, of: count } };
  let said: Said = { note };
  try {
    yield { fraction: 0, note };
    while (done < count) {
      const size = Math.min(perPass, count - done);
      const first = done;
      const input = tidy(() => {
        const copies = Array.from({ length: size }, (_, index) => parts.inputAt(first + index));
        return copies.length === 1 ? copies[0] as Tensor4D : concat(copies, 0);
      });
      let slopes: Tensor4D | null = null;
      try {
        const { gradient, score } = yield* report(differentiateInput({ ...request, input }), first / count, (first + size) / count, said);
        slopes = gradient;
        score.dispose();
        const sums = tidy((): [Tensor4D, Tensor4D] => {
          const rows = reshape(gradient, [size, ...total.shape]);
          return [add(total, sum(rows, 0)), add(squares, sum(square(rows), 0))];
        });
        total.dispose();
        squares.dispose();
        [total, squares] = sums;
      } finally {
        input.dispose();
        slopes?.dispose();
      }
      done += size;
      const sums: GradientSums = { total, squares, done };
      const finish = (): Tensor4D => tidy(() => parts.finish(sums));
      const measured = isCheckpoint(done, count) || size > 1 ? await parts.measure?.(sums, finish) : undefined;
      note = { ...note, ...measured, steps: { done, of: count } };
      said = { note, partial: partialMap(finish) };
      yield { ...said, fraction: done / count };
    }
    return { map: tidy(() => parts.finish({ total, squares, done })), note };
  } finally {
    total.dispose();
    squares.dispose();
  }
}
