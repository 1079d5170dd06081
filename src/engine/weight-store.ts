import { keep, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import { foldBatchNorm } from '../graph/fold-batch-norm';
import type { GraphNode, WeightArray, WeightRole } from '../graph/network-graph';
import type { BackwardRule } from './executor.interface';
import type { StepWeights } from './kernels/kernel';
import type { PlanStep } from './plan';

/** Owns every constant tensor of one executor; uploads on first use. */
export class WeightStore {
  readonly #tensors = new Map<string, Tensor>();
  readonly #steps = new Map<string, StepWeights>();
  readonly #met = new Set<string>();

  /** Weights of a node, with a batch norm folded in when one is given. */
  of(node: GraphNode, batchNorm: GraphNode | null): StepWeights {
    // As JSON: whatever the layers of a file are called, no two of these are alike.
    const prefix = JSON.stringify([node.id, batchNorm?.id ?? null]);
    const known = this.#steps.get(prefix);
    if (known !== undefined) return known;
    // Asked for in every pass: folding anew each time cost as much as the pass itself.
    const made = this.#create(node, batchNorm, prefix);
    this.#steps.set(prefix, made);
    return made;
  }

  /** Whether passes in steps have not yet met this step with such a rule (null: forward): its weights may still have to be turned and packed. */
  isNew(step: PlanStep, rule: BackwardRule | null): boolean {
    return !this.#met.has(keyOf(step, rule));
  }

  noteUse(step: PlanStep, rule: BackwardRule | null): void {
    this.#met.add(keyOf(step, rule));
  }

  #create(node: GraphNode, batchNorm: GraphNode | null, prefix: string): StepWeights {
    let folded: { readonly kernel: WeightArray; readonly bias: WeightArray } | null = null;
    const arrayOf = (role: WeightRole): WeightArray | undefined => {
      if (batchNorm === null) return node.weights[role];
      folded ??= foldBatchNorm(node, batchNorm);
      return role === 'kernel' || role === 'bias' ? folded[role] : undefined;
    };
    const arrayOrThrow = (role: WeightRole): WeightArray => {
      const array = arrayOf(role);
      if (array === undefined) throw new AppError('internal', `'${node.id}' has no weight '${role}'`);
      return array;
    };
    const has = (role: WeightRole): boolean => (batchNorm === null ? node.weights[role] !== undefined : role === 'kernel' || role === 'bias');
    return {
      has,
      get: (role) => this.#once(`${prefix} weight ${role}`, () => {
        const array = arrayOrThrow(role);
        return tensor(array.values, [...array.shape], 'float32');
      }),
      array: arrayOrThrow,
      derive: (key, make) => this.#once(`${prefix} derived ${key}`, make),
    };
  }

  /** Frees everything. Idempotent. */
  dispose(): void {
    for (const owned of this.#tensors.values()) owned.dispose();
    this.#tensors.clear();
    this.#steps.clear();
    this.#met.clear();
  }

  #once(key: string, make: () => Tensor): Tensor {
    const known = this.#tensors.get(key);
    if (known !== undefined) return known;
    // Kernels ask from inside a tidy, which must not free what stays here.
    const made = keep(tidy(make));
    this.#tensors.set(key, made);
    return made;
  }
}

function keyOf({ node, batchNorm }: PlanStep, rule: BackwardRule | null): string {
  return JSON.stringify([node.id, batchNorm?.id ?? null, rule?.kind ?? null]);
}
