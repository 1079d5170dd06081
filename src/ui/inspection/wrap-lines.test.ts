import { expect, it } from 'vitest';
import { wrapLines } from './wrap-lines';

const letters = (text: string): number => text.length;

it('breaks between words, and within a word that is wider than a line', () => {
  expect(wrapLines('the end of it', 7, letters)).toEqual(['the end', 'of it']);
  expect(wrapLines('a model/layer_1', 6, letters)).toEqual(['a', 'model/', 'layer_', '1']);
  expect(wrapLines('', 6, letters)).toEqual(['']);
});

it('loses nothing and exceeds no line', () => {
  const text = 'Network Everyday · layer block_13_project_BN/FusedBatchNormV3 · Noisy copies: 25 · Noise: 0.15';
  for (const width of [1, 5, 12, 40, 200]) {
    const lines = wrapLines(text, width, letters);
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    expect(Math.max(...lines.map(letters))).toBeLessThanOrEqual(width);
  }
});
