import { beforeEach, describe, expect, it } from 'vitest';
import { colourTable, notANumberColour } from '../contract/colour-map';
import { colourRangeOf, describeColourRange, paintPlane } from './colours-of-map';
import { describeColours, describeCost, describeExactness, describeFacts, describeHindrance, describeNote, describeScore, describeSettings, describeStop, describeValues, describeVerdict, layerOf, settingsOf, writeCaption } from './describe-map';
import { judgeMap, methods, showsEarlierMap, valueAt, type InspectedMap } from './inspection';
import { nameTargetOf } from './name-map';
import { describeForTest, makeResult } from './inspection.fixture';
import { network } from './worker-state';

const map = (over: Partial<InspectedMap> = {}): InspectedMap => ({
  id: 'a', job: 'a', network: 'n', request: { method: 'signed', target: { kind: 'class', index: 4 }, layer: null, parameters: { steps: 20 } }, phase: 'done', fraction: 1, note: null,
  begunOn: 0, origin: null, partial: null, result: makeResult(), error: null, faithfulness: null, sanity: null, ...over,
});
const withValues = (...values: number[]): InspectedMap => map({ result: makeResult({ map: { shape: [1, values.length], values: Float32Array.from(values) } }) });
const ofTarget = (target: InspectedMap['request']['target'], of: InspectedMap): InspectedMap => ({ ...of, request: { ...of.request, target } });
const ofMethod = (method: string, of: InspectedMap): InspectedMap => ({ ...of, request: { ...of.request, method } });
beforeEach(() => {
  network.value = null;
  methods.value = [
    describeForTest('signed'), describeForTest('positive', { signed: false, kind: 'layer', choosesLayer: true }), describeForTest('input positive', { signed: false }),
    describeForTest('slope', { pixel: 'strongest', meaning: 'sensitivity' }), describeForTest('kept', { meaning: 'kept-score' }), describeForTest('covered', { pixel: 'only' }),
    describeForTest('settled', { parameters: [
      { kind: 'number', name: 'steps', label: 'Steps', plain: 'x.', default: 50, min: 1, max: 99, integer: true },
      { kind: 'number', name: 'window', label: 'Window', plain: 'x.', default: null, min: 1, max: 99, integer: true },
      { kind: 'choice', name: 'baseline', label: 'Compared with', plain: 'x.', default: 'black', choices: [{ value: 'black', label: 'pure black' }, { value: 'blur', label: 'a blur' }] },
      { kind: 'flag', name: 'squared', label: 'Squared', plain: 'x.', default: false },
    ] }),
  ];
});
const showNetwork = (explanationLayer: string): void => {
  network.value = { kind: 'network', network: 'n', card: { name: 'Everyday', classes: [] } as never, layers: [], explanationLayer, answersStandAlone: false };
};

