import type { Tensor4D } from '@tensorflow/tfjs-core';
import { findRectifierLimit } from './network-limits';
import { onePass } from './one-pass';

/**
 * Deconvnet, `[n, h, w, c]`: at every ReLU the upstream passes where it is > 0, whatever the forward pass did; max pooling keeps
 * its switches. From a unit it is the backward view of the Deep Visualization Toolbox (which scales it by the activation).
 *
 * @see Zeiler and Fergus 2013, arXiv:1311.2901, section 2.1
 */
export const deconvnet = onePass({
  id: 'deconvnet', name: 'Deconvnet', kind: 'input', signed: true, pixel: 'strongest', meaning: 'modified-gradient', parameters: [],
  definition: 'The gradient, but at every ReLU only what is positive passes, whatever the ReLU did.',
  paper: { authors: 'Zeiler, Fergus', year: 2013, title: 'Visualizing and understanding convolutional networks', arxiv: '1311.2901', doi: null, equation: 'section 2.1' },
}, {
  rule: () => ({ kind: 'deconvnet' }), combine: (_, slope) => slope.clone() as Tensor4D,
  supports: (graph, target) => findRectifierLimit('Deconvnet', graph, target),
});
