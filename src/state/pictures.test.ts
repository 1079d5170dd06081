import { describe, expect, it } from 'vitest';
import { choosePlayable, emptyGallery, parseGallery, stepIndex, suits } from './pictures';

describe('parseGallery', () => {
  it('keeps what is whole', () => {
    const teapot = { file: 'teapot.jpg', title: 'Teapot', network: 'everyday', label: 'teapot' };
    expect(parseGallery({ pictures: [teapot, { file: 3 }, null], clips: [] })).toEqual({ pictures: [teapot], clips: [] });
  });
  it('is empty for anything else', () => {
    for (const value of [null, 'x', 4, {}, { pictures: 'x' }, { pictures: [{ file: '../x', title: 'x' }] }]) expect(parseGallery(value)).toEqual(emptyGallery);
  });
});

describe('choosePlayable', () => {
  it('keeps each clip once, in a format that plays', () => {
    const clips = [{ file: 'a.mp4', title: 'A', type: 'video/mp4' }, { file: 'a.webm', title: 'A', type: 'video/webm' }, { file: 'b', title: 'B' }];
    expect(choosePlayable({ pictures: [], clips }, (type) => type === 'video/webm').clips.map(({ file }) => file)).toEqual(['a.webm', 'b']);
    expect(choosePlayable({ pictures: [], clips }, () => true).clips.map(({ file }) => file)).toEqual(['a.mp4', 'b']);
  });
});

describe('stepIndex', () => {
  it('goes round', () => {
    expect(stepIndex(2, 1, 3)).toBe(0);
    expect(stepIndex(0, -1, 3)).toBe(2);
    expect(stepIndex(0, 1, 0)).toBe(0);
  });
});

describe('suits', () => {
  it('keeps shipped networks to their own pictures, and lets a person’s network look at all', () => {
    const teapot = { file: 'teapot.jpg', title: 'Teapot', network: 'everyday' };
    expect(suits(teapot, 'everyday')).toBe(true);
    expect(suits(teapot, 'digits')).toBe(false);
    expect(suits(teapot, 'kept-mine')).toBe(true);
  });
});
