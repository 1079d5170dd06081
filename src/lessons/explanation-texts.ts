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
    plain: 'Glows where the last maps held evidence for the class. Coarse, because those maps are small.',
    definition: 'Each map of the last spatial layer, weighted by the mean gradient of the class score, summed; only what speaks for the class is kept.',
    paper: { title: 'Selvaraju et al. 2017', address: 'https://arxiv.org/abs/1610.02391' },
  },
  gradient: {
    name: 'Input gradient',
    plain: 'Glows where a small change of the picture would change the score most. Fine-grained and grainy.',
    definition: 'Largest absolute value over the colours of the gradient of the class score with respect to the input.',
    paper: { title: 'Simonyan et al. 2013', address: 'https://arxiv.org/abs/1312.6034' },
  },
  off: { name: 'Off', plain: 'Nothing lies over the picture.', definition: '', paper: null },
};

export function methodName(method: ExplanationId): string {
  return texts[method].name;
}

export function explainMethod(method: ExplanationId): ExplanationText {
  return texts[method];
}
