import { AppError } from '../contract/errors';
import type { ActivationSet } from '../engine/executor.interface';
import { createTargetSeed } from '../engine/frame-values';
import type { Tensor } from '../engine/frame-values';
import { liveGradCam } from '../explain/grad-cam';
import { liveSaliency } from '../explain/saliency';
import type { LiveNetwork } from './live-network';
import type { LivePlan } from './live-plan';

/** A frame's explanation, or why there is none. */
export interface FrameExplanation {
  /** `[h, w]` f32 ≥ 0 · owned by the caller; null: off or unsupported. */
  readonly explanation: Tensor | null;
  readonly unsupported: string | null;
}

/** Where a backward pass for the plan's target starts. @returns shape of the logits · owned by the caller */
export function createSeed(activations: ActivationSet, plan: LivePlan): Tensor {
  return createTargetSeed(activations.logits, plan.targetIndex);
}

/**
 * The live explanation of one frame: one backward pass from the target's logit. What a network cannot have explained is an
 * answer here, not an error: the camera goes on.
 *
 * @param activations  of a forward pass that kept what the plan's explanation needs · borrowed
 */
export function explainFrame(network: LiveNetwork, activations: ActivationSet, plan: LivePlan): FrameExplanation {
  if (plan.explanation === null) return { explanation: null, unsupported: null };
  const layer = plan.explanation === 'grad-cam' ? network.explanationLayer : network.executor.graph.input;
  if (layer === null) return { explanation: null, unsupported: 'no layer of this network has a place in the picture' };
  const seed = createSeed(activations, plan);
  try {
    const gradient = network.executor.backward(activations, { from: network.executor.graph.logits, seed, to: [layer], rule: { kind: 'gradient' } }).get(layer);
    if (gradient === undefined) throw new AppError('internal', `no gradient for '${layer}'`);
    try {
      const explanation = plan.explanation === 'grad-cam' ? liveGradCam(activations.get(layer), gradient) : liveSaliency(gradient);
      return { explanation, unsupported: null };
    } finally {
      gradient.dispose();
    }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'explain-unsupported') return { explanation: null, unsupported: thrown.detail };
    throw thrown;
  } finally {
    seed.dispose();
  }
}
