import type { ExplanationId } from '../contract/session-spec';

interface ExplanationText {
  readonly name: string;
  /** What it shows, for everyone. */
  readonly plain: string;
  /** Which definition is meant, for those who compare. */
  readonly definition: string;
  readonly paper: { readonly title: string; readonly address: string } | null;
}

const texts: Readonly<Record<ExplanationId, ExplanationText>> = {
  'grad-cam': {
    name: 'Grad-CAM',
    plain: 'Glows where the layer’s maps held evidence for the class. Coarse, because those maps are small.',
    definition: 'Each map of the layer, weighted by the mean gradient of the score over it, summed; only what speaks for the class is kept.',
    paper: { title: 'Selvaraju et al. 2017', address: 'https://arxiv.org/abs/1610.02391' },
  },
  gradient: {
    name: 'Input gradient',
    plain: 'Glows where a small change of the picture would change the score most. Fine-grained and grainy.',
    definition: 'Largest absolute value over the colours of the gradient of the class score with respect to the input.',
    paper: { title: 'Simonyan et al. 2013', address: 'https://arxiv.org/abs/1312.6034' },
  },
  'guided-backprop': {
    name: 'Guided backpropagation',
    plain: 'Draws the edges that excite the network. Crisp, and nearly the same for every class: do not take it as evidence.',
    definition: 'The gradient, kept at each ReLU only where it is positive and the unit was active; largest absolute value over the colours.',
    paper: { title: 'Springenberg et al. 2014', address: 'https://arxiv.org/abs/1412.6806' },
  },
  'grad-cam++': {
    name: 'Grad-CAM++',
    plain: 'Like Grad-CAM, with weights that let several objects of one kind glow.',
    definition: 'Maps weighted by the sum of positive gradients, each divided by how the score bends there; only what speaks for the class is kept.',
    paper: { title: 'Chattopadhay et al. 2018', address: 'https://arxiv.org/abs/1710.11063' },
  },
  'layer-cam': {
    name: 'LayerCAM',
    plain: 'Like Grad-CAM, with a weight for every place: earlier layers can be looked at too.',
    definition: 'Each value of the layer times its positive gradient, summed over the maps; only what speaks for the class is kept.',
    paper: { title: 'Jiang et al. 2021', address: 'https://doi.org/10.1109/TIP.2021.3089943' },
  },
  'gradient-x-input': {
    name: 'Gradient × input',
    plain: 'The gradient weighed by the pixel. Only what speaks for the class is shown live; freeze to see what speaks against it.',
    definition: 'Input times gradient, summed over the colours; positive part.',
    paper: { title: 'Shrikumar et al. 2016', address: 'https://arxiv.org/abs/1605.01713' },
  },
  deconvnet: {
    name: 'Deconvnet',
    plain: 'Projects the answer back through the layers. It shows the picture more than the network’s reasons.',
    definition: 'The gradient, kept at each ReLU only where it is positive, whatever the unit did; largest absolute value over the colours.',
    paper: { title: 'Zeiler and Fergus 2013', address: 'https://arxiv.org/abs/1311.2901' },
  },
  'lrp-epsilon': {
    name: 'LRP epsilon',
    plain: 'Hands the score back layer by layer. Only what speaks for the class is shown live; freeze to see what speaks against it.',
    definition: 'Relevance of each unit in proportion to its share of the sums above it, with a small stabiliser; summed over the colours, positive part.',
    paper: { title: 'Bach et al. 2015', address: 'https://doi.org/10.1371/journal.pone.0130140' },
  },
  off: { name: 'Off', plain: 'Nothing lies over the picture.', definition: '', paper: null },
};

export function methodName(method: ExplanationId): string {
  return texts[method].name;
}

export function explainMethod(method: ExplanationId): ExplanationText {
  return texts[method];
}
