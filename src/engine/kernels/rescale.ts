import { abs, add, div, divNoNan, maximum, minimum, mul, neg, step as positive, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../../contract/errors';
import type { BackwardStep } from './kernel';
import { sumToShape } from './spatial';

/*
 * DeepLIFT's rescale rule: at a nonlinearity the multiplier is (difference of the outputs) / (difference of the inputs)
 * between this pass and the reference pass, so that multiplier times difference always adds up.
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685, section 3.5.1.
 */

/**
 * Below this part of the inputs' sizes their difference is so near to f32 rounding (6e-8) that the derivative, itself off by about the
 * same part, is the better quotient. Inputs on both sides of a ReLU's corner differ by their whole sizes and are never near.
 */
const nearShare = 1e-4;

function referenceOf(step: BackwardStep): { readonly inputs: readonly Tensor[]; readonly output: Tensor } {
  if (step.reference === undefined) throw new AppError('internal', 'deep-lift without a reference pass');
  return step.reference;
}

/**
 * Elementwise function: `upstream · Δy / Δx`, with the derivative where the inputs agree; the plain gradient under any other rule.
 *
 * @param derivative  of the function at this pass's input, made inside a tidy; null: 0 where the inputs agree
 * @returns           shape of the input · owned by the caller
 */
export function rescaleElements(step: BackwardStep, derivative: (() => Tensor) | null): Tensor {
  return tidy(() => {
    if (step.reference === undefined) {
      if (derivative === null) throw new AppError('internal', 'a gradient without a derivative');
      return mul(step.upstream, derivative());
    }
    const reference = referenceOf(step);
    const [input, past] = [step.inputs[0] as Tensor, reference.inputs[0] as Tensor];
    const difference = sub(input, past);
    // 1 - step, not step of the opposite: where both are 0 they agree too.
    const near = sub(1, positive(sub(abs(difference), mul(add(abs(input), abs(past)), nearShare))));
    const slope = mul(sub(1, near), div(sub(step.output, reference.output), add(difference, near)));
    return mul(step.upstream, derivative === null ? slope : add(slope, mul(near, derivative())));
  });
}

/**
 * Maximum of a window. What the output gained goes to where this pass has its maximum, what it lost to where the reference
 * had its own; each is divided by that place's difference, which cannot be 0 there.
 *
 * @param route  gradient of the maximum for given input, output and upstream; owned by the caller
 */
export function rescaleMaximum(step: BackwardStep, route: (input: Tensor, output: Tensor, upstream: Tensor) => Tensor): Tensor {
  const [input] = step.inputs as readonly [Tensor];
  if (step.reference === undefined) return route(input, step.output, step.upstream);
  const { output } = step.reference;
  const [reference] = step.reference.inputs as readonly [Tensor];
  return tidy(() => {
    const change = sub(step.output, output);
    const gained = route(input, step.output, mul(step.upstream, maximum(change, 0)));
    const lost = route(reference, output, mul(step.upstream, minimum(change, 0)));
    const difference = sub(input, reference);
    const unchanged = sub(1, positive(abs(difference)));
    return add(divNoNan(add(gained, lost), difference), mul(unchanged, route(input, step.output, step.upstream)));
  });
}

/** Product of branches: each factor's multiplier is the mean of the other before and after (its Shapley share), taken pair by pair. */
export function rescaleProduct(step: BackwardStep): readonly (Tensor | null)[] {
  const reference = referenceOf(step);
  const factors = step.inputs.map((input, index) => ({ now: input, past: reference.inputs[index] as Tensor }));
  return step.inputs.map((input, index) => (step.wants[index] !== true ? null : tidy(() => {
    // ((f0 f1) f2) f3: a factor's multiplier is the mean of the product before it, times the means of the factors after it.
    const mean = ({ now, past }: { now: Tensor; past: Tensor }): Tensor => mul(add(now, past), 0.5);
    const before = factors.slice(0, index);
    let multiplier: Tensor = step.upstream;
    if (before.length > 0) {
      const product = before.reduce((total, next) => ({ now: mul(total.now, next.now), past: mul(total.past, next.past) }));
      multiplier = mul(multiplier, mean(product));
    }
    for (const next of factors.slice(index + 1)) multiplier = mul(multiplier, mean(next));
    return sumToShape(multiplier, input.shape);
  })));
}

/** Quotient a / b, as the product of a and 1 / b. */
export function rescaleQuotient(step: BackwardStep): readonly (Tensor | null)[] {
  const reference = referenceOf(step);
  const [a, b] = step.inputs as readonly [Tensor, Tensor];
  const [a0, b0] = reference.inputs as readonly [Tensor, Tensor];
  return [
    step.wants[0] === true ? tidy(() => sumToShape(mul(step.upstream, mul(add(div(1, b), div(1, b0)), 0.5)), a.shape)) : null,
    step.wants[1] === true ? tidy(() => sumToShape(neg(mul(step.upstream, div(mul(add(a, a0), 0.5), mul(b, b0)))), b.shape)) : null,
  ];
}
