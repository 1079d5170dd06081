import { describe, expect, it } from 'vitest';
import { filterClasses } from './filter-classes';

const classes = ['teapot', 'sea lion', 'lion', 'Persian cat'];

describe('filterClasses', () => {
  it('lists all by name', () => expect(filterClasses(classes, ' ')).toEqual([2, 3, 1, 0]));
  it('finds parts, beginnings first, whatever the case', () => {
    expect(filterClasses(classes, 'LI')).toEqual([2, 1]);
    expect(filterClasses(classes, 'persian')).toEqual([3]);
    expect(filterClasses(classes, 'xyz')).toEqual([]);
  });
});
