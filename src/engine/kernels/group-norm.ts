import { add, mean, mul, reshape, rsqrt, square, sub, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../../contract/errors';
import type { Operation } from '../../graph/ops';
import type { BackwardStep, ForwardStep, Kernel } from './kernel';
import { isRelevanceRule } from './linear-rules';

type GroupNorm = Extract<Operation, { op: 'group-norm' }>;

interface Normalised {
  /** `(x - mean) / sqrt(variance + epsilon)`, `[n, places, groups, channels of a group]`. */
  readonly values: Tensor;
  /** `1 / sqrt(variance + epsilon)`, broadcastable to it. */
  readonly inverse: Tensor;
  readonly axes: readonly number[];
}

/** Used inside a tidy. */
function normalise(input: Tensor, { groups, eachPlace, epsilon }: GroupNorm): Normalised {
  const [pictures = 1] = input.shape;
  const channels = input.shape.at(-1) ?? 1;
  const grouped = reshape(input, [pictures, input.size / (pictures * channels), groups, channels / groups]);
  const axes = eachPlace ? [3] : [1, 3];
  const centred = sub(grouped, mean(grouped, axes, true));
  const inverse = rsqrt(add(mean(square(centred), axes, true), epsilon));
  return { values: mul(centred, inverse), inverse, axes };
}

/**
 * Layer norm, instance norm and group norm: statistics of this very picture, so unlike a batch norm it is not linear and is never folded.
 * With `x` normalised to `v`: `∂L/∂x = (g - mean(g) - v mean(g v)) / sqrt(variance + epsilon)`, `g` the upstream gradient times gamma.
 *
 * @see Wu and He 2018, "Group Normalization", arXiv:1803.08494, eq. 1 to 5
 */
export const groupNormKernel: Kernel<GroupNorm> = {
  forward: (step: ForwardStep<GroupNorm>) => tidy(() => {
    const [input] = step.inputs as readonly [Tensor];
    let value = reshape(normalise(input, step.operation).values, input.shape);
    if (step.weights.has('gamma')) value = mul(value, step.weights.get('gamma'));
    return step.weights.has('beta') ? add(value, step.weights.get('beta')) : value;
  }),
  backward: (step: BackwardStep<GroupNorm>) => {
    if (isRelevanceRule(step.rule) || step.reference !== undefined) {
      throw new AppError('explain-unsupported', `'${step.rule.kind}' is not defined for a normalisation by the picture's own statistics`);
    }
    return [tidy(() => {
      const [input] = step.inputs as readonly [Tensor];
      const { values, inverse, axes } = normalise(input, step.operation);
      const scaled = step.weights.has('gamma') ? mul(step.upstream, step.weights.get('gamma')) : step.upstream;
      const upstream = reshape(scaled, values.shape);
      const centred = sub(upstream, mean(upstream, [...axes], true));
      return reshape(mul(sub(centred, mul(values, mean(mul(upstream, values), [...axes], true))), inverse), input.shape);
    })];
  },
};
