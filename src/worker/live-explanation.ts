import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { ExplanationId, ExplanationTarget } from '../contract/session-spec';
import type { ActivationSet } from '../engine/executor.interface';
import type { Tensor } from '../engine/frame-values';
import { explainLive, findLiveExplanation, findTopClass, flattenLiveMap, planLiveExplanation } from '../explain/live';
import { createExplanationPace } from './explanation-pace';
import type { LiveNetwork } from './live-network';
import { withoutExplanation } from './live-plan';
import type { LivePlan, PlannedExplanation } from './live-plan';

/** A frame's explanation, or why there is none. */
interface FrameExplanation {
  /** `[h, w]` f32 ≥ 0 · owned by who asked; null: off or unsupported. */
  readonly map: Tensor | null;
  /** `[1]` f32, index of the class that was on top in its frame, where the top answer is explained; else null · owned by who asked. */
  readonly topClass: Tensor | null;
  readonly unsupported: string | null;
}

/** The newest explanation: of the frame on screen, or, where each frame's own would cost frames, of one a few before it. */
export interface ShownExplanation extends FrameExplanation {
  /** Number of the frame it is of. */
  readonly sequence: number;
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
function explainFrame(network: LiveNetwork, activations: ActivationSet, plan: LivePlan): FrameExplanation {
  if (plan.explanation === null) return { map: null, topClass: null, unsupported: plan.unsupported?.reason ?? null };
  const { method: id, target, layer, taps } = plan.explanation;
  try {
    const method = findLiveExplanation(id);
    const { map } = explainLive(network.executor, activations, method, target, { layer, taps, backwardTo: [layer] });
    try {
      return { map: flattenLiveMap(map, method), topClass: target.kind === 'top' ? findTopClass(activations.logits) : null, unsupported: null };
    } finally {
      map.dispose();
    }
  } catch (thrown) {
    return { map: null, topClass: null, unsupported: asSentence(thrown) };
  }
}

/** Explains frames, each or every n-th, so that the camera keeps the rate that the forward pass allows. Owns the newest map. */
export interface FrameExplainer {
  /** The newest explanation · borrowed, until the next `explain` or `drop`. */
  readonly shown: ShownExplanation;
  /** Every how many frames one is explained; 1: each. */
  readonly everyFrames: number;
  /** This frame's work has to be timed until the device has done it. */
  readonly isTimed: boolean;
  /** Another frame comes: whether it is explained is decided anew. */
  expectFrame(): void;
  /** The plan for this input: as asked, or without the explanation where that is left to a later frame; a still is always explained. */
  pace(asked: LivePlan, still: boolean): LivePlan;
  /** Explains what was computed by the paced plan, or keeps the map that there is. @param activations  borrowed */
  explain(activations: ActivationSet, asked: LivePlan, paced: LivePlan, sequence: number): void;
  /** Told how long everything took for a new frame, milliseconds. */
  noteFrame(frameMs: number): void;
  /** Lets the map go. Idempotent. */
  drop(): void;
}

const nothing: ShownExplanation = { map: null, topClass: null, unsupported: null, sequence: 0 };
const choiceOf = (plan: LivePlan): string => JSON.stringify(plan.explanation);

/**
 * Makes the explainer of one network's session; `drop()` ends it.
 *
 * @param measuredBy  how an explanation's cost is found, see {@link createExplanationPace}
 * @param now         milliseconds
 */
export function createFrameExplainer(network: LiveNetwork, measuredBy: 'parts' | 'trials', now: () => number): FrameExplainer {
  const pace = createExplanationPace(measuredBy);
  let shown = nothing;
  let shownChoice: string | null = null;
  /** What was decided for the input on screen; null: nothing had to be. */
  let decided: { readonly choice: string; readonly due: boolean } | null = null;
  let explainMs = 0;

  const explainer: FrameExplainer = {
    get shown() { return shown; },
    get everyFrames() { return pace.everyFrames; },
    get isTimed() { return decided !== null && pace.isTimed; },
    expectFrame: () => {
      decided = null;
      explainMs = 0;
    },
    pace: (asked, still) => {
      if (asked.explanation === null || still) return asked;
      const choice = choiceOf(asked);
      if (decided?.choice !== choice) decided = { choice, due: pace.isDue(choice) };
      return decided.due || shownChoice !== choice ? asked : withoutExplanation(asked);
    },
    explain: (activations, asked, paced, sequence) => {
      if (asked.explanation !== null && paced.explanation === null) return;
      explainer.drop();
      const startedAtMs = now();
      shown = { ...explainFrame(network, activations, paced), sequence };
      shownChoice = choiceOf(paced);
      explainMs = now() - startedAtMs;
    },
    noteFrame: (frameMs) => { if (decided !== null) pace.note(frameMs, explainMs); },
    drop: () => {
      shown.map?.dispose();
      shown.topClass?.dispose();
      shown = nothing;
      shownChoice = null;
    },
  };
  return explainer;
}
