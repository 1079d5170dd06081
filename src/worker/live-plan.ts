import type { PointQuery } from '../contract/api';
import type { LayerId } from '../contract/ids';
import type { ChannelOrder, ExplanationId, ExplanationTarget, SessionSpec } from '../contract/session-spec';
import type { PlanMode } from '../engine/executor.interface';

/** A method, target and layer that were found to fit this network. */
export interface PlannedExplanation {
  readonly method: ExplanationId;
  readonly target: ExplanationTarget;
  /** Explained layer; the network's input for input maps. */
  readonly layer: LayerId;
  readonly taps: readonly LayerId[];
}

/** A method that is undefined for this network, target or layer. */
export interface RefusedExplanation {
  readonly method: ExplanationId;
  /** Why, one plain sentence. */
  readonly reason: string;
}

/** What one frame's computation must yield. */
export interface LivePlan {
  readonly mode: PlanMode;
  /** Layers whose values are kept. */
  readonly taps: ReadonlySet<LayerId>;
  /** Layers that need a gradient; the network's input for the gradient method. */
  readonly backwardTo: ReadonlySet<LayerId>;
  /** The same two sets for a frame that is not explained. */
  readonly unexplained: { readonly taps: ReadonlySet<LayerId>; readonly backwardTo: ReadonlySet<LayerId> };
  /** Null: off, not on screen, or undefined here. */
  readonly explanation: PlannedExplanation | null;
  /** The chosen explanation, where it is undefined here; null: it is fine, or none was chosen. */
  readonly unsupported: RefusedExplanation | null;
  /** What is explained, and what an influence is on: the person's choice, as far as this network has it. */
  readonly target: ExplanationTarget;
  /** Class that is explained (of a difference the first); null: the most probable one, or a unit. */
  readonly targetIndex: number | null;
  /** Layer whose channels are put in order by the measure, or null. A layer that the target does not depend on has no influence: activity then. */
  readonly order: { readonly layer: LayerId; readonly by: ChannelOrder } | null;
}

/** What a plan is made from. */
export interface PlanFacts {
  readonly spec: SessionSpec;
  /** Every name a tap may have in this network. */
  readonly known: ReadonlySet<LayerId>;
  /** Whether the channels of a layer can have an influence on a target: it exists, and depends on them. */
  readonly canInfluence: (layer: LayerId, target: ExplanationTarget) => boolean;
  /** Decides how the chosen explanation is made, or says in a sentence why it cannot be. */
  readonly planExplanation: (method: ExplanationId, target: ExplanationTarget, layer: LayerId | null) => PlannedExplanation | string;
  readonly classes: number;
  readonly visible: ReadonlySet<LayerId>;
  readonly showsExplanation: boolean;
  readonly point: PointQuery | null;
  /** Layers whose activity this pass is to be measured by. */
  readonly measured?: readonly LayerId[];
}

/** Pure: what has to be computed for what is on screen. Names that this network does not have are left out. */
export function planFrame(facts: PlanFacts): LivePlan {
  const { spec, known } = facts;
  const taps = new Set<LayerId>();
  const backwardTo = new Set<LayerId>();
  const tap = (layer: LayerId): void => { if (known.has(layer)) taps.add(layer); };
  for (const layer of facts.visible) tap(layer);
  if (facts.point !== null) tap(facts.point.layer);
  for (const layer of facts.measured ?? []) tap(layer);

  const target = fitTarget(facts);
  let order: LivePlan['order'] = null;
  if (spec.openLayer !== null && known.has(spec.openLayer)) {
    const by = spec.channelOrder === 'influence' && !facts.canInfluence(spec.openLayer, target) ? 'activity' : spec.channelOrder;
    order = { layer: spec.openLayer, by };
    if (by !== 'index') taps.add(spec.openLayer);
    if (by === 'influence') {
      backwardTo.add(spec.openLayer);
      if (target.kind === 'unit') taps.add(target.layer);
    }
  }

  const unexplained = { taps: new Set(taps), backwardTo: new Set(backwardTo) };
  let explanation: LivePlan['explanation'] = null;
  let unsupported: LivePlan['unsupported'] = null;
  if (facts.showsExplanation && spec.explanation !== 'off') {
    const asked = spec.explanationLayer !== null && known.has(spec.explanationLayer) ? spec.explanationLayer : null;
    const found = facts.planExplanation(spec.explanation, target, asked);
    if (typeof found === 'string') unsupported = { method: spec.explanation, reason: found };
    else {
      explanation = found;
      for (const layer of found.taps) tap(layer);
      backwardTo.add(found.layer);
    }
  }
  const targetIndex = target.kind === 'class' || target.kind === 'difference' ? target.index : null;
  return { mode: spec.everyStep ? 'inspect' : 'live', taps, backwardTo, unexplained, explanation, unsupported, target, targetIndex, order };
}

/** The same frame with its explanation left to a later one: what only that needs is not kept. */
export function withoutExplanation(plan: LivePlan): LivePlan {
  return plan.explanation === null ? plan : { ...plan, ...plan.unexplained, explanation: null };
}

/** What was chosen for another network may not exist in this one: then the top answer is explained. */
function fitTarget({ spec: { target }, classes, known }: PlanFacts): ExplanationTarget {
  const exists = (index: number): boolean => index >= 0 && index < classes;
  switch (target.kind) {
    case 'top': return target;
    case 'class': return exists(target.index) ? target : { kind: 'top' };
    case 'difference': return exists(target.index) && exists(target.against) && target.index !== target.against ? target : { kind: 'top' };
    case 'unit': return known.has(target.layer) ? target : { kind: 'top' };
  }
}

/** Whether what was computed by `done` serves `wanted` too, so that only drawing is left. A refusal is an answer too: another one has to be said. */
export function coversPlan(done: LivePlan, wanted: LivePlan): boolean {
  return done.mode === wanted.mode && done.targetIndex === wanted.targetIndex
    && JSON.stringify([done.explanation, done.unsupported]) === JSON.stringify([wanted.explanation, wanted.unsupported])
    && isSubset(wanted.taps, done.taps) && isSubset(wanted.backwardTo, done.backwardTo);
}

/** Which order of channels a plan asks for: of an influence, on what. What is computed may serve two that differ. */
export function nameOrder({ order, target }: LivePlan): string {
  return JSON.stringify([order, order?.by === 'influence' ? target : null]);
}

function isSubset(part: ReadonlySet<LayerId>, whole: ReadonlySet<LayerId>): boolean {
  for (const layer of part) if (!whole.has(layer)) return false;
  return true;
}
