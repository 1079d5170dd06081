import { add, divNoNan, mul, neg, relu, step, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { BackwardRule } from '../executor.interface';
import { drain } from '../in-steps';

/** Which weights take part: all, or only those of one sign (the others read as 0). */
export type WeightSign = 'all' | 'positive' | 'negative';

/** A layer that is linear in its input: convolution, dense, average, batch norm with stored statistics. */
export interface LinearMap {
  /** `z = W x (+ b)`; the bias takes part only when asked for. */
  apply(input: Tensor, sign: WeightSign, withBias: boolean): Tensor;
  /** `W^T g`, of the input's shape. */
  transpose(upstream: Tensor, sign: WeightSign): Tensor;
  /** Bias, broadcastable to the output, or null. Borrowed. */
  readonly bias: Tensor | null;
}

/** `upstream / (z + epsilon * sign(z))` with `sign(0) = +1`; 0 where the denominator is 0. Owned by the caller. */
export function divideStabilised(upstream: Tensor, z: Tensor, epsilon: number): Tensor {
  return tidy(() => {
    if (epsilon === 0) return divNoNan(upstream, z);
    const signed = sub(epsilon, mul(step(neg(z)), 2 * epsilon));
    return divNoNan(upstream, add(z, signed));
  });
}

/** Makes a tensor and keeps it until the rule is done; what it needs between is freed at once. */
type Keep = (make: () => Tensor) => Tensor;
/** A rule in parts: a pause (the part that is done) before each convolution or so. The result is kept like everything else. */
type InParts = Generator<number, Tensor, void>;

function* relevanceEpsilon(map: LinearMap, input: Tensor, upstream: Tensor, epsilon: number, keep: Keep): InParts {
  const z = keep(() => map.apply(input, 'all', true));
  yield 0.4;
  const share = keep(() => divideStabilised(upstream, z, epsilon));
  return keep(() => mul(input, map.transpose(share, 'all')));
}

function* relevanceAlpha1Beta0(map: LinearMap, input: Tensor, upstream: Tensor, keep: Keep): InParts {
  const positive = keep(() => relu(input));
  const negative = keep(() => sub(input, positive));
  const risen = keep(() => map.apply(positive, 'positive', false));
  yield 0.2;
  const fallen = keep(() => map.apply(negative, 'negative', false));
  yield 0.4;
  const share = keep(() => {
    const z = add(risen, fallen);
    return divNoNan(upstream, map.bias === null ? z : add(z, relu(map.bias)));
  });
  yield 0.5;
  const upper = keep(() => mul(positive, map.transpose(share, 'positive')));
  yield 0.75;
  return keep(() => add(upper, mul(negative, map.transpose(share, 'negative'))));
}

/**
 * Contributions that push the output the way it went count 1 + gamma times; for non-negative inputs and a positive output
 * this is Montavon's `w + gamma w+`. Both denominators are at least |z|, so nothing explodes, for signed inputs neither.
 */
function* relevanceGamma(map: LinearMap, input: Tensor, upstream: Tensor, gamma: number, keep: Keep): InParts {
  const positive = keep(() => relu(input));
  const negative = keep(() => sub(input, positive));
  const z = keep(() => map.apply(input, 'all', true));
  yield 0.1;
  const risen = keep(() => map.apply(positive, 'positive', false));
  yield 0.2;
  const fallen = keep(() => map.apply(negative, 'negative', false));
  yield 0.3;
  const up = keep(() => {
    const sum = add(risen, fallen);
    return map.bias === null ? sum : add(sum, relu(map.bias));
  });
  const whenUp = keep(() => mul(step(z), divNoNan(upstream, add(z, mul(up, gamma)))));
  yield 0.4;
  const whenDown = keep(() => mul(step(neg(z)), divNoNan(upstream, add(z, mul(sub(z, up), gamma)))));
  yield 0.5;
  const plain = keep(() => mul(input, map.transpose(add(whenUp, whenDown), 'all')));
  yield 0.6;
  const upOfPositive = keep(() => map.transpose(whenUp, 'positive'));
  yield 0.7;
  const ofPositive = keep(() => mul(positive, add(upOfPositive, map.transpose(whenDown, 'negative'))));
  yield 0.8;
  const upOfNegative = keep(() => map.transpose(whenUp, 'negative'));
  yield 0.9;
  const ofNegative = keep(() => mul(negative, add(upOfNegative, map.transpose(whenDown, 'positive'))));
  return keep(() => add(plain, mul(add(ofPositive, ofNegative), gamma)));
}

/** Products measured from the ends of the range each pixel can have, so that a dark pixel takes part too; the bias does not. */
function* relevanceBox(map: LinearMap, input: Tensor, upstream: Tensor, low: Tensor, high: Tensor, keep: Keep): InParts {
  const plain = keep(() => map.apply(input, 'all', false));
  yield 0.15;
  const fromLow = keep(() => sub(plain, map.apply(low, 'positive', false)));
  yield 0.3;
  const share = keep(() => divNoNan(upstream, sub(fromLow, map.apply(high, 'negative', false))));
  yield 0.5;
  const all = keep(() => mul(input, map.transpose(share, 'all')));
  yield 0.65;
  const withoutLow = keep(() => sub(all, mul(low, map.transpose(share, 'positive'))));
  yield 0.8;
  return keep(() => sub(withoutLow, mul(high, map.transpose(share, 'negative'))));
}

function partsOf(map: LinearMap, rule: BackwardRule, input: () => Tensor, upstream: Tensor, keep: Keep): InParts | null {
  switch (rule.kind) {
    case 'lrp-epsilon': return relevanceEpsilon(map, input(), upstream, rule.epsilon, keep);
    case 'lrp-alpha1-beta0': return relevanceAlpha1Beta0(map, input(), upstream, keep);
    case 'lrp-gamma': return relevanceGamma(map, input(), upstream, rule.gamma, keep);
    case 'lrp-box': return relevanceBox(map, input(), upstream, rule.low, rule.high, keep);
    default: return null;
  }
}

/**
 * Backward pass of a linear layer: the transposed map for gradient-like rules, relevance in proportion to the
 * products `a_i w_ij` for LRP. Yields the part that is done; dropped, it frees what it made.
 *
 * @param input  the layer's input; read by the LRP rules only
 * @returns      gradient or relevance of the input, owned by the caller
 * @see Bach et al. 2015, eq. 58 (epsilon) and eq. 60 (alpha-beta)
 * @see Montavon et al. 2019, Layer-wise relevance propagation: an overview, section 10.2.1 and table 10.1 (gamma), 10.3.2 (z^B)
 */
export function* backwardLinearInSteps(map: LinearMap, rule: BackwardRule, input: () => Tensor, upstream: Tensor): InParts {
  const held = new Set<Tensor>();
  const keep: Keep = (make) => {
    const made = tidy(make);
    held.add(made);
    return made;
  };
  const parts = partsOf(map, rule, input, upstream, keep);
  if (parts === null) return map.transpose(upstream, 'all');
  try {
    const result = yield* parts;
    held.delete(result);
    return result;
  } finally {
    for (const made of held) made.dispose();
  }
}

/** {@link backwardLinearInSteps} without a pause. */
export function backwardLinear(map: LinearMap, rule: BackwardRule, input: () => Tensor, upstream: Tensor): Tensor {
  return drain(backwardLinearInSteps(map, rule, input, upstream));
}

/** True for the rules that share out relevance instead of differentiating. */
export function isRelevanceRule(rule: BackwardRule): boolean {
  return relevanceEpsilonOf(rule) !== null;
}

/** Epsilon of a rule for the layers that all LRP rules treat alike (averages, additions); null for gradient-like rules. */
export function relevanceEpsilonOf(rule: BackwardRule): number | null {
  switch (rule.kind) {
    case 'lrp-epsilon': case 'lrp-gamma': return rule.epsilon;
    case 'lrp-alpha1-beta0': case 'lrp-box': case 'lrp-pass': return 0;
    default: return null;
  }
}
