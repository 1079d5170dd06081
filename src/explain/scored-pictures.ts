import { concat, reshape, tidy, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { JobNote } from '../contract/jobs';
import type { ExplanationProgress, ExplanationRequest } from './explanation';
import { report, type Said } from './in-steps';
import { partialMap } from './sampled-gradients';
import { isCheckpoint } from './sampling-error';
import { readScore, scoreLayerOf } from './score-target';

export interface ScoringParts {
  readonly count: number;
  /** Makes the k-th changed input, `[n, h, w, c]`, owned by the scorer. */
  readonly inputAt: (index: number) => Tensor4D;
  /** Other than the target's own score: from the value of its layer, `[m, …]` borrowed, one number for each picture, `[m]`, owned by the scorer. */
  readonly score?: (start: Tensor) => Tensor1D;
  /** Takes the scores in, `[pictures in this pass / n, n]` f32 · borrowed, of the inputs from `first` on. */
  readonly absorb: (first: number, scores: Tensor2D) => void;
  /** The map so far, made inside a tidy. */
  readonly partial?: (done: number) => Tensor;
  readonly measure?: (done: number) => Promise<Partial<JobNote>>;
  /** Said in every note. */
  readonly facts?: Partial<JobNote>;
}

/**
 * Runs many changed versions of the input forward; yields after each pass, which may hold several (`picturesPerPass`).
 * Nothing is read back but what `measure` reads.
 *
 * @returns  the last note
 */
export async function* scorePictures(request: ExplanationRequest, parts: ScoringParts): AsyncGenerator<ExplanationProgress, JobNote, void> {
  const { executor, target, input } = request;
  const { count } = parts;
  const n = input.shape[0];
  const perPass = Math.max(1, Math.floor((request.picturesPerPass ?? 1) / n));
  const from = scoreLayerOf(executor.graph, target);
  let note: JobNote = { ...parts.facts, steps: { done: 0, of: count } };
  let said: Said = { note };
  yield { fraction: 0, note };
  for (let done = 0; done < count;) {
    const size = Math.min(perPass, count - done);
    const first = done;
    const changed = tidy(() => {
      const pictures = Array.from({ length: size }, (_, index) => parts.inputAt(first + index));
      return pictures.length === 1 ? pictures[0] as Tensor4D : concat(pictures, 0);
    });
    let scores: Tensor2D;
    try {
      const forward = executor.forwardInSteps(changed, { mode: 'live', taps: new Set([from]), until: from });
      const activations = yield* report(forward, first / count, (first + size) / count, said);
      try {
        scores = tidy(() => reshape((parts.score ?? ((start: Tensor) => readScore(start, target)))(activations.get(from)), [size, n]));
      } finally {
        activations.dispose();
      }
    } finally {
      changed.dispose();
    }
    try {
      parts.absorb(first, scores);
    } finally {
      scores.dispose();
    }
    done += size;
    const reached = done;
    const { partial, measure } = parts;
    note = { ...note, ...(measure !== undefined && isCheckpoint(reached, count, size) ? await measure(reached) : {}), steps: { done, of: count } };
    said = { note, ...(partial === undefined ? {} : { partial: partialMap(() => partial(reached)) }) };
    yield { ...said, fraction: done / count };
  }
  return note;
}
