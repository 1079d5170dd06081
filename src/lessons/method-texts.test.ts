import { describe, expect, it } from 'vitest';
import { explanations, findExplanation } from '../explain/registry';
import { explanationIds } from '../contract/session-spec';
import { explainMethod } from './explanation-texts';
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

  it.each(explanationIds.filter((id) => id !== 'off'))('%s is worded for every target where it is said live, also for a unit that is held', (id) => {
    const { shows, limits } = describeMethod(id);
    for (const text of [shows, limits, explainMethod(id).definition]) expect(text).not.toMatch(/\b(for|to) the (class|answer)\b|class score/);
  });

  it.each(explanationIds.filter((id) => id !== 'off'))('%s is called live as in the inspection', (id) => {
    expect(explainMethod(id).name).toBe(findExplanation(id).name);
  });

  it('says of guided backpropagation and deconvnet that they hardly change, and of deconvnet what was measured here (docs/explanations.md)', () => {
    const { limits } = describeMethod('deconvnet');
    expect(limits).toMatch(/known to hardly change when a network forgets/);
    expect(limits).toMatch(/here it changed more than that: on “everyday” less than the gradient, on “digits” at least as much/);
    expect(describeMethod('guided-backprop').limits).toMatch(/how little it changes/);
  });

  it('what was measured is a method that is offered', () => {
    const ids = new Set(explanations.map(({ id }) => id));
    expect(localisationRows.filter(({ method }) => !ids.has(method))).toEqual([]);
  });
});
