import { add, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { BackwardRequest, BackwardRule } from './executor.interface';
import type { PlannedActivations } from './executor';
import { WorkMeter, workOf } from './in-steps';
import { backwardActivation } from './kernels/activation';
import { isRelevanceRule as isRelevance } from './kernels/linear-rules';
import type { BackwardStep, InputMask } from './kernels/kernel';
import { kernelOf } from './kernels/registry';
import { alias } from './kernels/spatial';
import type { Plan, PlanStep } from './plan';
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

  has(id: LayerId): boolean {
    return this.#tensors.has(id);
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

function* backwardStep(
  step: PlanStep, activations: PlannedActivations, { rule, upstream, wants, isStart, isMasked, inputMask }: Passing, store: WeightStore, inSteps: boolean,
): Generator<number, readonly (Tensor | null)[], void> {
  const relevance = isRelevance(rule);
  // LRP counts a batch norm into the layer before it: that layer then uses folded weights, and its batch norm only passes on.
  const batchNorm = step.batchNorm ?? (relevance && !isStart ? step.foldsForRelevance : null);
  const inputs = step.inputs.map((id) => activations.get(id));
  const output = activations.get(step.id);
  const before = step.activation === null || relevance || isMasked ? upstream
    : backwardActivation(step.activation, rule, () => { throw new AppError('internal', 'a fused activation whose input is needed'); }, output, upstream);
  try {
    const kernel = kernelOf(step.operation);
    const given: BackwardStep = {
      operation: step.operation, rule, upstream: before, inputs, output, weights: store.of(step.node, batchNorm), wants,
      ...(inputMask === null ? {} : { inputMask }),
      ...(rule.kind === 'deep-lift' ? { reference: { inputs: step.inputs.map((id) => rule.reference.get(id)), output: rule.reference.get(step.id) } } : {}),
    };
    return inSteps && kernel.backwardInSteps !== undefined ? yield* kernel.backwardInSteps(given) : kernel.backward(given);
  } finally {
    if (before !== upstream) before.dispose();
  }
}

/** For a pass in steps. */
export interface Pausing {
  /** Called after each pause. @throws AppError 'internal' when the weights are gone */
  readonly requireAlive: () => void;
  /** Multiply-adds. */
  readonly betweenPauses: number;
}

/** What of a plan lies between the request's two ends. */
interface Route {
  readonly from: LayerId;
  readonly targets: ReadonlySet<LayerId>;
  /** Values that depend on a target, and the targets. */
  readonly reached: ReadonlySet<LayerId>;
  /** Batch norms that LRP takes as part of the layer before. */
  readonly passedOn: ReadonlySet<LayerId>;
  readonly producers: ReadonlyMap<LayerId, PlanStep>;
}

function findRoute({ steps, alias: aliases }: Plan, request: BackwardRequest): Route {
  const resolve = (id: LayerId): LayerId => aliases.get(id) ?? id;
  const targets = new Set(request.to.map(resolve));
  const reached = new Set(targets);
  const passedOn = new Set<LayerId>();
  for (const step of steps) {
    if (step.inputs.some((input) => reached.has(input))) reached.add(step.id);
    if (step.foldsForRelevance !== null && isRelevance(request.rule)) passedOn.add(step.foldsForRelevance.id);
  }
  return { from: resolve(request.from), targets, reached, passedOn, producers: new Map(steps.map((step) => [step.id, step])) };
}

/** Says before each step whether to pause, and how far the pass is. */
interface Meter {
  readonly begin: (step: PlanStep) => number | null;
  readonly within: (part: number) => number;
}

function meterOf(plan: Plan, { from, reached }: Route, request: BackwardRequest, pictures: number, store: WeightStore, betweenPauses: number): Meter {
  const workOfStep = (step: PlanStep): number => {
    const rule = ruleOf(step, request);
    return workOf(step, rule, pictures, store.isNew(step, rule));
  };
  const last = plan.steps.findIndex((step) => step.id === from);
  const meter = new WorkMeter(plan.steps.slice(0, last + 1).filter((step) => step.inputs.some((input) => reached.has(input))).map(workOfStep), betweenPauses);
  return {
    begin: (step) => {
      const fraction = meter.begin(workOfStep(step));
      store.noteUse(step, ruleOf(step, request));
      return fraction;
    },
    within: (part) => meter.within(part),
  };
}

/**
 * Walks a forward pass's steps from `request.from` down to the layers of `request.to`; yields the part that is done. Dropped at a
 * pause it frees everything.
 *
 * @param pausing  null: does not yield
 * @returns        one tensor for each of `to`, of that layer's shape; owned by the caller. A layer that `from` does not depend on is an error.
 * @throws AppError 'explain-unsupported' (rule without meaning on the way), 'layer-unknown' (a value was not kept, or there is no way)
 */
export function* walkBackward(
  activations: PlannedActivations, request: BackwardRequest, store: WeightStore, pausing: Pausing | null,
): Generator<number, Map<LayerId, Tensor>, void> {
  const { plan } = activations.prepared;
  const route = findRoute(plan, request);
  const { from, targets, reached, passedOn, producers } = route;
  const start = activations.get(from);
  if (request.seed.size !== start.size) throw new AppError('internal', `seed of shape [${request.seed.shape.join(', ')}] for '${from}' [${start.shape.join(', ')}]`);
  const meter = pausing === null ? null : meterOf(plan, route, request, start.shape[0] ?? 1, store, pausing.betweenPauses);
  const pending = new Pending();
  const results = new Map<LayerId, Tensor>();
  let isGiven = false;
  try {
    pending.add(from, reshape(request.seed, start.shape));
    for (let index = plan.steps.length - 1; index >= 0; index -= 1) {
      const step = plan.steps[index];
      if (step === undefined || !pending.has(step.id)) continue;
      const wants = step.inputs.map((input) => reached.has(input));
      const fraction = meter === null || !wants.includes(true) ? null : meter.begin(step);
      if (fraction !== null) {
        yield fraction;
        pausing?.requireAlive();
      }
      const upstream = pending.take(step.id);
      if (upstream === null) continue;
      try {
        if (wants.includes(true)) {
          const inputMask = maskOf(step, producers, targets, request);
          const steps = backwardStep(step, activations, {
            rule: ruleOf(step, request), upstream, wants, isStart: step.id === from, isMasked: pending.isMasked(step.id), inputMask,
          }, store, meter !== null);
          const parts = passedOn.has(step.id) ? [alias(upstream)] : yield* meter === null ? steps : scale(steps, meter, pausing);
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
    const result = collect(request, plan, pending, results);
    isGiven = true;
    return result;
  } finally {
    // Failed or dropped half way.
    if (!isGiven) for (const value of results.values()) value.dispose();
    pending.dispose();
  }
}

/** One step's pauses, as parts of the whole pass. */
function* scale<Result>(steps: Generator<number, Result, void>, meter: Meter, pausing: Pausing | null): Generator<number, Result, void> {
  try {
    for (;;) {
      const next = steps.next();
      if (next.done === true) return next.value;
      yield meter.within(next.value);
      pausing?.requireAlive();
    }
  } finally {
    steps.return(undefined as never);
  }
}

/** What was asked for, each layer with a tensor of its own. */
function collect(request: BackwardRequest, plan: Plan, pending: Pending, results: Map<LayerId, Tensor>): Map<LayerId, Tensor> {
  const result = new Map<LayerId, Tensor>();
  for (const id of request.to) {
    const source = plan.alias.get(id) ?? id;
    const value = results.get(source) ?? pending.take(source);
    if (value === null || value === undefined) throw new AppError('layer-unknown', `'${request.from}' does not depend on '${id}'`);
    results.set(source, value);
    result.set(id, [...result.values()].includes(value) ? alias(value) : value);
  }
  return result;
}
