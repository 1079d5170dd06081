import { add, mul, zerosLike, type Tensor4D } from '@tensorflow/tfjs-core';
import type { ExplanationProgress, ExplanationRequest } from './explanation';
import { differentiateInput } from './score-gradient';

/**
 * Mean of the gradients at several inputs; yields after each.
 *
 * @param inputAt  makes the k-th input, `[n, h, w, c]`, owned by this function
 * @returns        `[n, h, w, c]` f32 · owned by the caller
 */
export async function* averageGradients(
  request: ExplanationRequest, count: number, inputAt: (index: number) => Tensor4D,
): AsyncGenerator<ExplanationProgress, Tensor4D, void> {
  let total = zerosLike(request.input);
  let finished = false;
  try {
    for (let index = 0; index < count; index += 1) {
      yield { fraction: index / count };
      const input = inputAt(index);
      const slope = differentiateInput(request.executor, input, request.target);
      input.dispose();
      const next = add(total, slope) as Tensor4D;
      total.dispose();
      slope.dispose();
      total = next;
    }
    const mean = mul(total, 1 / count) as Tensor4D;
    finished = true;
    total.dispose();
    return mean;
  } finally {
    // The generator was dropped, or a pass failed.
    if (!finished) total.dispose();
  }
}
