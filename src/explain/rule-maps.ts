import type { BackwardRule } from '../engine/executor.interface';
import type { Explanation, ExplanationParameters } from './explanation';
import { differentiateInput } from './score-gradient';

function oneBackwardPass(id: string, ruleOf: (parameters: ExplanationParameters) => BackwardRule): Explanation {
  return {
    id, kind: 'input',
    async *run(request) {
      yield { fraction: 0 };
      return { kind: 'input', map: differentiateInput(request.executor, request.input, request.target, ruleOf(request.parameters)), layer: null };
    },
  };
}

/** Guided backpropagation: upstream kept where it is > 0 and the ReLU was open. @see Springenberg et al. 2014, arXiv:1412.6806 */
export const guidedBackprop = oneBackwardPass('guided-backprop', () => ({ kind: 'guided' }));

/** Deconvnet: upstream kept where it is > 0, whatever the ReLU did. @see Zeiler and Fergus 2013, arXiv:1311.2901 */
export const deconvnet = oneBackwardPass('deconvnet', () => ({ kind: 'deconvnet' }));

/** Layer-wise relevance propagation, epsilon rule everywhere (default 0.01). @see Bach et al. 2015, eq. 58 */
export const lrpEpsilon = oneBackwardPass('lrp-epsilon', (parameters) => ({ kind: 'lrp-epsilon', epsilon: parameters.epsilon ?? 0.01 }));

/** Layer-wise relevance propagation with alpha = 1, beta = 0: positive products only. @see Bach et al. 2015, eq. 60 */
export const lrpAlpha1Beta0 = oneBackwardPass('lrp-alpha1-beta0', () => ({ kind: 'lrp-alpha1-beta0' }));
