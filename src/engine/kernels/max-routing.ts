import { add, maxPool, mul, ones, step as positive, sub, tensor, tidy, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Operation } from '../../graph/ops';
import { borrowNativeKernels } from '../native/native-kernels';
import { convolveDepthwise, transposeDepthwise } from './depthwise-convolution';
import type { BackwardStep } from './kernel';
import { insertZeros, mapSizeOf, padOrCrop, toTfjsPadding } from './spatial';

type MaxPool = Extract<Operation, { op: 'max-pool' }>;

function geometryOf({ strides, padding }: MaxPool): Pick<Extract<Operation, { op: 'depthwise-conv2d' }>, 'strides' | 'dilations' | 'padding'> {
  return { strides, dilations: [1, 1], padding };
}

/** 1 where a value reaches its upper bound, else 0. Not tfjs's `equal`, which is 20 times slower on WASM. */
function reaches(value: Tensor, bound: Tensor): Tensor {
  return sub(1, positive(sub(bound, value)));
}

/**
 * Windows side by side: everything stays at the input's size. Among the places that equal their window's maximum the first
 * in row-major order has the highest rank, so a second max pooling over the ranks finds it.
 */
function routeDisjoint(step: BackwardStep<MaxPool>): Tensor {
  const [input] = step.inputs as readonly [Tensor4D];
  const { operation, output, upstream, weights } = step;
  const { window: [kh, kw], strides, padding } = operation;
  const [, height, width, channels] = input.shape;
  const spreadKernel = weights.derive('ones', () => ones([kh, kw, channels, 1]));
  const spread = (small: Tensor): Tensor => transposeDepthwise(small, spreadKernel, () => spreadKernel, geometryOf(operation), [height, width]);
  const ranks = weights.derive('ranks', () => tensor(Float32Array.from({ length: height * width }, (_, index) => {
    const y = (Math.floor(index / width) + padding.top) % kh;
    const x = ((index % width) + padding.left) % kw;
    return kh * kw - y * kw - x;
  }), [1, height, width, 1]));
  return tidy(() => {
    const ranked = mul(reaches(input, spread(output)), ranks) as Tensor4D;
    const highest = maxPool(ranked, [kh, kw], [...strides], toTfjsPadding(padding));
    return mul(reaches(ranked, spread(highest)), spread(upstream));
  });
}

/** Which windows have a real pixel, not padding, at an offset: `[1, oh, ow, 1]`. */
function insideMask(inputSize: readonly [number, number], outputSize: readonly [number, number], operation: MaxPool, y: number, x: number): Tensor {
  const { strides, padding } = operation;
  const inside = (at: number, size: number): boolean => at >= 0 && at < size;
  return tensor(Float32Array.from({ length: outputSize[0] * outputSize[1] }, (_, index) => {
    const row = Math.floor(index / outputSize[1]) * strides[0] + y - padding.top;
    const column = (index % outputSize[1]) * strides[1] + x - padding.left;
    return inside(row, inputSize[0]) && inside(column, inputSize[1]) ? 1 : 0;
  }), [1, outputSize[0], outputSize[1], 1]);
}

/**
 * Windows that overlap: one offset of the window after the other, in row-major order; what a window gave away is closed.
 * An offset is read with a depthwise convolution that has a single 1, which every backend does quickly.
 */
function routeOverlapping(step: BackwardStep<MaxPool>): Tensor {
  const [input] = step.inputs as readonly [Tensor4D];
  const { operation, output, upstream, weights } = step;
  const { window: [kh, kw], strides, padding } = operation;
  const inputSize = mapSizeOf(input);
  const outputSize = mapSizeOf(output);
  const channels = input.shape[3];
  const padded = Object.values(padding).some((pixels) => pixels > 0);
  return tidy(() => {
    let open: Tensor | null = null;
    let total: Tensor | null = null;
    for (let offset = 0; offset < kh * kw; offset += 1) {
      const y = Math.floor(offset / kw);
      const x = offset % kw;
      const pick = weights.derive(`pick ${offset}`, () => tensor(
        Float32Array.from({ length: kh * kw * channels }, (_, index) => (Math.floor(index / channels) === offset ? 1 : 0)), [kh, kw, channels, 1]));
      let taken = reaches(convolveDepthwise(input, pick, geometryOf(operation), null, null), output);
      if (padded) taken = mul(taken, weights.derive(`inside ${offset}`, () => insideMask(inputSize, outputSize, operation, y, x)));
      if (open !== null) taken = mul(taken, open);
      open = sub(open ?? 1, taken);
      const spread = insertZeros(mul(upstream, taken), strides);
      const [h, w] = mapSizeOf(spread);
      const top = y - padding.top;
      const left = x - padding.left;
      const placed = padOrCrop(spread, { top, left, bottom: inputSize[0] - h - top, right: inputSize[1] - w - left });
      total = total === null ? placed : add(total, placed);
    }
    return total ?? input;
  });
}

/**
 * Gradient of max pooling: everything to the first maximum of each window in row-major order; padding never wins.
 * (tfjs's own MaxPoolGrad was wrong on WASM for every case of our fixtures, and many times slower.)
 *
 * @returns  `[n, h, w, c]` f32 · owned by the caller
 */
export function routeToFirstMaximum(step: BackwardStep<MaxPool>): Tensor {
  const { window, strides } = step.operation;
  const native = borrowNativeKernels();
  if (native !== null) return native.routeMaxima(step.inputs[0] as Tensor, step.upstream, step.operation);
  return window[0] === strides[0] && window[1] === strides[1] ? routeDisjoint(step) : routeOverlapping(step);
}
