import type { ExplanationId } from '../contract/session-spec';

/** What is said of a live map beside the words of {@link describeMethod}, which are true of every target: a class, a difference of two, a unit that is held. */
interface ExplanationText {
  /** As the method calls itself (`explain/registry.ts`): the window names live maps before the worker could say it. */
  readonly name: string;
  /** Which definition is meant, for those who compare. */
  readonly definition: string;
  readonly paper: { readonly title: string; readonly address: string } | null;
}

const texts: Readonly<Record<ExplanationId, ExplanationText>> = {
  'grad-cam': {
    name: 'Grad-CAM',
    definition: 'Each map of the layer, weighted by the mean gradient of the score over it, summed; only the positive part is kept.',
    paper: { title: 'Selvaraju et al. 2017', address: 'https://arxiv.org/abs/1610.02391' },
  },
  gradient: {
    name: 'Gradient',
    definition: 'Largest absolute value over the colours of the gradient of the score with respect to the input.',
    paper: { title: 'Simonyan et al. 2013', address: 'https://arxiv.org/abs/1312.6034' },
  },
  'guided-backprop': {
    name: 'Guided backpropagation',
    definition: 'The gradient, kept at each ReLU only where it is positive and the unit was active; largest absolute value over the colours.',
    paper: { title: 'Springenberg et al. 2014', address: 'https://arxiv.org/abs/1412.6806' },
  },
  'grad-cam++': {
    name: 'Grad-CAM++',
    definition: 'Maps weighted by the sum of positive gradients, each divided by how the score bends there; only the positive part of the sum is kept.',
    paper: { title: 'Chattopadhay et al. 2018', address: 'https://arxiv.org/abs/1710.11063' },
  },
  'layer-cam': {
    name: 'LayerCAM',
    definition: 'Each value of the layer times its positive gradient, summed over the maps; only the positive part is kept.',
    paper: { title: 'Jiang et al. 2021', address: 'https://doi.org/10.1109/TIP.2021.3089943' },
  },
  'gradient-x-input': {
    name: 'Gradient × input',
    definition: 'Input times gradient, summed over the colours; positive part.',
    paper: { title: 'Shrikumar et al. 2016', address: 'https://arxiv.org/abs/1605.01713' },
  },
  deconvnet: {
    name: 'Deconvnet',
    definition: 'The gradient, kept at each ReLU only where it is positive, whatever the unit did; largest absolute value over the colours.',
    paper: { title: 'Zeiler and Fergus 2013', address: 'https://arxiv.org/abs/1311.2901' },
  },
  'lrp-epsilon': {
    name: 'LRP, epsilon',
    definition: 'Relevance of each unit in proportion to its share of the sums above it, with a small stabiliser; summed over the colours, positive part.',
    paper: { title: 'Bach et al. 2015', address: 'https://doi.org/10.1371/journal.pone.0130140' },
  },
  off: { name: 'Off', definition: '', paper: null },
};

export function methodName(method: ExplanationId): string {
  return texts[method].name;
}

export function explainMethod(method: ExplanationId): ExplanationText {
  return texts[method];
}
