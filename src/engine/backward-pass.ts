import { add, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { BackwardRequest, BackwardRule } from './executor.interface';
import type { PlannedActivations } from './executor';
import { backwardActivation } from './kernels/activation';
import { isRelevanceRule as isRelevance } from './kernels/linear-rules';
import type { InputMask } from './kernels/kernel';
import { kernelOf } from './kernels/registry';
import { alias } from './kernels/spatial';
import type { PlanStep } from './plan';
import type { WeightStore } from './weight-store';

/** Gradients (or relevance) on their way down; owns every tensor it holds. */
class Pending {
  readonly #tensors = new Map<LayerId, Tensor>();
  readonly #unmasked = new Set<LayerId>();

  /** Takes ownership. @param isMasked  true: the derivative of the layer's fused activation is in it already */
  add(id: LayerId, part: Tensor, isMasked = false): void {
    if (!isMasked) this.#unmasked.add(id);
    const sum = this.#tensors.get(id);
    if (sum === undefined) {
      this.#tensors.set(id, part);
      return;
    }
    this.#tensors.set(id, add(sum, part));
    sum.dispose();
    part.dispose();
  }

  /** Gives ownership away. */
  take(id: LayerId): Tensor | null {
    const found = this.#tensors.get(id) ?? null;
    this.#tensors.delete(id);
    return found;
  }

  /** Whether every part that was added was masked: masking twice would change nothing, only cost. */
  isMasked(id: LayerId): boolean {
    return !this.#unmasked.has(id);
  }

  dispose(): void {
    for (const held of this.#tensors.values()) held.dispose();
    this.#tensors.clear();
  }
}

function ruleOf(step: PlanStep, { rule, ruleAt }: BackwardRequest): BackwardRule {
  return ruleAt?.({ layer: step.id, operation: step.operation, inputs: step.inputs, outputShape: step.outputShape }) ?? rule;
}

/** The mask that a step may apply to the gradient of its only input, where that came out of a ReLU and nobody wants it before. */
function maskOf(step: PlanStep, producers: ReadonlyMap<LayerId, PlanStep>, targets: ReadonlySet<LayerId>, request: BackwardRequest): InputMask | null {
  const [input] = step.inputs;
  const producer = step.inputs.length === 1 && input !== undefined && !targets.has(input) ? producers.get(input) : undefined;
  const kind = producer?.activation?.kind;
  if (producer === undefined || (kind !== 'relu' && kind !== 'relu6')) return null;
  if (ruleOf(step, request).kind !== 'gradient' || ruleOf(producer, request).kind !== 'gradient') return null;
  return { high: kind === 'relu6' ? 6 : Number.POSITIVE_INFINITY, isApplied: false };
}

interface Passing {
  readonly rule: BackwardRule;
  readonly upstream: Tensor;
  readonly wants: readonly boolean[];
  readonly isStart: boolean;
  /** The upstream has the derivative of the step's fused activation in it. */
  readonly isMasked: boolean;
  readonly inputMask: InputMask | null;
}

function backwardStep(
  step: PlanStep, activations: PlannedActivations, { rule, upstream, wants, isStart, isMasked, inputMask }: Passing, store: WeightStore,
): readonly (Tensor | null)[] {
  const relevance = isRelevance(rule);
  // LRP counts a batch norm into the layer before it: that layer then uses folded weights, and its batch norm only passes on.
  const batchNorm = step.batchNorm ?? (relevance && !isStart ? step.foldsForRelevance : null);
  const inputs = step.inputs.map((id) => activations.get(id));
  const output = activations.get(step.id);
  const before = step.activation === null || relevance || isMasked ? upstream
    : backwardActivation(step.activation, rule, () => { throw new AppError('internal', 'a fused activation whose input is needed'); }, output, upstream);
  try {
    return kernelOf(step.operation).backward({
      operation: step.operation, rule, upstream: before, inputs, output, weights: store.of(step.node, batchNorm), wants,
      ...(inputMask === null ? {} : { inputMask }),
      ...(rule.kind === 'deep-lift' ? { reference: { inputs: step.inputs.map((id) => rule.reference.get(id)), output: rule.reference.get(step.id) } } : {}),
    });
  } finally {
    if (before !== upstream) before.dispose();
  }
}

/**
 * Walks a forward pass's steps from `request.from` down to the layers of `request.to`.
 *
 * @returns one tensor for each of `to`, of that layer's shape; owned by the caller. A layer that `from` does not depend on is an error.
 * @throws AppError 'explain-unsupported' (rule without meaning on the way), 'layer-unknown' (a value was not kept, or there is no way)
 */
export function runBackward(activations: PlannedActivations, request: BackwardRequest, store: WeightStore): Map<LayerId, Tensor> {
  const { plan } = activations.prepared;
  const resolve = (id: LayerId): LayerId => plan.alias.get(id) ?? id;
  const from = resolve(request.from);
  const targets = new Set(request.to.map(resolve));
  const start = activations.get(from);
  if (request.seed.size !== start.size) throw new AppError('internal', `seed of shape [${request.seed.shape.join(', ')}] for '${from}' [${start.shape.join(', ')}]`);

  const reached = new Set(targets);
  const passedOn = new Set<LayerId>();
  const producers = new Map(plan.steps.map((step) => [step.id, step]));
  for (const step of plan.steps) {
    if (step.inputs.some((input) => reached.has(input))) reached.add(step.id);
    if (step.foldsForRelevance !== null && isRelevance(request.rule)) passedOn.add(step.foldsForRelevance.id);
  }

  const pending = new Pending();
  const results = new Map<LayerId, Tensor>();
  try {
    pending.add(from, reshape(request.seed, start.shape));
    for (let index = plan.steps.length - 1; index >= 0; index -= 1) {
      const step = plan.steps[index];
      if (step === undefined) continue;
      const upstream = pending.take(step.id);
      if (upstream === null) continue;
      try {
        const wants = step.inputs.map((input) => reached.has(input));
        if (wants.includes(true)) {
          const inputMask = maskOf(step, producers, targets, request);
          const parts = passedOn.has(step.id) ? [alias(upstream)] : backwardStep(step, activations, {
            rule: ruleOf(step, request), upstream, wants, isStart: step.id === from, isMasked: pending.isMasked(step.id), inputMask,
          }, store);
          parts.forEach((part, input) => {
            const id = step.inputs[input];
            if (part === null || id === undefined) return;
            if (wants[input] === true) pending.add(id, part, inputMask?.isApplied === true);
            else part.dispose();
          });
        }
      } finally {
        if (targets.has(step.id)) results.set(step.id, upstream);
        else upstream.dispose();
      }
    }
    const result = new Map<LayerId, Tensor>();
    for (const id of request.to) {
      const source = resolve(id);
      const value = results.get(source) ?? pending.take(source);
      if (value === null || value === undefined) throw new AppError('layer-unknown', `'${request.from}' does not depend on '${id}'`);
      results.set(source, value);
      result.set(id, [...result.values()].includes(value) ? alias(value) : value);
    }
    return result;
  } catch (thrown) {
    for (const value of results.values()) value.dispose();
    throw thrown;
  } finally {
    pending.dispose();
  }
}
