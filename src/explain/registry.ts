import { AppError } from '../contract/errors';
import type { ExplanationDescription } from '../contract/explanations';
import type { LayerId } from '../contract/ids';
import type { NetworkGraph } from '../graph/network-graph';
import { cam } from './cam';
import { deconvnet } from './deconvnet';
import { deepLift } from './deep-lift';
import { eigenCam } from './eigen-cam';
import type { Explanation, ExplanationParameters } from './explanation';
import { gradCam } from './grad-cam';
import { gradCamPlusPlus } from './grad-cam-plus-plus';
import { gradient, gradientTimesInput } from './gradient';
import { guidedBackprop } from './guided-backprop';
import { guidedGradCam } from './guided-grad-cam';
import { hiResCam } from './hires-cam';
import { integratedGradients } from './integrated-gradients';
import { layerCam } from './layer-cam';
import { lrpAlpha1Beta0, lrpEpsilon, lrpGamma } from './lrp';
import { lrpComposite } from './lrp-composite';
import { occlusion } from './occlusion';
import { predictionDifference } from './prediction-difference';
import { rise } from './rise';
import { saliency } from './saliency';
import { scoreCam } from './score-cam';
import type { ScoreTarget } from './score-target';
import { smoothGrad, varGrad } from './smooth-grad';

/** Every method, in the order in which a person is offered them. */
export const explanations: readonly Explanation[] = [
  gradCam, gradCamPlusPlus, layerCam, hiResCam, scoreCam, eigenCam, cam, guidedGradCam,
  gradient, saliency, gradientTimesInput, smoothGrad, varGrad, integratedGradients, guidedBackprop, deconvnet,
  lrpComposite, lrpEpsilon, lrpGamma, lrpAlpha1Beta0, deepLift,
  occlusion, predictionDifference, rise,
];

/** A method by its id. @throws AppError 'explain-unsupported' */
export function findExplanation(id: string): Explanation {
  const found = explanations.find((explanation) => explanation.id === id);
  if (found === undefined) throw new AppError('explain-unsupported', `no method '${id}'; known: ${explanations.map((entry) => entry.id).join(', ')}`);
  return found;
}

/**
 * Forward and backward passes that a map with these settings takes.
 *
 * @param layer      of a CAM method; null: the default
 * @param unitLayer  as for {@link describeExplanations}
 * @throws AppError 'explain-unsupported' for an unknown method or a setting out of range · 'layer-unknown'
 */
export function estimateCost(graph: NetworkGraph, method: string, parameters: ExplanationParameters, layer: LayerId | null, unitLayer?: LayerId): number {
  return findExplanation(method).cost(graph, parameters, layer, targetIn(graph, unitLayer));
}

/** Any unit of a layer stands for all of them: what is defined for them, and what it takes, is the same. */
function targetIn(graph: NetworkGraph, unitLayer: LayerId | undefined): ScoreTarget | undefined {
  if (unitLayer !== undefined && !graph.nodes.some(({ id }) => id === unitLayer)) throw new AppError('layer-unknown', `'${unitLayer}'`, true);
  return unitLayer === undefined ? undefined : { kind: 'unit', layer: unitLayer, channel: 0 };
}

/**
 * Every method with what it needs, costs and cannot do on this network: plain JSON for the window.
 *
 * @param unitLayer  for maps of a channel or unit of this layer; left out: for maps of classes
 * @throws AppError 'layer-unknown'
 */
export function describeExplanations(graph: NetworkGraph, unitLayer?: LayerId): readonly ExplanationDescription[] {
  const target = targetIn(graph, unitLayer);
  return explanations.map((method) => {
    const { id, name, definition, kind, signed, pixel, meaning, paper, parameters, live, choosesLayer } = method;
    const unsupported = method.supports(graph, target);
    return { id, name, definition, kind, signed, pixel, meaning, paper, parameters, live, choosesLayer, unsupported, cost: unsupported === null ? method.cost(graph, {}, null, target) : 0 };
  });
}
