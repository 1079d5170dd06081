import type { ExplanationParameters } from '../../src/explain/explanation';

/** How a method is measured. Slow methods explain one cell of each mosaic (in turn), quick ones all four. */
export interface Plan {
  readonly method: string;
  readonly cells: 1 | 4;
  /** Settings other than the method's own, so that the slow ones end in hours. */
  readonly parameters: ExplanationParameters;
}

/** Every method, with how it is measured. */
export const plans: readonly Plan[] = [
  ...['gradient', 'saliency', 'gradient-x-input', 'guided-backprop', 'deconvnet', 'lrp-epsilon', 'lrp-gamma', 'lrp-alpha1-beta0', 'lrp-composite',
    'deep-lift', 'grad-cam', 'grad-cam++', 'layer-cam', 'hires-cam', 'eigen-cam', 'cam', 'guided-grad-cam'].map((method) => ({ method, cells: 4 as const, parameters: {} })),
  { method: 'smooth-grad', cells: 1, parameters: { samples: 16 } },
  { method: 'var-grad', cells: 1, parameters: { samples: 16 } },
  { method: 'integrated-gradients', cells: 1, parameters: { steps: 20 } },
  { method: 'occlusion', cells: 1, parameters: { window: 16, stride: 16 } },
  { method: 'score-cam', cells: 1, parameters: { channels: 64 } },
  { method: 'rise', cells: 1, parameters: { masks: 100 } },
  { method: 'prediction-difference', cells: 1, parameters: { window: 12, stride: 12, samples: 1 } },
];
