import { costOf } from '../graph/costs';
import type { BackwardRule } from './executor.interface';
import type { PlanStep } from './plan';

/** Multiply-adds between two pauses of a pass in steps: about 2 ms of WASM on a laptop, and too much on a GPU to wait for each. */
export const workBetweenPauses = 24_000_000;

/** What one value costs that is read, changed a little and written, in multiply-adds. */
const workPerValue = 12;
/** What one weight costs to be folded, turned and packed before its first use. */
const workPerNewWeight = 60;

/** Convolutions that a rule makes of one. */
function passesOf(rule: BackwardRule): number {
  switch (rule.kind) {
    case 'lrp-epsilon': return 2;
    case 'lrp-alpha1-beta0': return 4;
    case 'lrp-box': return 6;
    case 'lrp-gamma': return 8;
    default: return 1;
  }
}

interface StepCost { readonly once: number; readonly weights: number }

/** Asked for in every pass. */
const costs = new WeakMap<PlanStep, StepCost>();

function costOfStep(step: PlanStep): StepCost {
  const known = costs.get(step);
  if (known !== undefined) return known;
  const { multiplyAdds, parameters } = costOf(step.node);
  const values = step.outputShape.reduce((product, size) => product * size, 1);
  const cost = { once: multiplyAdds + values * workPerValue, weights: parameters * workPerNewWeight };
  costs.set(step, cost);
  return cost;
}

/**
 * A step's work in multiply-adds, roughly.
 *
 * @param rule   backward; null: forward
 * @param isNew  its weights have to be prepared first
 */
export function workOf(step: PlanStep, rule: BackwardRule | null, pictures: number, isNew: boolean): number {
  const passes = rule === null ? 1 : passesOf(rule);
  const { once, weights } = costOfStep(step);
  return once * passes * pictures + (isNew ? weights * Math.ceil(passes / 2) : 0);
}

/** Counts a pass's work and says when to pause. */
export class WorkMeter {
  readonly #total: number;
  #sincePause = 0;
  #done = 0;
  #last = 0;

  /** @param pieces  of the whole pass, for the fractions */
  constructor(pieces: readonly number[], private readonly betweenPauses: number) {
    this.#total = pieces.reduce((total, work) => total + work, 0);
  }

  /** Told before each piece of work. @returns the part of the pass that is done when it is time for a pause first, else null */
  begin(work: number): number | null {
    const isDue = this.#sincePause > 0 && this.#sincePause + work > this.betweenPauses;
    const fraction = isDue ? Math.min(1, this.#done / this.#total) : null;
    this.#sincePause = isDue ? work : this.#sincePause + work;
    this.#done += work;
    this.#last = work;
    return fraction;
  }

  /** How far the whole is when so much (0..1) of the piece that was begun last is done. */
  within(part: number): number {
    return Math.min(1, (this.#done - this.#last * (1 - part)) / this.#total);
  }
}

/** Runs a generator to its end without pausing. @returns its result */
export function drain<Result>(steps: Generator<unknown, Result, void>): Result {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
