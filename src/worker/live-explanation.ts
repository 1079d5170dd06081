import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { ExplanationId, ExplanationTarget } from '../contract/session-spec';
import type { ActivationSet } from '../engine/executor.interface';
import { createTargetSeed } from '../engine/frame-values';
import type { Tensor } from '../engine/frame-values';
import { explainLive, findLiveExplanation, flattenLiveMap, planLiveExplanation } from '../explain/live';
import type { LiveNetwork } from './live-network';
import type { LivePlan, PlannedExplanation } from './live-plan';

/** A frame's explanation, or why there is none. */
export interface FrameExplanation {
  /** `[h, w]` f32 ≥ 0 · owned by the caller; null: off or unsupported. */
  readonly explanation: Tensor | null;
  readonly unsupported: string | null;
}

/** Where a backward pass from the plan's class starts, for the channels' influence. @returns shape of the logits · owned by the caller */
export function createSeed(activations: ActivationSet, plan: LivePlan): Tensor {
  return createTargetSeed(activations.logits, plan.targetIndex);
}

/** A sentence instead of the error; anything else is thrown on. */
function asSentence(thrown: unknown): string {
  if (thrown instanceof AppError && thrown.code === 'explain-unsupported') return thrown.detail;
  throw thrown;
}

/** Decides once for a choice, not for every frame, how it is explained on this network; a sentence where it is undefined. */
export function createExplanationPlanner(network: LiveNetwork): (
  method: ExplanationId, target: ExplanationTarget, layer: LayerId | null,
) => PlannedExplanation | string {
  let lastKey = '';
  let last: PlannedExplanation | string = '';
  return (method, target, layer) => {
    const key = JSON.stringify([method, target, layer]);
    if (key === lastKey) return last;
    lastKey = key;
    try {
      const found = planLiveExplanation(network.executor, findLiveExplanation(method), target, layer);
      last = { method, target, layer: found.layer, taps: found.taps };
    } catch (thrown) {
      last = asSentence(thrown);
    }
    return last;
  };
}

/**
 * The live explanation of one frame: one backward pass from the target. What a network cannot have explained is an answer
 * here, not an error: the camera goes on.
 *
 * @param activations  of a forward pass that kept what the plan's explanation needs · borrowed
 */
export function explainFrame(network: LiveNetwork, activations: ActivationSet, plan: LivePlan): FrameExplanation {
  if (plan.explanation === null) return { explanation: null, unsupported: plan.unsupported };
  const { method: id, target, layer, taps } = plan.explanation;
  try {
    const method = findLiveExplanation(id);
    const { map } = explainLive(network.executor, activations, method, target, { layer, taps, backwardTo: [layer] });
    try {
      return { explanation: flattenLiveMap(map, method), unsupported: null };
    } finally {
      map.dispose();
    }
  } catch (thrown) {
    return { explanation: null, unsupported: asSentence(thrown) };
  }
}
