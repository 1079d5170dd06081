import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape, WeightArray, WeightRole } from '../../graph/network-graph';
import type { Activation, Operation } from '../../graph/ops';
import type { BackwardRule } from '../executor.interface';

/** Constant tensors of one step, uploaded on first use and kept until the executor is disposed. All borrowed. */
export interface StepWeights {
  has(role: WeightRole): boolean;
  get(role: WeightRole): Tensor;
  /** The same numbers on the CPU, for a tensor that is easier to arrange there. */
  array(role: WeightRole): WeightArray;
  /**
   * A tensor made once from the weights (a flipped kernel, say) and kept beside them, for steps of every plan.
   *
   * @param key  names everything that the tensor depends on beside the weights and what is the same in all plans: a step's
   *             padding and the size of its input are not, for a plan may count a padding before into a convolution
   */
  derive(key: string, make: () => Tensor): Tensor;
}

export interface ForwardStep<O extends Operation = Operation> {
  readonly operation: O;
  /** Borrowed, `[n, …]`. */
  readonly inputs: readonly Tensor[];
  readonly weights: StepWeights;
  /** Applied to the result where a kernel can fuse it (convolutions, dense); null elsewhere. */
  readonly activation: Activation | null;
  /** Without the batch axis. */
  readonly outputShape: Shape;
}

/** The derivative of the activation that made a step's input: 1 where 0 < input < high, else 0. */
export interface InputMask {
  readonly high: number;
  /** True: the gradient that was returned has been multiplied by it. */
  isApplied: boolean;
}

export interface BackwardStep<O extends Operation = Operation> {
  readonly operation: O;
  readonly rule: BackwardRule;
  /** Gradient or relevance of the output (before a fused activation), `[n, …]`. Borrowed. */
  readonly upstream: Tensor;
  /** Forward values, borrowed. */
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly weights: StepWeights;
  /** `deep-lift` only: the same step's values in the reference pass, borrowed. */
  readonly reference?: { readonly inputs: readonly Tensor[]; readonly output: Tensor };
  /** Set where the only input came out of a ReLU whose derivative may be applied at once; a kernel that does so says so. */
  readonly inputMask?: InputMask;
  /** Which inputs' gradients are wanted; the others are answered with null. */
  readonly wants: readonly boolean[];
}

/**
 * One operation: its value and its vector-Jacobian product under a rule, written with tfjs-core operations.
 * Results are owned by the caller; a result may share its buffer with an input (reshape), never its tensor.
 */
export interface Kernel<O extends Operation = Operation> {
  forward(step: ForwardStep<O>): Tensor;
  /** @throws AppError 'explain-unsupported' where the rule has no meaning for the operation */
  backward(step: BackwardStep<O>): readonly (Tensor | null)[];
  /**
   * The same with pauses, for rules that take long; yields the part that is done. No pause lies inside a tidy; what it borrows stays.
   * Dropped at a pause it frees everything.
   */
  backwardInSteps?(step: BackwardStep<O>): Generator<number, readonly (Tensor | null)[], void>;
}
