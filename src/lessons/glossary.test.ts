import { expect, it } from 'vitest';
import { glossary } from './glossary';

/** What the inspection says of its maps and checks without a word of explanation beside it. */
const shown = ['Gradient', 'Score', 'Baseline', 'Odds', 'Preprocessing', 'Dense layer', 'Completeness gap', 'Standard error', 'Deletion and insertion', 'Sanity check', 'Target', 'Pointing'];

it('has the words of the inspection', () => {
  expect(shown.filter((word) => glossary.every((entry) => entry.word !== word))).toEqual([]);
});

it('has each word once, in sentences', () => {
  expect(new Set(glossary.map(({ word }) => word)).size).toBe(glossary.length);
  for (const { word, meaning } of glossary) expect(meaning, word).toMatch(/^[A-Z].+\.$/);
});

it('does not say of every map that it shows what spoke for a prediction: gradients do not', () => {
  expect(glossary.find(({ word }) => word === 'Map over the picture')?.meaning).toMatch(/others only where a change would matter/);
});
