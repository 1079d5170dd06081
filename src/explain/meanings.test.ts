import { describe, expect, it } from 'vitest';
import type { MapMeaning } from '../contract/explanations';
import { isPlaneSigned } from '../contract/map-plane';
import { explanations } from './registry';

/** Read from the papers, by hand: a method that is added has to be put here. */
const expected: Readonly<Record<MapMeaning, readonly string[]>> = {
  'evidence': ['grad-cam', 'grad-cam++', 'layer-cam', 'hires-cam', 'cam', 'gradient-x-input', 'integrated-gradients', 'lrp-composite', 'lrp-epsilon', 'lrp-gamma', 'deep-lift', 'occlusion', 'prediction-difference'],
  'excitation': ['lrp-alpha1-beta0'],
  'sensitivity': ['gradient', 'saliency', 'smooth-grad'],
  'spread': ['var-grad'],
  'modified-gradient': ['guided-grad-cam', 'guided-backprop', 'deconvnet'],
  'pattern': ['eigen-cam'],
  'weighted-maps': ['score-cam'],
  'kept-score': ['rise'],
};

describe('what the values of each method mean', () => {
  it('is as their papers define them', () => {
    const found = Object.fromEntries(Object.keys(expected).map((meaning) => [meaning, explanations.filter((method) => method.meaning === meaning).map(({ id }) => id)]));
    expect(found).toEqual(expected);
  });

  it('fits how they are drawn: sizes have no sign, so they are no evidence', () => {
    const sizes: readonly MapMeaning[] = ['sensitivity', 'spread', 'modified-gradient'];
    expect(explanations.filter(({ pixel, meaning }) => pixel === 'strongest' && !sizes.includes(meaning)).map(({ id }) => id)).toEqual([]);
    expect(explanations.filter((method) => sizes.includes(method.meaning) && isPlaneSigned(method)).map(({ id }) => id)).toEqual([]);
  });
});