describe('what is said of a map', () => {
  it('says how far an approximation is, and how good', () => {
    expect(describeNote(map({ result: null, note: { steps: { done: 20, of: 50 } } }))).toBe('approximate: 20 of 50 steps');
    expect(describeNote(map({ result: makeResult({ note: { steps: { done: 50, of: 50 }, completenessGap: 0.01, standardError: 0.5 } }) }))).toBe('50 steps · completeness gap 0.010 · standard error 0.50');
  });

  it('says in words what the numbers of convergence mean, and nothing where there are none', () => {
    expect(describeExactness(map())).toEqual([]);
    const [gap, error, ...others] = describeExactness(map({ result: makeResult({ note: { steps: null, completenessGap: -0.25, standardError: 0.5 } }) }));
    expect([gap, error, others]).toEqual([expect.stringContaining('miss it by −0.25 (completeness gap)'), expect.stringContaining('about 0.50 (standard error)'), []]);
  });

  it('names the range that is drawn, and that of single colours where they were added up', () => {
    expect(describeValues(withValues(1, -3))).toBe('−3.00 to 1.00');
    const added = map({ result: makeResult({ map: { shape: [1, 1, 3], values: Float32Array.of(1, 2, -0.5) }, min: -0.5, max: 2 }) });
    expect(describeValues(added)).toBe('2.50 to 2.50 (single colours −0.50 to 2.00)');
    expect(describeValues(map({ result: null }))).toBe('');
    expect(describeValues(withValues(1, Number.NaN, -Infinity, -3))).toBe('−3.00 to 1.00 where they are numbers');
    expect(describeValues(withValues(Number.NaN, Infinity))).toBe('none is a number');
    expect(describeValues(map({ result: makeResult({ map: { shape: [1, 1, 3], values: Float32Array.of(1, 2, Infinity) }, min: 1, max: Infinity }) }))).toBe('none is a number');
    const covered = map({ result: makeResult({ map: { shape: [1, 2, 3], values: Float32Array.of(2, 2, 2, -1, -1, -1) }, min: -1, max: 2 }) });
    expect(describeValues(ofMethod('covered', covered)), 'each colour holds the one value of its pixel').toBe('−1.00 to 2.00');
  });

  it('says that there is nothing instead of stretching a blank, and tells nothing from what speaks against', () => {
    expect(describeVerdict(withValues(-1, -2))).toBe('No positive evidence for class 4: everything here speaks against it.');
    expect(describeVerdict(withValues(0, -2))).toMatch(/everything here speaks against it/);
    expect(describeVerdict(withValues(0, 0))).toBe('Zero everywhere: by this method nothing speaks for class 4, and nothing against it.');
    expect(describeVerdict(ofMethod('positive', withValues(0, 0)))).toBe('No positive evidence for class 4 in this layer.');
    expect(describeVerdict(ofMethod('input positive', withValues(0, 0)))).toBe('No positive evidence for class 4.');
    expect(describeVerdict(ofMethod('slope', withValues(0, 0)))).toBe('Zero everywhere: no small change of this picture would change the score for class 4.');
    expect(describeVerdict(ofMethod('slope', withValues(-1, -2))), 'its plane holds sizes').toBe('');
    expect(describeVerdict(ofMethod('kept', withValues(-1, -2)))).not.toMatch(/evidence|against/);
    expect(describeVerdict(withValues(2, 2))).toMatch(/same value everywhere/);
    expect(describeVerdict(withValues(1, Number.NaN))).toMatch(/not numbers/);
    expect(describeVerdict(withValues(1, -1))).toBe('');
    const nothing = withValues(-1, -2);
    expect(describeVerdict({ ...nothing, phase: 'running' }), 'of the map from before').toBe(describeVerdict(nothing));
    const part = { shape: [1, 2], values: Float32Array.of(-1, -2), sequence: 1 };
    expect(describeVerdict({ ...nothing, phase: 'running', partial: part }), 'a part of the next one').toBe('');
  });

  it('says what the colours mean for the score that was explained, beside the map and in the caption', () => {
    methods.value = [...methods.value, describeForTest('raised', { meaning: 'excitation' })];
    const [above, below] = [2, -1.1].map((score) => ofMethod('raised', map({ result: makeResult({ score, map: { shape: [1, 2, 1], values: Float32Array.of(score, score / 2) } }) })));
    expect([above, below].map((of) => of === undefined ? '' : describeColours(of).split(':')[0])).toEqual(['Orange', 'Blue']);
    expect(below === undefined ? '' : writeCaption(below, { map: 'diverging', low: -2, high: 2, scale: 'largest' })).toContain('\nBlue: where the score came from');
    expect(below === undefined ? '' : describeVerdict(below)).toMatch(/the bluest places are those that raised it most/);
  });

  it('says what kind of number the score is, by what is explained and by the network', () => {
    const of = (target: InspectedMap['request']['target']): string => describeScore(map({ request: { ...map().request, target } }));
    const all = (): readonly string[] => [of({ kind: 'top' }), of({ kind: 'difference', index: 0, against: 1 }), of({ kind: 'unit', layer: 'a', channel: 1 }), of({ kind: 'unit', layer: 'a', channel: 1, y: 0, x: 2 })];
    expect(all(), 'of a network that is not on screen').toEqual(['', 'a difference of two scores', 'the channel’s mean value', 'the unit’s value']);
    showNetwork('last');
    expect(all().slice(0, 2)).toEqual(['before the percentages', 'a difference of two scores, before the percentages']);
    network.value = network.value === null ? null : { ...network.value, scoresAreProbabilities: true };
    expect(all().slice(0, 2), 'a hard sigmoid is the answer itself').toEqual(['the probability itself', 'a difference of two probabilities']);
  });

  it('tells odds in bits, and nothing else', () => {
    methods.value = [...methods.value, describeForTest('prediction-difference', { pixel: 'only' })];
    const of = (target: InspectedMap['request']['target']): string => describeValues(ofTarget(target, ofMethod('prediction-difference', withValues(1, -3))));
    expect([of({ kind: 'top' }), of({ kind: 'class', index: 2 }), of({ kind: 'difference', index: 0, against: 1 }), of({ kind: 'unit', layer: 'a', channel: 1 })])
      .toEqual(['−3.00 to 1.00 bits', '−3.00 to 1.00 bits', '−3.00 to 1.00', '−3.00 to 1.00']);
  });

  it('calls what RISE averages by its name, also where it was asked for the score', () => {
    expect(describeColours(ofMethod('kept', map()))).toMatch(/the mean probability in the copies/);
    const byScore = map({ request: { ...map().request, method: 'kept', parameters: { score: 'logit' } } });
    expect(describeColours(byScore)).toMatch(/^The mean score in the copies/);
  });

  it('says what the computation under way knows, not what the finished one said', () => {
    const before = makeResult({ note: { steps: { done: 50, of: 50 }, completenessGap: 0.01, standardError: 0.02 } });
    const note = { steps: { done: 20, of: 50 }, completenessGap: 3, standardError: 4 };
    for (const phase of ['running', 'cancelled'] as const) {
      const again = map({ phase, result: before, note });
      expect(describeNote(again)).toBe('approximate: 20 of 50 steps · completeness gap 3.00 · standard error 4.00');
      expect(describeExactness(again)[0]).toContain('miss it by 3.00');
      expect(describeNote(map({ phase, result: before, note: null })), 'nothing is known yet').toBe('');
    }
    expect(describeNote(map({ phase: 'done', result: before, note }))).toMatch(/^50 steps/);
  });

  it('says what is known of a map that was stopped', () => {
    showNetwork('last');
    const partial = { sequence: 1, shape: [1, 2, 3], values: Float32Array.of(1, 2, -5, 0, 0, 1) };
    const stopped = ofMethod('positive', map({ phase: 'cancelled', result: null, partial, note: { steps: { done: 20, of: 50 }, standardError: 0.5 } }));
    expect(describeStop(stopped)).toBe('Stopped; this is what there was.');
    expect(describeFacts(stopped)).toBe('layer last · approximate: 20 of 50 steps · standard error 0.50');
    expect(describeValues(ofMethod('signed', stopped))).toBe('−2.00 to 1.00 (single colours −5.00 to 2.00)');
    expect(describeStop({ ...stopped, partial: null })).toBe('Stopped.');
  });

  it('does not mix a map that is made again with the one from before', () => {
    const before = makeResult({ targetIndex: 7, layer: 'old' });
    const again = map({ phase: 'running', result: before, note: { steps: { done: 2, of: 50 } }, request: { method: 'positive', target: { kind: 'top' }, layer: 'new', parameters: {} } });
    expect([showsEarlierMap(again), nameTargetOf(again), layerOf(again), describeFacts(again)]).toEqual([true, 'class 7', 'old', 'layer old']);
    const partial = { ...again, partial: { ...makeResult().map, sequence: 1 } };
    expect([showsEarlierMap(partial), nameTargetOf(partial), layerOf(partial)]).toEqual([false, 'the top answer', 'new']);
    expect(describeFacts({ ...again, phase: 'cancelled' }), 'the steps are not those of the map that is shown').toBe('layer old');
    expect(describeStop({ ...again, phase: 'cancelled' })).toBe('Stopped; the map from before is shown.');
  });

  it('says why a map that came with a file cannot be checked', () => {
    expect(describeHindrance(map(), 'sanity')).toBe('');
    expect(describeHindrance(map({ origin: { picture: 1, stale: false, method: null, targetName: null, networkName: 'n' } }), 'faithfulness')).toMatch(/network that made it is not on screen/);
    showNetwork('last');
    expect(describeHindrance(map({ origin: { picture: 1, stale: false, method: null, targetName: null, networkName: 'n' } }), 'faithfulness')).toMatch(/^This map came with a file\. Make it again/);
  });

  it('says before it is asked for that the curves need a class; the sanity check does not', () => {
    const ofUnit = map({ request: { ...map().request, target: { kind: 'unit', layer: 'conv', channel: 3 } } });
    expect(describeHindrance(ofUnit, 'faithfulness')).toBe('The curves follow the probability of a class; this map explains a channel.');
    expect(describeHindrance(ofUnit, 'sanity')).toBe('');
    expect(describeHindrance(map(), 'faithfulness')).toBe('');
  });

  it('says why a map that is not finished cannot be checked', () => {
    for (const phase of ['running', 'failed', 'cancelled'] as const) {
      expect(describeHindrance(map({ phase }), 'sanity')).toBe('Only a finished map can be checked.');
      expect(describeHindrance(map({ phase, result: null }), 'faithfulness')).toBe('Only a finished map can be checked.');
    }
  });

  it('asks for more steps only where there are steps', () => {
    const gap = (steps: { readonly done: number; readonly of: number } | null): string => describeExactness(map({ result: makeResult({ note: { steps, completenessGap: 0.2 } }) })).join();
    expect([gap({ done: 50, of: 50 }), gap(null)]).toEqual([expect.stringMatching(/More steps/), expect.not.stringMatching(/More steps/)]);
  });

  it('knows the usual layer only where it is the usual one', () => {
    showNetwork('last');
    const running = ofMethod('positive', map({ phase: 'running', result: null }));
    expect(layerOf(running)).toBe('last');
    expect(layerOf({ ...running, request: { ...running.request, target: { kind: 'unit', layer: 'a', channel: 1 } } }), 'before a unit it is another').toBeNull();
    expect(layerOf({ ...running, network: 'other' })).toBeNull();
    expect(layerOf(ofMethod('signed', running)), 'it has no layer').toBeNull();
  });

  it('has a caption from which the map can be read and made again', () => {
    showNetwork('last');
    const range = { map: 'diverging', low: -2, high: 2, scale: 'percentile' } as const;
    expect(writeCaption(ofMethod('settled', map()), range).split('\n')).toEqual([
      'settled (A 2000, eq. 1) for class 4, score 1.00',
      'Network Everyday · Steps: 20 · Window: from the picture · Compared with: pure black · Squared: off',
      'Values −2.00 to 1.00. The strongest 1 % share the last colour; zero is in the middle.',
      'Orange speaks for it, blue against it; where the picture shows through, the map says nothing.',
      expect.stringMatching(/^Innerview \d+\.\d+\.\d+$/),
    ]);
    expect(writeCaption(map({ result: makeResult({ layer: 'conv' }) }), range)).toContain('Network Everyday · layer conv · steps: 20');
    expect(writeCaption(map({ network: 'other' }), range), 'its own name is not known').toContain('Network other · ');
    expect(settingsOf(ofMethod('settled', map()))).toEqual({ steps: 20, window: null, baseline: 'black', squared: false });
  });

  it('names the settings that were in force, and what was asked for instead', () => {
    const note = { steps: null, inForce: { baseline: 'blur' } };
    const changed = ofMethod('settled', map({ result: makeResult({ note }) }));
    expect(settingsOf(changed)).toMatchObject({ steps: 20, baseline: 'blur' });
    expect(describeSettings(changed)).toEqual(['Steps: 20', 'Window: from the picture', 'Compared with: a blur (pure black does not fit here)', 'Squared: off']);
    expect(writeCaption(changed, { map: 'diverging', low: -2, high: 2, scale: 'percentile' })).toContain('Compared with: a blur (pure black does not fit here)');
    const running = ofMethod('settled', map({ phase: 'running', note, result: makeResult() }));
    expect(settingsOf(running), 'while it is made').toMatchObject({ baseline: 'blur' });
    expect(describeSettings(ofMethod('settled', map({ request: { ...map().request, parameters: { baseline: 'blur' } }, result: makeResult({ note }) })))).toContain('Compared with: a blur');
  });

  it('says how long it takes', () => {
    expect([describeCost(2, 10), describeCost(2000, 20), describeCost(20_000, 20)]).toEqual(['Done at once', 'Takes about 40 s', 'Takes about 7 min']);
  });
});

