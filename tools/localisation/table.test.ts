import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explanations, findExplanation } from '../../src/explain/registry';
import { describeDeparture, describePointing, describePointingOf, localisationOf, localisationRows, type LocalisationRow } from '../../src/lessons/localisation';
import { plans } from './plans';
import { describeMeasurement, writeDepartures, writeTable, type MethodResult } from './table';

const set = { mosaicCount: 2, seed: 1, confidence: 0.9 };
const measured = plans.map((plan) => ({ ...plan, pixel: findExplanation(plan.method).pixel }));

describe('the pointing table', () => {
  it('has a plan for every method, with settings that the method knows and that are not its own', () => {
    expect(plans.map(({ method }) => method).sort()).toEqual(explanations.map(({ id }) => id).sort());
    for (const { method, parameters } of plans) {
      for (const [name, value] of Object.entries(parameters)) {
        const known = findExplanation(method).parameters.find((parameter) => parameter.name === name);
        expect(known, `${method} ${name}`).toMatchObject({ kind: 'number' });
        expect(known?.default, `${method} ${name}`).not.toBe(value);
      }
    }
  });

  it('says in each row, as it is committed, with which settings and which colours it was measured', () => {
    expect(localisationRows.length).toBeGreaterThan(20);
    for (const row of localisationRows) {
      const plan = measured.find(({ method }) => method === row.method);
      expect(plan === undefined ? null : describeMeasurement(plan), row.method).toEqual({ settings: row.settings, sumsColours: row.sumsColours });
    }
    expect(localisationRows.filter(({ sumsColours }) => sumsColours).map(({ method }) => method).sort())
      .toEqual(['deconvnet', 'gradient', 'guided-backprop', 'guided-grad-cam', 'smooth-grad', 'var-grad']);
    expect(localisationRows.filter(({ settings }) => settings.length > 0).map(({ method }) => method).sort())
      .toEqual(['integrated-gradients', 'occlusion', 'prediction-difference', 'rise', 'score-cam', 'smooth-grad', 'var-grad']);
  });

  it('is written in the form that is committed', () => {
    const results = [{ mosaic: 0, cells: [0], shares: [0.5] }, { mosaic: 1, cells: [1], shares: [null] }];
    const { rows, text } = writeTable(measured.map((method) => ({ ...method, results })), set, []);
    const [row] = rows;
    expect(Object.keys(row ?? {})).toEqual(Object.keys(localisationRows[0] ?? {}));
    expect(rows.find(({ method }) => method === 'smooth-grad')).toEqual({
      method: 'smooth-grad', mean: 0.25, error: 0.25, median: 0.5, mosaics: 2, maps: 2, empty: 1, settings: [{ name: 'samples', value: 16 }], sumsColours: true,
    });
    const page = readFileSync(fileURLToPath(new URL('../../docs/localisation.md', import.meta.url)), 'utf8');
    const departures = writeDepartures(measured);
    expect(departures).toHaveLength(4);
    for (const line of departures) {
      expect(text.split('\n')).toContain(line);
      expect(page.split('\n')).toContain(line);
    }
  });

  it('keeps a row until its method is measured anew on all mosaics', () => {
    const [plan] = measured;
    if (plan === undefined) throw new Error('no plan');
    const write = (results: readonly MethodResult[], before: readonly LocalisationRow[]): ReturnType<typeof writeTable> => writeTable([{ ...plan, results }], set, before);
    const first = write([{ mosaic: 0, cells: [0], shares: [0.5] }], []);
    expect(first.rows).toMatchObject([{ mean: 0.5, mosaics: 1 }]);
    expect(first.text).toContain(`Measured on fewer mosaics: ${plan.method} (1).`);
    const whole = write([{ mosaic: 0, cells: [0], shares: [0.5] }, { mosaic: 1, cells: [1], shares: [0.7] }], first.rows);
    expect(whole.rows).toMatchObject([{ mean: 0.6, mosaics: 2 }]);
    expect(whole.text).not.toContain('fewer mosaics');
    expect(write([{ mosaic: 0, cells: [0], shares: [0.1] }], whole.rows).rows).toEqual(whole.rows);
    expect(write([], whole.rows).rows).toEqual(whole.rows);
    expect(write([], []).text).toContain(`Not measured: ${plan.method}.`);
  });

  it('marks in the ranking whatever was measured otherwise, also by other colours, and names the network in any case', () => {
    const marked = localisationRows.filter(({ method }) => describePointing(method).endsWith(' *')).map(({ method }) => method).sort();
    expect(marked).toEqual(localisationRows.filter(({ settings, sumsColours }) => sumsColours || settings.length > 0).map(({ method }) => method).sort());
    expect(marked.length).toBeGreaterThan(6);
    expect([describePointing('grad-cam'), describePointing('no such method')]).toEqual([expect.stringMatching(/^\d+ %$/), 'not measured']);
    expect(describePointingOf(['grad-cam', 'no such method'])).toBe('Pointing in general was measured on the network “everyday”.');
    expect(describePointingOf(['grad-cam', 'gradient'])).toMatch(/“everyday”, in part with other settings or other colours than the app’s \(marked \*\)\.$/);
  });

  it('has a sentence for the app, where there is something to say', () => {
    const sentence = (method: string): string => {
      const row = localisationOf(method);
      return row === null ? 'no row' : describeDeparture(row, findExplanation(method).parameters);
    };
    expect(sentence('grad-cam')).toBe('');
    expect(sentence('gradient')).toBe('It was measured by the sum of the colours with their signs; the map here shows the strongest colour.');
    expect(sentence('prediction-difference')).toBe('It was measured with other settings than the usual ones: window 12, step 12, replacements 1.');
    expect(sentence('smooth-grad')).toBe('It was measured with other settings than the usual ones: noisy copies 16. It was measured by the sum of the colours with their signs; the map here shows the strongest colour.');
  });
});
