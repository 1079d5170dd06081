import { describe, expect, it } from 'vitest';
import { explanations } from '../explain/registry';
import { localisationRows } from './localisation';
import { describeMethod } from './method-texts';

describe('the words of the methods', () => {
  const unknown = describeMethod('no such method');

  it.each(explanations.map(({ id }) => id))('%s has its own', (id) => {
    const { shows, limits } = describeMethod(id);
    expect(shows).not.toBe(unknown.shows);
    expect(limits).not.toBe(unknown.limits);
    for (const text of [shows, limits]) expect(text).toMatch(/^[A-Z].+\.$/);
  });

  it('what was measured is a method that is offered', () => {
    const ids = new Set(explanations.map(({ id }) => id));
    expect(localisationRows.filter(({ method }) => !ids.has(method))).toEqual([]);
  });
});