describe('the colours of a map', () => {
  const plane = { height: 1, width: 200, values: Float32Array.from({ length: 200 }, (_, index) => (index === 0 ? 50 : (index - 100) / 100)) };

  it('end at the 99th percentile or the largest value, around zero when both signs count', () => {
    expect(colourRangeOf(plane, { signed: true, pixel: 'sum' }, 'largest')).toEqual({ map: 'diverging', low: -50, high: 50, scale: 'largest' });
    const { high, low } = colourRangeOf(plane, { signed: true, pixel: 'sum' }, 'percentile');
    expect(high).toBeCloseTo(0.99, 2);
    expect(low).toBe(-high);
    expect(colourRangeOf(plane, { signed: false, pixel: 'sum' }, 'largest')).toMatchObject({ map: 'inferno', low: 0, high: 50 });
    expect(colourRangeOf({ height: 1, width: 2, values: Float32Array.of(-3, -1) }, { signed: false, pixel: 'sum' }, 'largest').high, 'what is never positive has no colours').toBe(0);
  });

  it('end where the numbers do; what is none has a colour of its own', () => {
    const overflowed = { height: 1, width: 4, values: Float32Array.of(Number.NaN, Infinity, -2, 1) };
    for (const scale of ['largest', 'percentile'] as const) expect(colourRangeOf(overflowed, { signed: true, pixel: 'sum' }, scale)).toMatchObject({ low: -2, high: 2 });
    const pixels = paintPlane(overflowed, colourRangeOf(overflowed, { signed: true, pixel: 'sum' }, 'largest'), 4, true);
    expect([...pixels.subarray(0, 8)]).toEqual([...notANumberColour, 255, ...notANumberColour, 255]);
    expect(pixels[11], 'the strongest').toBe(255);
    expect([...pixels.subarray(8, 11)]).toEqual([...colourTable('diverging').subarray(0, 3)]);
    const none = { height: 1, width: 1, values: Float32Array.of(Number.NaN) };
    expect(colourRangeOf(none, { signed: false, pixel: 'sum' }, 'percentile')).toMatchObject({ low: 0, high: 0 });
  });

  it('have one sign where sizes are drawn, whatever signs the values have', () => {
    expect(colourRangeOf({ height: 1, width: 2, values: Float32Array.of(3, 1) }, { signed: true, pixel: 'strongest' }, 'largest')).toEqual({ map: 'inferno', low: 0, high: 3, scale: 'largest' });
  });

  it('say where they end, which need not be where they were asked to', () => {
    const sum = { signed: true, pixel: 'sum' } as const;
    expect(describeColourRange(colourRangeOf(plane, sum, 'percentile'))).toBe('The strongest 1 % share the last colour; zero is in the middle');
    expect(describeColourRange(colourRangeOf(plane, sum, 'largest'))).toBe('Both ends are as far from zero as the largest value; zero is in the middle');
    const one = { height: 1, width: 200, values: Float32Array.from({ length: 200 }, (_, index) => (index === 7 ? 5 : 0)) };
    expect(colourRangeOf(one, { signed: false, pixel: 'sum' }, 'percentile'), 'all but one are zero').toMatchObject({ high: 5, scale: 'largest' });
    expect(describeColourRange(colourRangeOf(one, { signed: false, pixel: 'sum' }, 'percentile'))).toBe('The last colour is the largest value');
  });

  it('are see-through where nothing is said, and follow the sign', () => {
    const painted = paintPlane({ height: 1, width: 3, values: Float32Array.of(-1, 0, 1) }, { map: 'diverging', low: -1, high: 1, scale: 'largest' }, 3, true);
    const table = colourTable('diverging');
    expect([...painted.subarray(0, 4)]).toEqual([...table.subarray(0, 3), 255]);
    expect(painted[7]).toBe(0);
    expect([...painted.subarray(8, 12)]).toEqual([...table.subarray(255 * 4, 255 * 4 + 3), 255]);
  });
});

describe('reading a map', () => {
  it('gives the value at a place and judges the whole', () => {
    const plane = { height: 2, width: 2, values: Float32Array.of(1, 2, 3, -4) };
    expect([valueAt(plane, { y: 0, x: 0 }), valueAt(plane, { y: 0.6, x: 0.4 }), valueAt(plane, { y: 1, x: 1 })]).toEqual([1, 3, -4]);
    expect(judgeMap(plane)).toBe('ok');
    const judge = (...values: number[]): string => judgeMap({ height: 1, width: values.length, values: Float32Array.from(values) });
    expect([judge(0, 0), judge(-0, 0), judge(-1, 0), judge(-1, -1), judge(1, 1), judge(0, 1), judge(0, Number.NaN)])
      .toEqual(['all-zero', 'all-zero', 'nothing-positive', 'nothing-positive', 'flat', 'ok', 'not-a-number']);
  });
});
