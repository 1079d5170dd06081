import type { PointQuery } from '../contract/api';
import type { LayerId } from '../contract/ids';
import type { ChannelOrder, SessionSpec } from '../contract/session-spec';
import type { PlanMode } from '../engine/executor.interface';

/** What one frame's computation must yield. */
export interface LivePlan {
  readonly mode: PlanMode;
  /** Layers whose values are kept. */
  readonly taps: ReadonlySet<LayerId>;
  /** Layers that need a gradient; the network's input for the gradient method. */
  readonly backwardTo: ReadonlySet<LayerId>;
  readonly explanation: 'grad-cam' | 'gradient' | null;
  /** Class that is explained; null: the most probable one. */
  readonly targetIndex: number | null;
  /** Layer whose channels are put in order by the measure, or null. A layer that no logit depends on has no influence: activity then. */
  readonly order: { readonly layer: LayerId; readonly by: ChannelOrder } | null;
}

/** What a plan is made from. */
export interface PlanFacts {
  readonly spec: SessionSpec;
  /** Every name a tap may have in this network. */
  readonly known: ReadonlySet<LayerId>;
  /** Names of the layers that the logits depend on. */
  readonly explainable: ReadonlySet<LayerId>;
  readonly inputLayer: LayerId;
  readonly explanationLayer: LayerId | null;
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

  let order: LivePlan['order'] = null;
  if (spec.openLayer !== null && known.has(spec.openLayer)) {
    const by = spec.channelOrder === 'influence' && !facts.explainable.has(spec.openLayer) ? 'activity' : spec.channelOrder;
    order = { layer: spec.openLayer, by };
    if (by !== 'index') taps.add(spec.openLayer);
    if (by === 'influence') backwardTo.add(spec.openLayer);
  }

  let explanation: LivePlan['explanation'] = null;
  if (facts.showsExplanation && spec.explanation === 'gradient') {
    explanation = 'gradient';
    backwardTo.add(facts.inputLayer);
  } else if (facts.showsExplanation && spec.explanation === 'grad-cam') {
    explanation = 'grad-cam';
    if (facts.explanationLayer !== null) {
      taps.add(facts.explanationLayer);
      backwardTo.add(facts.explanationLayer);
    }
  }
  // A class pinned for another network may not exist in this one.
  const pinned = spec.target.kind === 'class' && spec.target.index >= 0 && spec.target.index < facts.classes ? spec.target.index : null;
  return { mode: spec.everyStep ? 'inspect' : 'live', taps, backwardTo, explanation, targetIndex: pinned, order };
}

/** Whether what was computed by `done` serves `wanted` too, so that only drawing is left. */
export function coversPlan(done: LivePlan, wanted: LivePlan): boolean {
  return done.mode === wanted.mode && done.explanation === wanted.explanation && done.targetIndex === wanted.targetIndex
    && isSubset(wanted.taps, done.taps) && isSubset(wanted.backwardTo, done.backwardTo);
}

function isSubset(part: ReadonlySet<LayerId>, whole: ReadonlySet<LayerId>): boolean {
  for (const layer of part) if (!whole.has(layer)) return false;
  return true;
}
