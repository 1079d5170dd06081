import { AppError } from '../contract/errors';
import type { Explanation } from './explanation';
import { gradCam } from './grad-cam';
import { gradCamPlusPlus } from './grad-cam-plus-plus';
import { gradient } from './gradient';
import { gradientTimesInput } from './gradient-x-input';
import { integratedGradients } from './integrated-gradients';
import { layerCam } from './layer-cam';
import { deconvnet, guidedBackprop, lrpAlpha1Beta0, lrpEpsilon } from './rule-maps';
import { smoothGrad } from './smooth-grad';

/** Every method, in the order in which a person is offered them. */
export const explanations: readonly Explanation[] = [
  gradCam, gradient, gradientTimesInput, smoothGrad, integratedGradients, guidedBackprop, deconvnet, lrpEpsilon, lrpAlpha1Beta0,
  gradCamPlusPlus, layerCam,
];

/** A method by its id. @throws AppError 'explain-unsupported' */
export function findExplanation(id: string): Explanation {
  const found = explanations.find((explanation) => explanation.id === id);
  if (found === undefined) throw new AppError('explain-unsupported', `no method '${id}'; known: ${explanations.map((entry) => entry.id).join(', ')}`);
  return found;
}
