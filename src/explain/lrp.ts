import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { NumberParameter } from '../contract/explanations';
import { findRelevanceLimit } from './network-limits';
import { onePass } from './one-pass';
import { papers } from './papers';
import { readNumber } from './settings';

/** The stabiliser of LRP, in the units of the layer's values. */
export const epsilonParameter: NumberParameter = {
  kind: 'number', name: 'epsilon', label: 'Stabiliser', plain: 'Swallows what is too small to be shared out; larger is calmer and keeps less.',
  default: 0.01, min: 0, max: 10, integer: false,
};

/** How much more a contribution counts that pushes the way the output went. */
export const gammaParameter: NumberParameter = {
  kind: 'number', name: 'gamma', label: 'Favour for evidence', plain: 'How much more the contributions count that point the way the result went.',
  default: 0.25, min: 0, max: 1000, integer: false,
};

const asInput = (_: Tensor, relevance: Tensor): Tensor4D => relevance.clone() as Tensor4D;

/**
 * Layer-wise relevance propagation, epsilon rule everywhere, `[n, h, w, c]`: batch norm folded, an average pool is a linear
 * layer, an addition shares in proportion to its summands, a max pool gives all to the first maximum. The bias takes its
 * share. An activation function (also sigmoid, tanh, hard swish) passes relevance on unchanged, under every rule. Captum hands each
 * summand the full relevance; that breaks conservation and is not copied.
 *
 * @see Bach et al. 2015, eq. 58
 */
export const lrpEpsilon = onePass({
  id: 'lrp-epsilon', name: 'LRP, epsilon', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', parameters: [epsilonParameter],
  definition: 'The score flows back; each layer shares it out in proportion to the products that made its values.',
  paper: { ...papers.bach, equation: 'eq. 58' },
}, {
  rule: (parameters) => ({ kind: 'lrp-epsilon', epsilon: readNumber(parameters, epsilonParameter) }), combine: asInput, supports: findRelevanceLimit,
});

/**
 * Layer-wise relevance propagation with alpha = 1, beta = 0: positive products only, the positive part of the bias with them. A score below
 * zero goes to the positive products too, so that its relevance is negative where the score was raised: the sign is the score's own.
 * The gamma rule favours products of the output's sign and keeps theirs.
 *
 * @see Bach et al. 2015, eq. 60
 */
export const lrpAlpha1Beta0 = onePass({
  id: 'lrp-alpha1-beta0', name: 'LRP, α1β0', kind: 'input', signed: true, pixel: 'sum', meaning: 'excitation', parameters: [],
  definition: 'The score flows back along positive products only.',
  paper: { ...papers.bach, equation: 'eq. 60' },
}, { rule: () => ({ kind: 'lrp-alpha1-beta0' }), combine: asInput, supports: findRelevanceLimit });

/**
 * Layer-wise relevance propagation, gamma rule in convolutions and dense layers, `[n, h, w, c]`. For non-negative values and a
 * positive output it is `w + γ w⁺` as in the paper and Captum; for signed values the products that share the output's sign are
 * favoured (as zennit does), so that no denominator changes its sign. Epsilon acts in averages and sums of branches only.
 *
 * @see Montavon et al. 2019, section 10.2.1 and table 10.1
 */
export const lrpGamma = onePass({
  id: 'lrp-gamma', name: 'LRP, gamma', kind: 'input', signed: true, pixel: 'sum', meaning: 'evidence', parameters: [gammaParameter, epsilonParameter],
  definition: 'The score flows back in proportion to the products; those that point the way the result went count 1 + γ times.',
  paper: { ...papers.montavon, equation: 'table 10.1' },
}, {
  rule: (parameters) => ({ kind: 'lrp-gamma', gamma: readNumber(parameters, gammaParameter), epsilon: readNumber(parameters, epsilonParameter) }),
  combine: asInput, supports: findRelevanceLimit,
});
