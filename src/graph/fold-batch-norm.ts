import { AppError } from '../contract/errors';
import type { GraphNode, WeightArray } from './network-graph';

/** Per-channel `y = x * factor + offset` of a batch norm with its stored statistics; both `[c]`. */
export interface ChannelAffine {
  readonly factor: Float32Array;
  readonly offset: Float32Array;
}

/**
 * Batch norm as one affine map per channel: `factor = gamma / sqrt(variance + epsilon)`, `offset = beta - mean * factor`.
 *
 * @returns  owned by the caller
 * @throws AppError 'internal' for another operation
 */
export function affineOfBatchNorm(node: GraphNode): ChannelAffine {
  const { mean, variance, gamma, beta } = node.weights;
  if (node.operation.op !== 'batch-norm' || mean === undefined || variance === undefined) {
    throw new AppError('internal', `'${node.id}' is not a batch norm`);
  }
  const count = mean.values.length;
  const factor = new Float32Array(count);
  const offset = new Float32Array(count);
  for (let channel = 0; channel < count; channel += 1) {
    const scale = (gamma?.values[channel] ?? 1) / Math.sqrt((variance.values[channel] ?? 0) + node.operation.epsilon);
    factor[channel] = scale;
    offset[channel] = (beta?.values[channel] ?? 0) - (mean.values[channel] ?? 0) * scale;
  }
  return { factor, offset };
}

/** True for operations a batch norm right after them can be folded into. */
export function isFoldable(node: GraphNode): boolean {
  return node.operation.op === 'conv2d' || node.operation.op === 'depthwise-conv2d' || node.operation.op === 'dense';
}

/**
 * Kernel and bias of `linear` followed by `batchNorm`, exact up to float32 rounding: `w' = w * factor`, `b' = b * factor + offset`.
 * The output channel is the last axis of conv and dense kernels, and of `[kh, kw, cin, multiplier]` read as cin * multiplier.
 *
 * @returns  kernel of the same shape, bias `[cout]` · owned by the caller
 * @throws AppError 'internal' when the two cannot be folded
 */
export function foldBatchNorm(linear: GraphNode, batchNorm: GraphNode): { readonly kernel: WeightArray; readonly bias: WeightArray } {
  const kernel = linear.weights.kernel;
  if (kernel === undefined || !isFoldable(linear)) throw new AppError('internal', `cannot fold '${batchNorm.id}' into '${linear.id}'`);
  const { factor, offset } = affineOfBatchNorm(batchNorm);
  const channels = factor.length;
  const folded = new Float32Array(kernel.values.length);
  for (let index = 0; index < folded.length; index += 1) folded[index] = (kernel.values[index] ?? 0) * (factor[index % channels] ?? 0);
  const bias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    bias[channel] = (linear.weights.bias?.values[channel] ?? 0) * (factor[channel] ?? 0) + (offset[channel] ?? 0);
  }
  return { kernel: { shape: kernel.shape, values: folded }, bias: { shape: [channels], values: bias } };
}
