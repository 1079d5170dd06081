import { fused, tensor1d, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Activation, Operation } from '../../graph/ops';
import { borrowNativeKernels, unlimited, type Finish, type ReluMask } from '../native/native-kernels';
import { packKernel } from '../native/pack-kernel';
import { viewOnCpu } from '../readback';
import { fusedName } from './activation';
import type { BackwardStep, StepWeights } from './kernel';
import { toTfjsPadding } from './spatial';

/** Strides, dilations and padding of a convolution. */
export type Geometry = Pick<Extract<Operation, { op: 'conv2d' }>, 'strides' | 'dilations' | 'padding'>;

/** The range that an activation clamps to, where that is all it does; else null. */
export function finishOf(activation: Activation | null): Finish | null {
  if (activation === null) return unlimited;
  switch (activation.kind) {
    case 'relu': return { low: 0, high: Number.POSITIVE_INFINITY };
    case 'relu6': return { low: 0, high: 6 };
    default: return null;
  }
}

export type MaskedStep = Pick<BackwardStep, 'inputMask' | 'inputs'>;

/** A step's input mask as our kernels take it, marked as applied; null where there is none. */
export function takeMask({ inputMask, inputs }: MaskedStep): ReluMask | null {
  const [y] = inputs;
  if (inputMask === undefined || y === undefined) return null;
  inputMask.isApplied = true;
  return { y, high: inputMask.high };
}

/**
 * Convolution of `[n, h, w, cin]`, bias and activation fused: by our own kernels where they are in use, else by tfjs.
 *
 * @param kernel   `[kh, kw, cin, cout]`, kept beside the weights · borrowed
 * @param weights  where the packed copy of the kernel is kept, under `key`
 * @returns        `[n, oh, ow, cout]` f32 · owned by the caller
 */
export function convolve(
  input: Tensor, kernel: Tensor, geometry: Geometry, bias: Tensor | null, activation: Activation | null, weights: StepWeights, key: string,
): Tensor {
  const native = borrowNativeKernels();
  const finish = finishOf(activation);
  if (native === null || finish === null || Math.min(...Object.values(geometry.padding)) < 0) {
    return fused.conv2d({
      x: input as Tensor4D, filter: kernel as Tensor4D, strides: [...geometry.strides], dilations: [...geometry.dilations],
      pad: toTfjsPadding(geometry.padding), ...(bias === null ? {} : { bias: bias as Tensor1D }), ...fusedName(activation),
    });
  }
  return native.convolve(input, packOnce(kernel, bias, weights, key), kernel.shape, geometry, finish);
}

/** The packed copy of a kernel, kept beside the weights under `key`. Borrowed. */
function packOnce(kernel: Tensor, bias: Tensor | null, weights: StepWeights, key: string): Tensor {
  return weights.derive(`packed ${key}${bias === null ? '' : ' with bias'}`, () => tensor1d(packKernel(
    viewOnCpu(kernel), bias === null ? null : viewOnCpu(bias), kernel.shape[3] ?? 1)));
}
