import { fused, matMul, transpose, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Operation } from '../../graph/ops';
import { drain } from '../in-steps';
import { fusedName } from './activation';
import { signedKernel } from './convolution';
import type { BackwardStep, ForwardStep, Kernel, StepWeights } from './kernel';
import { backwardLinearInSteps, type LinearMap } from './linear-rules';

type Dense = Extract<Operation, { op: 'dense' }>;

/** Above this many weights a transposed copy costs more memory than it is worth (VGG's 25088 x 4096). */
const maxTransposedCopy = 2 ** 24;

function linearMap(weights: StepWeights): LinearMap {
  const bias = weights.has('bias') ? weights.get('bias') : null;
  return {
    bias,
    apply: (input, sign, withBias) => fused.matMul({
      a: input as Tensor2D, b: signedKernel(weights, sign) as Tensor2D, ...(withBias && bias !== null ? { bias: bias as Tensor1D } : {}),
    }),
    transpose: (upstream, sign) => {
      const kernel = signedKernel(weights, sign) as Tensor2D;
      if (kernel.size > maxTransposedCopy) return matMul(upstream as Tensor2D, kernel, false, true);
      return matMul(upstream as Tensor2D, weights.derive(`transposed ${sign}`, () => transpose(kernel)) as Tensor2D);
    },
  };
}

function* passBack(step: BackwardStep<Dense>): Generator<number, readonly Tensor[], void> {
  const [input] = step.inputs as readonly [Tensor];
  return [yield* backwardLinearInSteps(linearMap(step.weights), step.rule, () => input, step.upstream)];
}

/** Fully connected layer, `[n, cin]` → `[n, cout]`. */
export const denseKernel: Kernel<Dense> = {
  forward: (step: ForwardStep<Dense>) => fused.matMul({
    a: step.inputs[0] as Tensor2D, b: step.weights.get('kernel') as Tensor2D,
    ...(step.weights.has('bias') ? { bias: step.weights.get('bias') as Tensor1D } : {}), ...fusedName(step.activation),
  }),
  backward: (step: BackwardStep<Dense>) => drain(passBack(step)),
  backwardInSteps: passBack,
};
