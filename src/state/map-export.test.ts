import { beforeEach, expect, it } from 'vitest';
import { methods, type InspectedMap } from './inspection';
import { describeForTest, makeResult } from './inspection.fixture';
import { collectMapFacts, encodeMapJson } from './map-export';
import { network } from './worker-state';

const map: InspectedMap = {
  id: 'a', job: 'a', network: 'n', request: { method: 'signed', target: { kind: 'top' }, layer: null, parameters: {} }, phase: 'done', fraction: 1, note: null, begunOn: null, origin: null,
  partial: null, result: makeResult({ targetIndex: 1 }), error: null, faithfulness: null, sanity: null,
};
beforeEach(() => {
  methods.value = [describeForTest('signed', { parameters: [{ kind: 'number', name: 'steps', label: 'Steps', plain: 'x.', default: 50, min: 1, max: 99, integer: true }] })];
  network.value = { kind: 'network', network: 'n', card: { name: 'Everyday', classes: ['cup', 'bowl'] } as never, layers: [], explanationLayer: null, answersStandAlone: false };
});

it('says what a reader needs without the app: class, meaning of the signs, colours, settings, version', () => {
  expect(collectMapFacts(map, 'largest')).toMatchObject({
    networkName: 'Everyday', target: 'bowl', classLabel: 'bowl', targetIndex: 1, meaning: 'evidence', settings: { steps: 50 },
    signConvention: expect.stringMatching(/^Orange speaks for it, blue against it/), colours: { map: 'diverging', low: -2, high: 2, words: expect.stringContaining('zero is in the middle') },
    programVersion: expect.stringMatching(/^\d+\./),
  });
});

it('borrows no name from a network that did not make the map', () => {
  expect(collectMapFacts({ ...map, network: 'other' }, 'largest')).toMatchObject({ target: 'class 1', classLabel: null, networkName: 'other' });
  expect(collectMapFacts({ ...map, result: null }, 'largest')).toBeNull();
});

it('is plain JSON', () => {
  const facts = collectMapFacts(map, 'largest');
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
});

it('writes everything with the values, and what is no number in words as a saved inspection does', async () => {
  const values = Float32Array.of(0.5, Number.NaN, Infinity, -Infinity);
  const overflowed = { ...map, result: makeResult({ targetIndex: 1, score: Number.NaN, max: Infinity, map: { shape: [2, 2], values } }) };
  expect(JSON.parse(await (await encodeMapJson(overflowed, 'percentile')).text())).toMatchObject({
    method: 'signed', score: 'NaN', min: -2, max: 'Infinity', map: { shape: [2, 2], values: [0.5, 'NaN', 'Infinity', '-Infinity'] }, colours: { low: -0.5, high: 0.5 },
  });
});
