import { add, concat, div, mul, neg, slice, softmax, square, sub, sum, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../../contract/errors';
import type { Operation } from '../../graph/ops';
import type { BackwardStep, Kernel } from './kernel';
import { divideStabilised, relevanceEpsilonOf } from './linear-rules';
import { rescaleProduct, rescaleQuotient } from './rescale';
import { alias, sumToShape } from './spatial';

type Add = Extract<Operation, { op: 'add' }>;
type Subtract = Extract<Operation, { op: 'subtract' }>;

function refuse(step: BackwardStep, what: string): never {
  throw new AppError('explain-unsupported', `'${step.rule.kind}' is not defined for ${what}`);
}

/** Relevance of the summands in proportion to their values: `R_k = a_k R / (z + epsilon sign(z))`. */
function shareAmong(step: BackwardStep, signed: readonly number[], epsilon: number): readonly (Tensor | null)[] {
  return step.inputs.map((input, index) => (step.wants[index] === true ? tidy(() => {
    const share = divideStabilised(step.upstream, step.output, epsilon);
    return sumToShape(mul(signed[index] === -1 ? neg(input) : input, share), input.shape);
  }) : null));
}

export const addKernel: Kernel<Add> = {
  forward: (step) => {
    const [first, second, ...others] = step.inputs;
    if (first === undefined) throw new AppError('internal', 'an addition without inputs');
    if (second === undefined) return alias(first);
    return others.length === 0 ? add(first, second) : tidy(() => others.reduce<Tensor>((total, next) => add(total, next), add(first, second)));
  },
  backward: (step) => {
    const epsilon = relevanceEpsilonOf(step.rule);
    if (epsilon !== null) return shareAmong(step, [], epsilon);
    return step.inputs.map((input, index) => (step.wants[index] === true ? sumToShape(step.upstream, input.shape) : null));
  },
};

export const subtractKernel: Kernel<Subtract> = {
  forward: (step) => sub(step.inputs[0] as Tensor, step.inputs[1] as Tensor),
  backward: (step) => {
    const epsilon = relevanceEpsilonOf(step.rule);
    if (epsilon !== null) return shareAmong(step, [1, -1], epsilon);
    return step.inputs.map((input, index) => (step.wants[index] === true
      ? tidy(() => sumToShape(index === 0 ? step.upstream : neg(step.upstream), input.shape)) : null));
  },
};

export const multiplyKernel: Kernel<Extract<Operation, { op: 'multiply' }>> = {
  forward: (step) => tidy(() => step.inputs.slice(1).reduce<Tensor>((product, next) => mul(product, next), alias(step.inputs[0] as Tensor))),
  backward: (step) => {
    if (relevanceEpsilonOf(step.rule) !== null) return refuse(step, 'a product of two branches');
    if (step.reference !== undefined) return rescaleProduct(step);
    return step.inputs.map((input, index) => (step.wants[index] === true ? tidy(() => {
      const others = step.inputs.filter((_, other) => other !== index);
      return sumToShape(others.reduce<Tensor>((product, next) => mul(product, next), step.upstream), input.shape);
    }) : null));
  },
};

export const divideKernel: Kernel<Extract<Operation, { op: 'divide' }>> = {
  forward: (step) => div(step.inputs[0] as Tensor, step.inputs[1] as Tensor),
  backward: (step) => {
    if (relevanceEpsilonOf(step.rule) !== null) return refuse(step, 'a quotient of two branches');
    if (step.reference !== undefined) return rescaleQuotient(step);
    const [numerator, denominator] = step.inputs as readonly [Tensor, Tensor];
    return [
      step.wants[0] === true ? tidy(() => sumToShape(div(step.upstream, denominator), numerator.shape)) : null,
      step.wants[1] === true ? tidy(() => sumToShape(neg(div(mul(step.upstream, numerator), square(denominator))), denominator.shape)) : null,
    ];
  },
};

/** Concatenation; `axis` does not count the batch axis. Gradient and relevance follow the element. */
export const concatKernel: Kernel<Extract<Operation, { op: 'concat' }>> = {
  forward: (step) => (step.inputs.length === 1 ? alias(step.inputs[0] as Tensor) : concat([...step.inputs], step.operation.axis + 1)),
  backward: (step) => {
    const axis = step.operation.axis + 1;
    let start = 0;
    return step.inputs.map((input, index) => {
      const begin = input.shape.map((_, own) => (own === axis ? start : 0));
      start += input.shape[axis] ?? 0;
      return step.wants[index] === true ? slice(step.upstream, begin, input.shape) : null;
    });
  },
};

/** Softmax over the last axis. LRP passes it by, as `vectors/README.md` says. */
export const softmaxKernel: Kernel<Extract<Operation, { op: 'softmax' }>> = {
  forward: (step) => softmax(step.inputs[0] as Tensor),
  backward: (step) => {
    if (relevanceEpsilonOf(step.rule) !== null) return [alias(step.upstream)];
    if (step.rule.kind === 'deep-lift') return refuse(step, 'a softmax inside the network');
    return [tidy(() => mul(step.output, sub(step.upstream, sum(mul(step.upstream, step.output), -1, true))))];
  },
};
