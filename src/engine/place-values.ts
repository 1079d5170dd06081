import { concat, reshape, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** One place of one layer's activation. */
export interface ActivationPlace {
  /** `[1, h, w, c]` f32 · borrowed. */
  readonly activation: Tensor;
  readonly y: number;
  readonly x: number;
}

/**
 * All channels at one place of each of several layers, in one tensor, so that one readback brings them.
 *
 * @param places  at least one; y and x within the activation
 * @returns       `[c₁ + c₂ + …]` f32 · owned by the caller
 */
export function gatherPlaces(places: readonly ActivationPlace[]): Tensor1D {
  return tidy(() => concat(places.map(({ activation, y, x }) => {
    const channels = activation.shape[3] ?? 1;
    return reshape(slice(activation, [0, y, x, 0], [1, 1, 1, channels]), [channels]);
  })));
}
