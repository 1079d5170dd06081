import { describe, expect, it } from 'vitest';
import { emptyGallery, parseGallery, stepIndex } from './pictures';

describe('parseGallery', () => {
  it('keeps what is whole', () => {
    const teapot = { file: 'teapot.jpg', title: 'Teapot', everydayLabel: 'teapot' };
    expect(parseGallery({ pictures: [teapot, { file: 3 }, null], clips: [] })).toEqual({ pictures: [teapot], clips: [] });
  });
  it('is empty for anything else', () => {
    for (const value of [null, 'x', 4, {}, { pictures: 'x' }, { pictures: [{ file: '../x', title: 'x' }] }]) expect(parseGallery(value)).toEqual(emptyGallery);
  });
});

describe('stepIndex', () => {
  it('goes round', () => {
    expect(stepIndex(2, 1, 3)).toBe(0);
    expect(stepIndex(0, -1, 3)).toBe(2);
    expect(stepIndex(0, 1, 0)).toBe(0);
  });
});
