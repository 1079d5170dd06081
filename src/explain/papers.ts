import type { PaperReference } from '../contract/explanations';

/** Papers that more than one method refers to. */
export const papers = {
  simonyan: { authors: 'Simonyan, Vedaldi, Zisserman', year: 2013, title: 'Deep inside convolutional networks: visualising image classification models and saliency maps', arxiv: '1312.6034', doi: null },
  smilkov: { authors: 'Smilkov, Thorat, Kim, Viégas, Wattenberg', year: 2017, title: 'SmoothGrad: removing noise by adding noise', arxiv: '1706.03825', doi: null },
  selvaraju: { authors: 'Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra', year: 2017, title: 'Grad-CAM: visual explanations from deep networks via gradient-based localization', arxiv: '1610.02391', doi: null },
  bach: { authors: 'Bach, Binder, Montavon, Klauschen, Müller, Samek', year: 2015, title: 'On pixel-wise explanations for non-linear classifier decisions by layer-wise relevance propagation', arxiv: null, doi: '10.1371/journal.pone.0130140' },
  montavon: { authors: 'Montavon, Binder, Lapuschkin, Samek, Müller', year: 2019, title: 'Layer-wise relevance propagation: an overview', arxiv: null, doi: '10.1007/978-3-030-28954-6_10' },
} as const satisfies Readonly<Record<string, Omit<PaperReference, 'equation'>>>;
