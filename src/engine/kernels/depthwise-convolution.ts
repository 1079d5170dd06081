import { fused, reshape, reverse, sum, tidy, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Activation, Operation } from '../../graph/ops';
import { dilatedExtent } from '../../graph/padding';
import { drain } from '../in-steps';
import { fusedName } from './activation';
import { borrowNativeKernels, NativeKernels, unlimited } from '../native/native-kernels';
import { forwardKernel, signedKernel } from './convolution';
import { finishOf, takeMask, type Geometry, type MaskedStep } from './convolve';
import type { BackwardStep, ForwardStep, Kernel, StepWeights } from './kernel';
import { backwardLinearInSteps, type LinearMap, type WeightSign } from './linear-rules';
import { insertZeros, mapSizeOf, padOrCrop, splitCrop, toTfjsPadding, transposedPadding } from './spatial';

type Depthwise = Extract<Operation, { op: 'depthwise-conv2d' }>;

/** Height and width of what a window of `extent` taps makes of a map. */
function slidSize(size: readonly [number, number], kernel: readonly [number, number], { strides, dilations, padding }: Geometry): readonly [number, number] {
  const along = (axis: 0 | 1, border: number): number => Math.floor((size[axis] + border - dilatedExtent(kernel[axis], dilations[axis])) / strides[axis]) + 1;
  return [along(0, padding.top + padding.bottom), along(1, padding.left + padding.right)];
}

/** Depthwise convolution of `[n, h, w, c]` with `[kh, kw, c, multiplier]`, bias and activation fused. Owned by the caller. */
export function convolveDepthwise(input: Tensor, kernel: Tensor, geometry: Geometry, bias: Tensor | null, activation: Activation | null): Tensor {
  const native = borrowNativeKernels();
  const finish = finishOf(activation);
  if (native !== null && finish !== null && NativeKernels.canDepthwise(kernel.shape)) {
    return native.depthwise(input, kernel, bias, geometry, slidSize(mapSizeOf(input), [kernel.shape[0] ?? 1, kernel.shape[1] ?? 1], geometry), false, finish);
  }
  return fused.depthwiseConv2d({
    x: input as Tensor4D, filter: kernel as Tensor4D, strides: [...geometry.strides], dilations: [...geometry.dilations],
    // The typings are older than the code: explicit paddings work in all backends.
    pad: toTfjsPadding(geometry.padding) as 'valid', ...(bias === null ? {} : { bias: bias as Tensor1D }), ...fusedName(activation),
  });
}

/**
 * Gradient of a depthwise convolution with multiplier 1: in one go by our own kernel, else as a depthwise convolution of the
 * upstream with zeros inserted.
 *
 * @param kernel   `[kh, kw, c, 1]` of the forward pass · borrowed
 * @param flip     the same turned by 180 degrees; asked for only where tfjs does the work
 */
export function transposeDepthwise(
  upstream: Tensor, kernel: Tensor, flip: () => Tensor, geometry: Geometry, inputSize: readonly [number, number],
): Tensor {
  const native = borrowNativeKernels();
  if (native !== null && NativeKernels.canDepthwise(kernel.shape)) return native.depthwise(upstream, kernel, null, geometry, inputSize, true, unlimited);
  return tidy(() => {
    const flipped = flip();
    const [kh = 1, kw = 1] = flipped.shape;
    const spread = insertZeros(upstream, geometry.strides);
    const extent = [dilatedExtent(kh, geometry.dilations[0]), dilatedExtent(kw, geometry.dilations[1])] as const;
    const border = splitCrop(transposedPadding(inputSize, mapSizeOf(spread), extent, geometry.padding));
    return convolveDepthwise(padOrCrop(spread, border.crop), flipped, { strides: [1, 1], dilations: geometry.dilations, padding: border.padding }, null, null);
  });
}

function flippedKernel(weights: StepWeights, sign: WeightSign): Tensor {
  return weights.derive(`flipped ${sign}`, () => tidy(() => {
    const kernel = signedKernel(weights, sign);
    const [kh = 1, kw = 1, channels = 1, multiplier = 1] = kernel.shape;
    return reshape(reverse(kernel, [0, 1]), [kh, kw, channels * multiplier, 1]);
  }));
}

/** The gradient by our own kernel, where it is in use and the kernel suits it; else null. */
function transposeNatively(
  upstream: Tensor, weights: StepWeights, sign: WeightSign, operation: Depthwise, inputSize: readonly [number, number], step: MaskedStep,
): Tensor | null {
  const native = borrowNativeKernels();
  const kernel = signedKernel(weights, sign);
  if (native === null || !NativeKernels.canDepthwise(kernel.shape)) return null;
  return native.depthwise(upstream, kernel, null, operation, inputSize, true, { ...unlimited, mask: takeMask(step) });
}

function linearMap(weights: StepWeights, operation: Depthwise, inputSize: readonly [number, number], step: MaskedStep): LinearMap {
  const bias = weights.has('bias') ? weights.get('bias') : null;
  return {
    bias,
    apply: (input, sign, withBias) => convolveDepthwise(input, ...forwardKernel(weights, sign, operation), withBias ? bias : null, null),
    transpose: (upstream, sign) => transposeNatively(upstream, weights, sign, operation, inputSize, step) ?? tidy(() => {
      const [kh = 1, kw = 1, channels = 1, multiplier = 1] = weights.get('kernel').shape;
      const kernel = reshape(signedKernel(weights, sign), [kh, kw, channels * multiplier, 1]);
      const spread = transposeDepthwise(upstream, kernel, () => flippedKernel(weights, sign), operation, inputSize);
      if (multiplier === 1) return spread;
      const [n = 1, h = 1, w = 1, c = 1] = spread.shape;
      return reshape(sum(reshape(spread, [n * h * w, c / multiplier, multiplier]), 2), [n, h, w, c / multiplier]);
    }),
  };
}

function* passBack(step: BackwardStep<Depthwise>): Generator<number, readonly Tensor[], void> {
  const [input] = step.inputs as readonly [Tensor];
  return [yield* backwardLinearInSteps(linearMap(step.weights, step.operation, mapSizeOf(input), step), step.rule, () => input, step.upstream)];
}

/** Depthwise convolution; output channel `c * multiplier + m` reads input channel c. */
export const depthwiseConvolutionKernel: Kernel<Depthwise> = {
  forward: (step: ForwardStep<Depthwise>) => {
    const [input] = step.inputs as readonly [Tensor];
    return convolveDepthwise(input, ...forwardKernel(step.weights, 'all', step.operation), step.weights.has('bias') ? step.weights.get('bias') : null, step.activation);
  },
  backward: (step: BackwardStep<Depthwise>) => drain(passBack(step)),
  backwardInSteps: passBack,
};
