import { reshape, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { NetworkGraph } from '../graph/network-graph';
import { walkBackward } from './backward-pass';
import type { ActivationSet, BackwardRequest, Executor, ForwardOptions, PlanMode } from './executor.interface';
import { drain, workBetweenPauses, WorkMeter, workOf } from './in-steps';
import { kernelOf } from './kernels/registry';
import { alias } from './kernels/spatial';
import { compilePlan, listLayers, type Plan, type PlanStep } from './plan';
import { WeightStore } from './weight-store';

/** A plan with what the executor must remember while it runs. */
export interface PreparedPlan {
  readonly plan: Plan;
  /** Values that outlive the pass. */
  readonly kept: ReadonlySet<LayerId>;
  /** Values to free after each step. */
  readonly frees: readonly (readonly LayerId[])[];
}

const maxPlans = 48;

/** Values that a backward pass from any kept value down to `backwardTo` reads: both ends of every step on the way. */
function valuesForBackward(plan: Plan, backwardTo: ReadonlySet<LayerId>): ReadonlySet<LayerId> {
  const reached = new Set([...backwardTo].map((id) => plan.alias.get(id) ?? id));
  const kept = new Set(reached);
  for (const step of plan.steps) {
    if (!step.inputs.some((input) => reached.has(input))) continue;
    reached.add(step.id);
    kept.add(step.id);
    for (const input of step.inputs) kept.add(input);
  }
  return kept;
}

function prepare(graph: NetworkGraph, options: ForwardOptions): PreparedPlan {
  const ends = options.backwardTo ?? new Set<LayerId>();
  const top = options.until ?? graph.logits;
  const plan = compilePlan(graph, options.mode, new Set([...options.taps, ...ends, top]));
  const kept = new Set([...options.taps, top].map((id) => plan.alias.get(id) ?? id));
  if (ends.size > 0) for (const id of valuesForBackward(plan, ends)) kept.add(id);
  const lastReader = new Map<LayerId, number>();
  plan.steps.forEach((step, index) => {
    for (const input of step.inputs) lastReader.set(input, index);
  });
  const frees: LayerId[][] = plan.steps.map(() => []);
  for (const [id, index] of lastReader) if (!kept.has(id) && id !== graph.input) frees[index]?.push(id);
  return { plan, kept, frees };
}

/** Owns the tensors of one forward pass; knows the plan that made them. */
export class PlannedActivations implements ActivationSet {
  #disposed = false;

  constructor(readonly prepared: PreparedPlan, private readonly values: Map<LayerId, Tensor>, private readonly vector: Tensor | null) {}

  get logits(): Tensor {
    if (this.vector === null) throw new AppError('layer-unknown', 'this pass was stopped before the logits');
    return this.vector;
  }

  has(layer: LayerId): boolean {
    return this.values.has(this.prepared.plan.alias.get(layer) ?? layer);
  }

  get(layer: LayerId): Tensor {
    const value = this.values.get(this.prepared.plan.alias.get(layer) ?? layer);
    if (value === undefined || this.#disposed) throw new AppError('layer-unknown', `'${layer}' was not kept by this pass`);
    return value;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const value of this.values.values()) value.dispose();
    this.vector?.dispose();
    this.values.clear();
  }
}

class GraphExecutor implements Executor {
  readonly #weights = new WeightStore();
  readonly #plans = new Map<string, PreparedPlan>();
  readonly #layers = new Map<PlanMode, readonly LayerId[]>();
  #disposed = false;

  constructor(readonly graph: NetworkGraph, private readonly betweenPauses: number) {}

  layers(mode: PlanMode): readonly LayerId[] {
    const known = this.#layers.get(mode) ?? listLayers(this.graph, mode);
    this.#layers.set(mode, known);
    return known;
  }

  forward(input: Tensor4D, options: ForwardOptions): ActivationSet {
    return drain(this.#walkForward(input, options, null));
  }

  * forwardInSteps(input: Tensor4D, options: ForwardOptions): Generator<number, ActivationSet, void> {
    const workOfStep = (step: PlanStep): number => workOf(step, null, input.shape[0], this.#weights.isNew(step, null));
    const meter = new WorkMeter(this.#prepare(options).plan.steps.map(workOfStep), this.betweenPauses);
    return yield* this.#walkForward(input, options, (step) => {
      const fraction = meter.begin(workOfStep(step));
      this.#weights.noteUse(step, null);
      return fraction;
    });
  }

  backward(activations: ActivationSet, request: BackwardRequest): Map<LayerId, Tensor> {
    return drain(walkBackward(this.#require(activations), request, this.#weights, null));
  }

  * backwardInSteps(activations: ActivationSet, request: BackwardRequest): Generator<number, Map<LayerId, Tensor>, void> {
    return yield* walkBackward(this.#require(activations), request, this.#weights, { requireAlive: () => this.#requireAlive(), betweenPauses: this.betweenPauses });
  }

  #requireAlive(): void {
    if (this.#disposed) throw new AppError('internal', 'the executor was disposed');
  }

  #require(activations: ActivationSet): PlannedActivations {
    this.#requireAlive();
    if (!(activations instanceof PlannedActivations)) throw new AppError('internal', 'activations of another executor');
    return activations;
  }

  /** @param pauseBefore  null: never; else the fraction to yield before a step, or null */
  * #walkForward(input: Tensor4D, options: ForwardOptions, pauseBefore: ((step: PlanStep) => number | null) | null): Generator<number, ActivationSet, void> {
    this.#requireAlive();
    const expected = this.graph.inputShape;
    if (input.rank !== 4 || expected.some((size, axis) => input.shape[axis + 1] !== size)) {
      throw new AppError('input-mismatch', `input is [${input.shape.join(', ')}], the network takes [n, ${expected.join(', ')}]`);
    }
    const prepared = this.#prepare(options);
    const values = new Map<LayerId, Tensor>([[this.graph.input, input]]);
    const own = new Map<LayerId, Tensor>();
    let isGiven = false;
    try {
      if (prepared.kept.has(this.graph.input)) own.set(this.graph.input, alias(input));
      for (const [index, step] of prepared.plan.steps.entries()) {
        const fraction = pauseBefore === null ? null : pauseBefore(step);
        if (fraction !== null) {
          yield fraction;
          this.#requireAlive();
        }
        const inputs = step.inputs.map((id) => {
          const value = values.get(id);
          if (value === undefined) throw new AppError('internal', `'${step.id}' reads '${id}', which is gone`);
          return value;
        });
        const output = kernelOf(step.operation).forward({
          operation: step.operation, inputs, weights: this.#weights.of(step.node, step.batchNorm),
          activation: step.activation, outputShape: step.outputShape,
        });
        values.set(step.id, output);
        own.set(step.id, output);
        for (const id of prepared.frees[index] ?? []) {
          own.get(id)?.dispose();
          own.delete(id);
          values.delete(id);
        }
      }
      const result = new PlannedActivations(prepared, own, options.until === undefined ? this.#flattenLogits(prepared, values, input.shape[0]) : null);
      isGiven = true;
      return result;
    } finally {
      // Failed or dropped half way.
      if (!isGiven) for (const value of own.values()) value.dispose();
    }
  }

  #flattenLogits({ plan }: PreparedPlan, values: ReadonlyMap<LayerId, Tensor>, pictures: number): Tensor {
    const logits = values.get(plan.alias.get(this.graph.logits) ?? this.graph.logits);
    if (logits === undefined) throw new AppError('internal', 'the logits were not computed');
    return reshape(logits, [pictures, logits.size / pictures]);
  }

  dispose(): void {
    this.#disposed = true;
    this.#weights.dispose();
    this.#plans.clear();
  }

  #prepare(options: ForwardOptions): PreparedPlan {
    const key = JSON.stringify([options.mode, options.until ?? null, [...options.taps].sort(), [...(options.backwardTo ?? [])].sort()]);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    if (this.#plans.size >= maxPlans) this.#plans.delete(this.#plans.keys().next().value ?? '');
    const prepared = prepare(this.graph, options);
    this.#plans.set(key, prepared);
    return prepared;
  }
}

/**
 * Makes an executor for a graph on the current tfjs backend. Weights are uploaded with the first pass that needs them.
 * The caller owns it and disposes it; activation sets must be disposed before.
 *
 * @param betweenPauses  work between two pauses of a pass in steps, in multiply-adds; 0: a pause before every layer
 */
export function createExecutor(graph: NetworkGraph, betweenPauses: number = workBetweenPauses): Executor {
  return new GraphExecutor(graph, betweenPauses);
}
