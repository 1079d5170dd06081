import { describe, expect, it } from 'vitest';
import type { ShelfEntry } from '../contract/shelf';
import { publishedFacts } from './gather';

const entry = { goodFor: 'Shapes.', accuracy: { set: 'ImageNet', top1: 57.2, top5: null, source: 'x' } } as ShelfEntry;

describe('what a shelf entry tells the card', () => {
  it('is a share of 1, marked as published', () => {
    const { description, accuracy } = publishedFacts(entry);
    expect(description).toBe('Shapes.');
    expect(accuracy).toHaveLength(1);
    expect(accuracy[0]?.top1).toBeCloseTo(0.572, 9);
    expect(accuracy[0]).not.toHaveProperty('top5');
    expect(accuracy[0]?.set).toContain('as published');
    expect(publishedFacts({ ...entry, accuracy: { set: 'a', top1: 1, top5: 89.5, source: 'x' } }).accuracy[0]?.top5).toBeCloseTo(0.895, 9);
  });

  it('claims nothing where nobody measured', () => {
    expect(publishedFacts({ ...entry, accuracy: null }).accuracy).toEqual([]);
  });
});
