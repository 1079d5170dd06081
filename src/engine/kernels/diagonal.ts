import { add, divNoNan, maximum, minimum, mul, relu, rsqrt, sub, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../../contract/errors';
import type { Operation } from '../../graph/ops';
import type { BackwardStep, ForwardStep, Kernel, StepWeights } from './kernel';
import { backwardLinear, isRelevanceRule, type LinearMap } from './linear-rules';
import { rescaleElements } from './rescale';
import { alias, sumToShape } from './spatial';

type BatchNorm = Extract<Operation, { op: 'batch-norm' }>;
type Scale = Extract<Operation, { op: 'scale' }>;

function diagonalMap(factor: Tensor | null, bias: Tensor | null, inputShape: readonly number[]): LinearMap {
  const signed = (sign: 'all' | 'positive' | 'negative'): Tensor | null => {
    if (factor === null) return sign === 'negative' ? tensor1d([0]) : null;
    if (sign === 'all') return factor;
    return sign === 'positive' ? relu(factor) : minimum(factor, 0);
  };
  return {
    bias,
    apply: (input, sign, withBias) => tidy(() => {
      const own = signed(sign);
      const product = own === null ? alias(input) : mul(input, own);
      return withBias && bias !== null ? add(product, bias) : product;
    }),
    transpose: (upstream, sign) => tidy(() => {
      const own = signed(sign);
      return sumToShape(own === null ? upstream : mul(upstream, own), inputShape);
    }),
  };
}

/** `gamma / sqrt(variance + epsilon)` and `beta - mean * factor`, `[c]`, cached beside the weights. */
function affineTensors(weights: StepWeights, epsilon: number): readonly [factor: Tensor, offset: Tensor] {
  const factor = weights.derive('factor', () => tidy(() => {
    const inverse = rsqrt(add(weights.get('variance'), epsilon));
    return weights.has('gamma') ? mul(weights.get('gamma'), inverse) : inverse;
  }));
  const offset = weights.derive('offset', () => tidy(() => {
    const shift = mul(weights.get('mean'), factor);
    return weights.has('beta') ? sub(weights.get('beta'), shift) : mul(shift, -1);
  }));
  return [factor, offset];
}

/** Batch norm that could not be folded (or must be seen): one affine map per channel with the stored statistics. */
export const batchNormKernel: Kernel<BatchNorm> = {
  forward: (step: ForwardStep<BatchNorm>) => tidy(() => {
    const [factor, offset] = affineTensors(step.weights, step.operation.epsilon);
    return add(mul(step.inputs[0] as Tensor, factor), offset);
  }),
  backward: (step: BackwardStep<BatchNorm>) => {
    if (step.rule.kind === 'lrp-pass') return [alias(step.upstream)];
    const [input] = step.inputs as readonly [Tensor];
    const [factor, offset] = affineTensors(step.weights, step.operation.epsilon);
    return [backwardLinear(diagonalMap(factor, offset, input.shape), step.rule, () => input, step.upstream)];
  },
};

/** `x * factor + offset` with broadcast constants. */
export const scaleKernel: Kernel<Scale> = {
  forward: (step: ForwardStep<Scale>) => tidy(() => {
    let value = alias(step.inputs[0] as Tensor);
    if (step.weights.has('factor')) value = mul(value, step.weights.get('factor'));
    return step.weights.has('offset') ? add(value, step.weights.get('offset')) : value;
  }),
  backward: (step: BackwardStep<Scale>) => {
    const [input] = step.inputs as readonly [Tensor];
    if (step.rule.kind === 'lrp-pass') return [sumToShape(step.upstream, input.shape)];
    const optional = (role: 'factor' | 'offset'): Tensor | null => (step.weights.has(role) ? step.weights.get(role) : null);
    return [backwardLinear(diagonalMap(optional('factor'), optional('offset'), input.shape), step.rule, () => input, step.upstream)];
  },
};

/** PReLU with a learned slope, broadcast over n, h, w. */
export const preluKernel: Kernel<Extract<Operation, { op: 'prelu' }>> = {
  forward: (step) => tidy(() => {
    const [input] = step.inputs as readonly [Tensor];
    return add(relu(input), mul(minimum(input, 0), step.weights.get('slope')));
  }),
  backward: (step) => {
    if (isRelevanceRule(step.rule)) return [alias(step.upstream)];
    if (step.rule.kind === 'guided' || step.rule.kind === 'deconvnet') throw new AppError('explain-unsupported', `'${step.rule.kind}' is defined for ReLU, this network uses PReLU`);
    return [rescaleElements(step, () => {
      const [input] = step.inputs as readonly [Tensor];
      const open = divNoNan(maximum(input, 0), maximum(input, 0));
      return add(open, mul(sub(1, open), step.weights.get('slope')));
    })];
  },
};
