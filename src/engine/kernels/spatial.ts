import { pad, reshape, slice, sum, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Padding } from '../../graph/ops';

/** The same values as another tensor, without a copy: `clone()` copies the buffer on WASM. Owned by the caller. */
export function alias(tensor: Tensor): Tensor {
  return reshape(tensor, tensor.shape);
}

/** Sums the axes along which `like`'s shape was broadcast to `tensor`'s. Owned by the caller. */
export function sumToShape(tensor: Tensor, like: readonly number[]): Tensor {
  const axes = tensor.shape.flatMap((size, axis) => (like[axis] === 1 && size !== 1 ? [axis] : []));
  return axes.length === 0 ? alias(tensor) : sum(tensor, axes, true);
}

type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

/** Our padding as tfjs wants it. */
export function toTfjsPadding(padding: Padding): 'valid' | ExplicitPadding {
  const { top, bottom, left, right } = padding;
  return top + bottom + left + right === 0 ? 'valid' : [[0, 0], [top, bottom], [left, right], [0, 0]];
}

/** Height and width of `[n, h, w, c]`. */
export function mapSizeOf(tensor: Tensor): readonly [number, number] {
  return [tensor.shape[1] ?? 1, tensor.shape[2] ?? 1];
}

/**
 * `[n, h, w, c]` → `[n, h * sh, w * sw, c]`: every value is followed by `s - 1` zeros along each axis. Owned by the caller.
 * One padding of a reshaped view: rows and columns at once.
 */
export function insertZeros(tensor: Tensor, strides: readonly [number, number]): Tensor {
  const [n = 1, h = 1, w = 1, c = 1] = tensor.shape;
  const [sh, sw] = strides;
  if (sh === 1 && sw === 1) return alias(tensor);
  return tidy(() => reshape(pad(reshape(tensor, [n * h, 1, w, c]), [[0, 0], [0, sh - 1], [0, 0], [0, (sw - 1) * c]]), [n, h * sh, w * sw, c]));
}

/** Adds (positive) or cuts (negative) pixels at the borders of `[n, h, w, c]`. Owned by the caller. */
export function padOrCrop(tensor: Tensor, border: Padding, value = 0): Tensor {
  const { top, bottom, left, right } = border;
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return alias(tensor);
  return tidy(() => {
    const [n = 1, h = 1, w = 1, c = 1] = tensor.shape;
    const cut = (pixels: number): number => Math.max(-pixels, 0);
    const more = (pixels: number): number => Math.max(pixels, 0);
    const cropped = top < 0 || bottom < 0 || left < 0 || right < 0
      ? slice(tensor as Tensor4D, [0, cut(top), cut(left), 0], [n, h - cut(top) - cut(bottom), w - cut(left) - cut(right), c]) : tensor;
    if (top <= 0 && bottom <= 0 && left <= 0 && right <= 0) return cropped;
    return pad(cropped, [[0, 0], [more(top), more(bottom)], [more(left), more(right)], [0, 0]], value);
  });
}

/** Cuts or zero-fills at the bottom and right so that `[n, h, w, c]` gets the given size. Owned by the caller. */
export function fitTo(tensor: Tensor, size: readonly [number, number], start: readonly [number, number] = [0, 0]): Tensor {
  const [h, w] = mapSizeOf(tensor);
  return padOrCrop(tensor, { top: -start[0], left: -start[1], bottom: size[0] - h + start[0], right: size[1] - w + start[1] });
}

/**
 * Geometry of the transposed sliding window: the padding under which a stride-1 convolution of the zero-inserted upstream
 * with the flipped kernel has the input's size. Entries may be negative (crop).
 */
export function transposedPadding(
  inputSize: readonly [number, number], upstreamSize: readonly [number, number],
  extent: readonly [number, number], padding: Padding,
): Padding {
  const top = extent[0] - 1 - padding.top;
  const left = extent[1] - 1 - padding.left;
  return {
    top, left,
    bottom: inputSize[0] + extent[0] - 1 - upstreamSize[0] - top,
    right: inputSize[1] + extent[1] - 1 - upstreamSize[1] - left,
  };
}

/** A padding split into what a convolution can do itself (all ≥ 0) and what must be cropped before (all ≤ 0). */
export function splitCrop(border: Padding): { readonly crop: Padding; readonly padding: Padding } {
  const map = (pick: (value: number) => number): Padding => ({ top: pick(border.top), bottom: pick(border.bottom), left: pick(border.left), right: pick(border.right) });
  return { crop: map((value) => Math.min(value, 0)), padding: map((value) => Math.max(value, 0)) };
}

/** True where tfjs refuses: it takes a stride or a dilation, not both. */
export function needsDilatedKernel(strides: readonly [number, number], dilations: readonly [number, number]): boolean {
  return Math.max(...strides) > 1 && Math.max(...dilations) > 1;
}

/** `[kh, kw, a, b]` with the holes of a dilation written out as zeros. Owned by the caller. */
export function writeOutDilation(kernel: Tensor, dilations: readonly [number, number]): Tensor {
  const [kh = 1, kw = 1, a = 1, b = 1] = kernel.shape;
  const extent = [(kh - 1) * dilations[0] + 1, (kw - 1) * dilations[1] + 1] as const;
  return tidy(() => reshape(fitTo(insertZeros(reshape(kernel, [1, kh, kw, a * b]), dilations), extent), [...extent, a, b]));
}
