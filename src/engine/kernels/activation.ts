import {
  add, clipByValue, elu, erf, exp, leakyRelu, mul, relu, relu6, sigmoid, square, step as stepFunction, sub, tanh, tidy,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { AppError } from '../../contract/errors';
import type { Activation, Operation } from '../../graph/ops';
import type { BackwardRule } from '../executor.interface';
import { borrowNativeKernels } from '../native/native-kernels';
import type { BackwardStep, ForwardStep, Kernel } from './kernel';
import { rescaleElements } from './rescale';
import { alias } from './spatial';

type ActivationOperation = Extract<Operation, { op: 'activation' }>;

/** True where tfjs can apply the activation inside a convolution and its derivative can be read off the output alone. */
export function isFusable(activation: Activation): boolean {
  switch (activation.kind) {
    case 'relu': case 'relu6': case 'sigmoid': return true;
    case 'elu': return activation.alpha === 1;
    case 'leaky-relu': return activation.slope > 0;
    default: return false;
  }
}

/** The activation as an argument of tfjs's fused operations. */
export function fusedName(activation: Activation | null): { activation?: 'relu' | 'relu6' | 'sigmoid' | 'elu' | 'leakyrelu'; leakyreluAlpha?: number } {
  if (activation === null) return {};
  switch (activation.kind) {
    case 'relu': case 'relu6': case 'sigmoid': case 'elu': return { activation: activation.kind };
    case 'leaky-relu': return { activation: 'leakyrelu', leakyreluAlpha: activation.slope };
    default: throw new AppError('internal', `'${activation.kind}' cannot be fused`);
  }
}

const geluTanhScale = Math.sqrt(2 / Math.PI);

function geluTanh(x: Tensor): Tensor {
  return tanh(mul(add(x, mul(mul(square(x), x), 0.044715)), geluTanhScale));
}

/** Value of an activation function, elementwise. Owned by the caller. */
function activate(activation: Activation, x: Tensor): Tensor {
  switch (activation.kind) {
    case 'relu': return relu(x);
    case 'relu6': return relu6(x);
    case 'clip': return clipByValue(x, activation.min, activation.max);
    case 'leaky-relu': return leakyRelu(x, activation.slope);
    case 'sigmoid': return sigmoid(x);
    case 'tanh': return tanh(x);
    case 'elu':
      if (activation.alpha === 1) return elu(x);
      return tidy(() => add(relu(x), mul(sub(exp(sub(x, relu(x))), 1), activation.alpha)));
    case 'hard-sigmoid': return tidy(() => clipByValue(add(mul(x, activation.slope), activation.offset), 0, 1));
    case 'hard-swish': return tidy(() => mul(x, mul(relu6(add(x, 3)), 1 / 6)));
    case 'silu': return tidy(() => mul(x, sigmoid(x)));
    case 'gelu': return tidy(() => mul(mul(x, 0.5), add(activation.approximate ? geluTanh(x) : erf(mul(x, Math.SQRT1_2)), 1)));
  }
}

/** 1 where low < value < high, else 0: the product of both distances is positive only between. */
function inside(value: Tensor, low: number, high: number): Tensor {
  return stepFunction(mul(low === 0 ? value : sub(value, low), sub(high, value)));
}

/** Derivative of an activation, from its output y and, where that is not enough, its input x. Used inside a tidy. */
function derivative(activation: Activation, x: () => Tensor, y: Tensor): Tensor {
  switch (activation.kind) {
    case 'relu': return stepFunction(y);
    case 'relu6': return inside(y, 0, 6);
    case 'clip': return inside(y, activation.min, activation.max);
    // For a positive slope the output has the input's sign.
    case 'leaky-relu': return stepFunction(activation.slope > 0 ? y : x(), activation.slope);
    case 'sigmoid': return mul(y, sub(1, y));
    case 'tanh': return sub(1, square(y));
    case 'elu': {
      const open = stepFunction(y);
      return add(open, mul(sub(1, open), add(y, activation.alpha)));
    }
    case 'hard-sigmoid': return mul(inside(y, 0, 1), activation.slope);
    case 'hard-swish': {
      const open = inside(x(), -3, 3);
      return add(mul(open, mul(add(mul(x(), 2), 3), 1 / 6)), stepFunction(sub(x(), 3)));
    }
    case 'silu': {
      const gate = sigmoid(x());
      return mul(gate, add(mul(x(), sub(1, gate)), 1));
    }
    case 'gelu': {
      if (!activation.approximate) {
        const density = mul(exp(mul(square(x()), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return add(mul(add(erf(mul(x(), Math.SQRT1_2)), 1), 0.5), mul(x(), density));
      }
      const t = geluTanh(x());
      const inner = mul(add(mul(square(x()), 3 * 0.044715), 1), geluTanhScale);
      return add(mul(add(t, 1), 0.5), mul(mul(mul(x(), 0.5), sub(1, square(t))), inner));
    }
  }
}

/** The derivative's product in one go, by our own kernel, where the derivative is 1 or a constant; else null. */
function maskNatively(activation: Activation, upstream: Tensor, y: Tensor, positiveOnly: boolean): Tensor | null {
  const native = borrowNativeKernels();
  if (native === null) return null;
  switch (activation.kind) {
    case 'relu': return native.mask(upstream, y, Number.POSITIVE_INFINITY, 0, positiveOnly);
    case 'relu6': return native.mask(upstream, y, 6, 0, positiveOnly);
    case 'leaky-relu': return activation.slope > 0 ? native.mask(upstream, y, Number.POSITIVE_INFINITY, activation.slope, positiveOnly) : null;
    default: return null;
  }
}

function isRectifier(activation: Activation): boolean {
  return activation.kind === 'relu' || activation.kind === 'relu6' || (activation.kind === 'clip' && activation.min === 0);
}

/**
 * Backward pass through an activation function under a rule.
 *
 * @param x  its input; asked for only where the output does not tell the derivative
 * @param y  its output, borrowed
 * @returns  owned by the caller
 * @throws AppError 'explain-unsupported': guided backpropagation and deconvnet are defined for ReLU and ReLU6 only
 * @see Springenberg et al. 2014 (guided), Zeiler and Fergus 2013 (deconvnet)
 */
export function backwardActivation(activation: Activation, rule: BackwardRule, x: () => Tensor, y: Tensor, upstream: Tensor): Tensor {
  switch (rule.kind) {
    case 'gradient': return maskNatively(activation, upstream, y, false) ?? tidy(() => mul(upstream, derivative(activation, x, y)));
    case 'guided': case 'deconvnet':
      if (!isRectifier(activation)) throw new AppError('explain-unsupported', `'${rule.kind}' is defined for ReLU, this network uses '${activation.kind}'`);
      if (rule.kind === 'deconvnet') return relu(upstream);
      return maskNatively(activation, upstream, y, true) ?? tidy(() => mul(relu(upstream), derivative(activation, x, y)));
    case 'deep-lift': throw new AppError('internal', 'deep-lift needs a pass of mode inspect: a fused activation has no input to compare');
    default: return alias(upstream);
  }
}

export const activationKernel: Kernel<ActivationOperation> = {
  forward: (step: ForwardStep<ActivationOperation>) => activate(step.operation.activation, step.inputs[0] as Tensor),
  backward: (step: BackwardStep<ActivationOperation>) => (step.reference !== undefined
    ? [rescaleElements(step, () => derivative(step.operation.activation, () => step.inputs[0] as Tensor, step.output))]
    : [backwardActivation(step.operation.activation, step.rule, () => step.inputs[0] as Tensor, step.output, step.upstream)]),
};
