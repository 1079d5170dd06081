import { describe, expect, it } from 'vitest';
import { explanations, findExplanation } from '../explain/registry';
import { explanationIds } from '../contract/session-spec';
import { explainMethod } from './explanation-texts';
import { describePointing, describePointingOf, localisationRows } from './localisation';
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

  it('says of CAM what its values add up to: the score is their mean and a constant (test/conformance/explanation-axioms.test.ts)', () => {
    const texts = [describeMethod('cam').shows, explanations.find(({ id }) => id === 'cam')?.definition ?? ''];
    for (const text of texts) expect(text).toMatch(/mean.*plus a constant.*is the score\.$/);
  });

  it('says in words what holds for every target: odds of a class and their unit, the score of anything else, and what RISE averages', () => {
    const textsOf = (id: string): readonly string[] => [describeMethod(id).shows, explanations.find((method) => method.id === id)?.definition ?? ''];
    for (const text of textsOf('prediction-difference')) {
      expect(text).toMatch(/odds of a class fall, in bits/);
      expect(text).toMatch(/(of|for) a unit or a difference of two classes, how (far|much) its score falls/);
    }
    for (const text of textsOf('rise')) expect(text).toMatch(/probability of a class.*value of a unit/);
    expect(describeMethod('gradient-x-input').shows, 'a dark pixel lies far from a mean colour').not.toMatch(/bright/);
  });

  it('marks in every table what was measured otherwise than the app makes it, and says so below', () => {
    const marked = localisationRows.map(({ method }) => method).filter((method) => describePointing(method, 1).endsWith(' *'));
    expect(marked).toEqual(expect.arrayContaining(['smooth-grad', 'rise', 'guided-grad-cam', 'occlusion', 'gradient']));
    expect(marked).not.toContain('grad-cam');
    expect(marked).toEqual(localisationRows.map(({ method }) => method).filter((method) => describePointing(method).endsWith(' *')));
    expect([describePointing('rise', 1), describePointing('rise'), describePointing('nobody', 1)]).toEqual([expect.stringMatching(/^\d+\.\d % \*$/), expect.stringMatching(/^\d+ % \*$/), 'not measured']);
    expect([describePointingOf(['grad-cam', 'rise']), describePointingOf(['grad-cam'])]).toEqual([expect.stringContaining('(marked *)'), expect.not.stringContaining('*')]);
  });

  it('what was measured is a method that is offered', () => {
    const ids = new Set(explanations.map(({ id }) => id));
    expect(localisationRows.filter(({ method }) => !ids.has(method))).toEqual([]);
  });
});
