import type { Tensor4D } from '@tensorflow/tfjs-core';
import { findRectifierLimit } from './network-limits';
import { onePass } from './one-pass';

/**
 * Guided backpropagation, `[n, h, w, c]`: at every ReLU the upstream gradient passes where it is > 0 and the forward value was
 * open. Undefined without ReLU. Starts from 1; iNNvestigate starts from the score's value, which only scales the picture.
 *
 * @see Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806, section 3.4, figure 1
 */
export const guidedBackprop = onePass({
  id: 'guided-backprop', name: 'Guided backpropagation', kind: 'input', signed: true, pixel: 'strongest', meaning: 'modified-gradient', parameters: [],
  definition: 'The gradient, but at every ReLU only what is positive and met an open ReLU passes.',
  paper: { authors: 'Springenberg, Dosovitskiy, Brox, Riedmiller', year: 2014, title: 'Striving for simplicity: the all convolutional net', arxiv: '1412.6806', doi: null, equation: 'section 3.4' },
}, {
  rule: () => ({ kind: 'guided' }), combine: (_, slope) => slope.clone() as Tensor4D,
  supports: (graph, target) => findRectifierLimit('Guided backpropagation', graph, target),
});
