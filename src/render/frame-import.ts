import type { InputSpec } from '../contract/card';
import { AppError } from '../contract/errors';

/** Crops up to this side are read as they are; larger ones are halved first (a halving costs less than reading four times as much). */
const largestReadPx = 800;

/**
 * Sides at which a crop is drawn, one after the other, before it is read and area-averaged. Each step halves: there
 * two-tap interpolation is the exact mean of 2 x 2 pixels. The last one is never smaller than the input.
 */
export function drawnSidesPx(cropSidePx: number, inputSidePx: number): readonly number[] {
  const crop = Math.max(1, Math.round(cropSidePx));
  let side = crop <= largestReadPx ? crop : Math.ceil(crop / 2);
  const sides = [Math.max(side, 1)];
  while (side > largestReadPx && side / 2 >= inputSidePx) {
    side = Math.ceil(side / 2);
    sides.push(side);
  }
  return sides;
}

/** Cuts `from` source pixels into `to` equal stretches: where each begins and how much of its end pixels it covers. */
export interface AreaSplit {
  /** First source pixel of each stretch. */
  readonly first: Int32Array;
  /** Last source pixel of each stretch. */
  readonly last: Int32Array;
  /** Part of the first pixel that belongs to the stretch, 0..1. */
  readonly firstShare: Float64Array;
  /** Part of the last pixel that belongs to the stretch, 0..1; 0 when first and last are the same pixel. */
  readonly lastShare: Float64Array;
}

/**
 * Area averaging along one axis: the stretches of `length` source pixels, beginning at `start`, that make `to`.
 * `limit` source pixels exist; what would lie outside them is left out.
 */
export function splitArea(start: number, length: number, to: number, limit: number): AreaSplit {
  const first = new Int32Array(to);
  const last = new Int32Array(to);
  const firstShare = new Float64Array(to);
  const lastShare = new Float64Array(to);
  for (let index = 0; index < to; index++) {
    const from = Math.min(limit, Math.max(0, start + (index * length) / to));
    const end = Math.min(limit, Math.max(0, start + ((index + 1) * length) / to));
    const head = Math.min(limit - 1, Math.floor(from));
    const tail = Math.max(head, Math.min(limit - 1, Math.ceil(end) - 1));
    first[index] = head;
    last[index] = tail;
    firstShare[index] = Math.min(end, head + 1) - from;
    lastShare[index] = tail > head ? end - tail : 0;
  }
  return { first, last, firstShare, lastShare };
}

/**
 * Normalisation as one multiply and add for each channel: value = pixel * factor + offset, pixel 0..255.
 * @throws AppError 'input-mismatch' when the network's input has neither 1 nor 3 channels
 */
export function inputScaling(spec: InputSpec): { readonly factor: readonly number[]; readonly offset: readonly number[] } {
  if (spec.channels !== 1 && spec.channels !== 3) {
    throw new AppError('input-mismatch', `a picture has 1 or 3 channels, the network wants ${spec.channels}`);
  }
  const perChannel = Array.from({ length: spec.channels }, (_, channel) => {
    const std = spec.std[channel] ?? spec.std[0] ?? 1;
    const mean = spec.mean[channel] ?? spec.mean[0] ?? 0;
    return { factor: 1 / std, offset: -mean / std };
  });
  return { factor: perChannel.map(({ factor }) => factor), offset: perChannel.map(({ offset }) => offset) };
}
