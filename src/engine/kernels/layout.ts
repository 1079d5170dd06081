import { pad, reshape, slice, transpose, type Tensor } from '@tensorflow/tfjs-core';
import type { Operation } from '../../graph/ops';
import type { ForwardStep, Kernel } from './kernel';
import { alias } from './spatial';

function reshapeForward(step: ForwardStep): Tensor {
  const [input] = step.inputs as readonly [Tensor];
  return reshape(input, [input.shape[0] ?? 1, ...step.outputShape]);
}

/** Values stay where they are in memory; gradient and relevance follow the element. */
export const reshapeKernel: Kernel<Extract<Operation, { op: 'reshape' }>> = {
  forward: reshapeForward,
  backward: (step) => [reshape(step.upstream, (step.inputs[0] as Tensor).shape)],
};

export const flattenKernel: Kernel<Extract<Operation, { op: 'flatten' }>> = {
  forward: reshapeForward,
  backward: (step) => [reshape(step.upstream, (step.inputs[0] as Tensor).shape)],
};

export const identityKernel: Kernel<Extract<Operation, { op: 'identity' }>> = {
  forward: (step) => alias(step.inputs[0] as Tensor),
  backward: (step) => [alias(step.upstream)],
};

/** `permutation` does not count the batch axis. */
export const transposeKernel: Kernel<Extract<Operation, { op: 'transpose' }>> = {
  forward: (step) => transpose(step.inputs[0] as Tensor, [0, ...step.operation.permutation.map((axis) => axis + 1)]),
  backward: (step) => {
    const inverse = step.operation.permutation.map((_, axis) => step.operation.permutation.indexOf(axis) + 1);
    return [transpose(step.upstream, [0, ...inverse])];
  },
};

/** A range along one axis (batch axis not counted); the gradient outside the range is 0. */
export const sliceKernel: Kernel<Extract<Operation, { op: 'slice' }>> = {
  forward: (step) => {
    const [input] = step.inputs as readonly [Tensor];
    const axis = step.operation.axis + 1;
    return slice(input, input.shape.map((_, own) => (own === axis ? step.operation.start : 0)), input.shape.map((size, own) => (own === axis ? step.operation.size : size)));
  },
  backward: (step) => {
    const [input] = step.inputs as readonly [Tensor];
    const axis = step.operation.axis + 1;
    const after = (input.shape[axis] ?? 0) - step.operation.start - step.operation.size;
    return [pad(step.upstream, input.shape.map((_, own): [number, number] => (own === axis ? [step.operation.start, after] : [0, 0])))];
  },
};
