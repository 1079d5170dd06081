import { add, concat, div, mul, reshape, slice, square, sub, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { JobMap, JobNote } from '../contract/jobs';
import type { ExplanationProgress, ExplanationRequest } from './explanation';
import { report, type Said } from './in-steps';
import { isCheckpoint, type PowerSums } from './sampling-error';
import { differentiateInput } from './score-gradient';

/** Sums over the samples so far, all `[n, h, w, c]` f32 · borrowed: of the distances from the first sample, since beside a large mean rounding would hide a small spread. */
export interface SampleSums extends PowerSums {
  readonly first: Tensor4D;
}

export interface SamplingParts {
  readonly count: number;
  /** Makes the k-th input, `[n, h, w, c]`, owned by the sampler. */
  readonly inputAt: (index: number) => Tensor4D;
  /** What is sampled, from the gradients of one pass, same shape, inside a tidy; the gradients themselves where it is missing. */
  readonly sampleOf?: (gradient: Tensor) => Tensor;
  /** True: sums third and fourth powers too. */
  readonly higherPowers?: boolean;
  /** The map so far, made inside a tidy · owned by the sampler (partial) or the caller (at the end). */
  readonly finish: (sums: SampleSums) => Tensor4D;
  /** What a note says beside the steps; asked about ten times. */
  readonly measure?: (sums: SampleSums, finish: () => Tensor4D) => Promise<Partial<JobNote>>;
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

/** The mean of the samples, `[n, h, w, c]`, inside a tidy. */
export function meanOfSamples({ first, total, done }: SampleSums): Tensor4D {
  return add(first, div(total, done));
}

/** The sums with the samples of one more pass, `[samples · n, h, w, c]`; those before are freed. */
function addSamples(before: SampleSums | null, parts: SamplingParts, gradient: Tensor4D, [n, h, w, c]: Tensor4D['shape']): SampleSums {
  const { sampleOf, higherPowers = false } = parts;
  const size = gradient.shape[0] / n;
  const [first, total, squares, cubes = null, fourths = null] = tidy((): [Tensor4D, Tensor4D, Tensor4D, ...Tensor4D[]] => {
    const samples = sampleOf === undefined ? gradient : sampleOf(gradient);
    const sampleAt = (index: number): Tensor4D => slice(samples, [index * n, 0, 0, 0], [n, h, w, c]) as Tensor4D;
    const origin = before?.first ?? sampleAt(0);
    const distances = Array.from({ length: size }, (_, index) => sub(sampleAt(index), origin) as Tensor4D);
    const squared = distances.map((distance) => square(distance));
    const addTo = (earlier: Tensor4D | null | undefined, values: readonly Tensor4D[]): Tensor4D => (earlier == null ? values : [earlier, ...values]).reduce((sum, value) => add(sum, value));
    const higher = higherPowers ? [addTo(before?.cubes, squared.map((value, index) => mul(value, distances[index] as Tensor4D))), addTo(before?.fourths, squared.map((value) => square(value)))] : [];
    return [origin, addTo(before?.total, distances), addTo(before?.squares, squared), ...higher];
  });
  if (before !== null) freeSums(before);
  return { first, total, squares, cubes, fourths, done: (before?.done ?? 0) + size };
}

/** Frees all but the first sample. */
function freeSums({ total, squares, cubes, fourths }: SampleSums): void {
  for (const held of [total, squares, cubes, fourths]) held?.dispose();
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
  let sums: SampleSums | null = null;
  let note: JobNote = { steps: { done: 0, of: count } };
  let said: Said = { note };
  try {
    yield { fraction: 0, note };
    for (let done = 0; done < count;) {
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
        sums = addSamples(sums, parts, gradient, request.input.shape);
      } finally {
        input.dispose();
        slopes?.dispose();
      }
      done += size;
      const reached = sums;
      const finish = (): Tensor4D => tidy(() => parts.finish(reached));
      const measured = isCheckpoint(done, count, size) ? await parts.measure?.(reached, finish) : undefined;
      note = { ...note, ...measured, steps: { done, of: count } };
      said = { note, partial: partialMap(finish) };
      yield { ...said, fraction: done / count };
    }
    if (sums === null) throw new AppError('internal', 'no samples');
    const all = sums;
    return { map: tidy(() => parts.finish(all)), note };
  } finally {
    if (sums !== null) freeSums(sums);
    sums?.first.dispose();
  }
}
