import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ExplanationFacts } from '../contract/explanations';
import type { LayerId } from '../contract/ids';
import type { BackwardRule, Executor } from '../engine/executor.interface';
import type { NetworkGraph } from '../graph/network-graph';
import type { Explanation, ExplanationParameters } from './explanation';
import { report } from './in-steps';
import { chooseLayer, findPlaceLimit, requireSupported } from './network-limits';
import { differentiateScore, readAndDrop } from './score-gradient';
import type { ScoreTarget } from './score-target';

/** What makes one forward and one backward pass into a method. */
export interface OnePassParts {
  readonly rule?: (parameters: ExplanationParameters) => BackwardRule;
  readonly supports?: (graph: NetworkGraph, target?: ScoreTarget) => string | null;
  /** The one layer a method can explain; missing: as the person chooses. */
  readonly layerFor?: (executor: Executor, target: ScoreTarget) => LayerId;
  /**
   * @param activation  A of the layer (the input itself for input maps), `[n, h, w, c]` · borrowed
   * @param gradient    dS/dA under the rule, same shape · borrowed
   * @returns           `[n, h, w, c]` or `[n, h, w]` · owned by the caller
   */
  readonly combine: (activation: Tensor, gradient: Tensor, parameters: ExplanationParameters) => Tensor3D | Tensor4D;
}

/** A method that can follow the camera: `live.ts` runs the same parts on a frame's own activations. */
export interface OnePassExplanation extends Explanation {
  readonly live: true;
  ruleOf(parameters: ExplanationParameters): BackwardRule;
  /** Where the map lies: the input, the asked layer or the default. @throws AppError 'explain-unsupported' */
  layerFor(executor: Executor, target: ScoreTarget, asked: LayerId | null): LayerId;
  readonly combine: OnePassParts['combine'];
}

/** Makes a method out of one forward pass, one backward pass from the score, and a formula over activation and gradient. */
export function onePass(facts: Omit<ExplanationFacts, 'live' | 'choosesLayer'>, parts: OnePassParts): OnePassExplanation {
  const ruleOf = parts.rule ?? (() => ({ kind: 'gradient' } as const));
  const supports: Explanation['supports'] = (graph, target) =>
    parts.supports?.(graph, target) ?? (facts.kind === 'layer' ? findPlaceLimit(graph, target) : null);
  const layerFor: OnePassExplanation['layerFor'] = (executor, target, asked) => {
    if (facts.kind === 'input') return executor.graph.input;
    return parts.layerFor?.(executor, target) ?? chooseLayer(executor, target, asked);
  };
  return {
    ...facts, live: true, choosesLayer: facts.kind === 'layer' && parts.layerFor === undefined, ruleOf, layerFor, combine: parts.combine, supports,
    cost: () => 2,
    async *run(request) {
      const { executor, target, parameters } = request;
      requireSupported(supports(executor.graph, target));
      const rule = ruleOf(parameters);
      const layer = layerFor(executor, target, request.layer);
      yield { fraction: 0, note: { steps: null } };
      const { gradient, activation, score } = yield* report(differentiateScore(request, layer, rule), 0, 1);
      try {
        const scores = await readAndDrop(score);
        return { kind: facts.kind, map: parts.combine(activation, gradient, parameters), layer: facts.kind === 'layer' ? layer : null, scores, note: { steps: null } };
      } finally {
        gradient.dispose();
        activation.dispose();
      }
    },
  };
}
