import { add, divNoNan, mul, neg, relu, step, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { BackwardRule } from '../executor.interface';

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

function relevanceEpsilon(map: LinearMap, input: Tensor, upstream: Tensor, epsilon: number): Tensor {
  return tidy(() => mul(input, map.transpose(divideStabilised(upstream, map.apply(input, 'all', true), epsilon), 'all')));
}

function relevanceAlpha1Beta0(map: LinearMap, input: Tensor, upstream: Tensor): Tensor {
  return tidy(() => {
    const positive = relu(input);
    const negative = sub(input, positive);
    let z = add(map.apply(positive, 'positive', false), map.apply(negative, 'negative', false));
    if (map.bias !== null) z = add(z, relu(map.bias));
    const share = divNoNan(upstream, z);
    return add(mul(positive, map.transpose(share, 'positive')), mul(negative, map.transpose(share, 'negative')));
  });
}

/**
 * Contributions that push the output the way it went count 1 + gamma times; for non-negative inputs and a positive output
 * this is Montavon's `w + gamma w+`. Both denominators are at least |z|, so nothing explodes, for signed inputs neither.
 */
function relevanceGamma(map: LinearMap, input: Tensor, upstream: Tensor, gamma: number): Tensor {
  return tidy(() => {
    const positive = relu(input);
    const negative = sub(input, positive);
    const z = map.apply(input, 'all', true);
    let up = add(map.apply(positive, 'positive', false), map.apply(negative, 'negative', false));
    if (map.bias !== null) up = add(up, relu(map.bias));
    const rising = step(z);
    const falling = step(neg(z));
    const whenUp = mul(rising, divNoNan(upstream, add(z, mul(up, gamma))));
    const whenDown = mul(falling, divNoNan(upstream, add(z, mul(sub(z, up), gamma))));
    const plain = mul(input, map.transpose(add(whenUp, whenDown), 'all'));
    const boosted = add(
      mul(positive, add(map.transpose(whenUp, 'positive'), map.transpose(whenDown, 'negative'))),
      mul(negative, add(map.transpose(whenUp, 'negative'), map.transpose(whenDown, 'positive'))));
    return add(plain, mul(boosted, gamma));
  });
}

/** Products measured from the ends of the range each pixel can have, so that a dark pixel takes part too; the bias does not. */
function relevanceBox(map: LinearMap, input: Tensor, upstream: Tensor, low: Tensor, high: Tensor): Tensor {
  return tidy(() => {
    const z = sub(sub(map.apply(input, 'all', false), map.apply(low, 'positive', false)), map.apply(high, 'negative', false));
    const share = divNoNan(upstream, z);
    const all = mul(input, map.transpose(share, 'all'));
    return sub(sub(all, mul(low, map.transpose(share, 'positive'))), mul(high, map.transpose(share, 'negative')));
  });
}

/**
 * Backward pass of a linear layer: the transposed map for gradient-like rules, relevance in proportion to the
 * products `a_i w_ij` for LRP.
 *
 * @param input  the layer's input; read by the LRP rules only
 * @returns      gradient or relevance of the input, owned by the caller
 * @see Bach et al. 2015, eq. 58 (epsilon) and eq. 60 (alpha-beta)
 * @see Montavon et al. 2019, Layer-wise relevance propagation: an overview, table 1 (gamma, z^B)
 */
export function backwardLinear(map: LinearMap, rule: BackwardRule, input: () => Tensor, upstream: Tensor): Tensor {
  switch (rule.kind) {
    case 'lrp-epsilon': return relevanceEpsilon(map, input(), upstream, rule.epsilon);
    case 'lrp-alpha1-beta0': return relevanceAlpha1Beta0(map, input(), upstream);
    case 'lrp-gamma': return relevanceGamma(map, input(), upstream, rule.gamma);
    case 'lrp-box': return relevanceBox(map, input(), upstream, rule.low, rule.high);
    default: return map.transpose(upstream, 'all');
  }
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
