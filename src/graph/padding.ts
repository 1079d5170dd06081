import type { Padding } from './ops';

/** No padding at all (Keras 'valid'). */
export const noPadding: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

/** Extent of a kernel with holes: `(kernel - 1) * dilation + 1`, in pixels. */
export function dilatedExtent(kernelPx: number, dilation: number): number {
  return (kernelPx - 1) * dilation + 1;
}

/** Positions of a sliding window along one axis (rounded down); 0 or less when it does not fit. */
export function countWindows(sizePx: number, paddingPx: number, extentPx: number, stride: number): number {
  return Math.floor((sizePx + paddingPx - extentPx) / stride) + 1;
}

function splitSame(sizePx: number, extentPx: number, stride: number): readonly [number, number] {
  const windows = Math.ceil(sizePx / stride);
  const total = Math.max((windows - 1) * stride + extentPx - sizePx, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/**
 * TensorFlow's 'same' padding in pixels: `ceil(size / stride)` windows, the odd pixel goes to the bottom and right.
 *
 * @param size  [height, width] of the input, in pixels
 */
export function resolveSamePadding(
  size: readonly [number, number], window: readonly [number, number],
  strides: readonly [number, number], dilations: readonly [number, number] = [1, 1],
): Padding {
  const [top, bottom] = splitSame(size[0], dilatedExtent(window[0], dilations[0]), strides[0]);
  const [left, right] = splitSame(size[1], dilatedExtent(window[1], dilations[1]), strides[1]);
  return { top, bottom, left, right };
}
