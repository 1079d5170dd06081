import { beforeEach, describe, expect, it } from 'vitest';
import { colourTable } from '../contract/colour-map';
import { colourRangeOf, paintPlane } from './colours-of-map';
import { describeCost, describeExactness, describeNote, describeValues, describeVerdict, writeCaption } from './describe-map';
import { judgeMap, methods, valueAt, type InspectedMap } from './inspection';
import { describeForTest, makeResult } from './inspection.fixture';

const map = (over: Partial<InspectedMap> = {}): InspectedMap => ({
  id: 'a', job: 'a', network: 'n', request: { method: 'signed', target: { kind: 'class', index: 4 }, layer: null, parameters: { steps: 20 } }, phase: 'done', fraction: 1, note: null,
  begunOn: 0, origin: null, partial: null, result: makeResult(), error: null, faithfulness: null, sanity: null, ...over,
});
const withValues = (...values: number[]): InspectedMap => map({ result: makeResult({ map: { shape: [1, values.length], values: Float32Array.from(values) } }) });
beforeEach(() => { methods.value = [describeForTest('signed'), describeForTest('positive', { signed: false, kind: 'layer' })]; });

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
  });

  it('says that there is nothing instead of stretching a blank', () => {
    expect(describeVerdict(withValues(-1, -2))).toBe('No positive evidence for class 4: everything here speaks against it.');
    expect(describeVerdict({ ...withValues(0, 0), request: { ...map().request, method: 'positive' } })).toBe('No positive evidence for class 4 in this layer.');
    expect(describeVerdict(withValues(2, 2))).toMatch(/same value everywhere/);
    expect(describeVerdict(withValues(1, Number.NaN))).toMatch(/not numbers/);
    expect(describeVerdict(withValues(1, -1))).toBe('');
    expect(describeVerdict({ ...withValues(-1, -2), phase: 'running' })).toBe('');
  });

  it('has a caption from which the map can be made again', () => {
    expect(writeCaption(map(), 'Everyday')).toBe('signed (A 2000) for class 4, score 1.00\nNetwork Everyday · steps 20\nValues −2.00 to 1.00');
  });

  it('says how long it takes', () => {
    expect([describeCost(2, 10), describeCost(2000, 20), describeCost(20_000, 20)]).toEqual(['Done at once', 'Takes about 40 s', 'Takes about 7 min']);
  });
});

describe('the colours of a map', () => {
  const plane = { height: 1, width: 200, values: Float32Array.from({ length: 200 }, (_, index) => (index === 0 ? 50 : (index - 100) / 100)) };

  it('end at the 99th percentile or the largest value, around zero when both signs count', () => {
    expect(colourRangeOf(plane, true, 'largest')).toEqual({ map: 'diverging', low: -50, high: 50, scale: 'largest' });
    const { high, low } = colourRangeOf(plane, true, 'percentile');
    expect(high).toBeCloseTo(0.99, 2);
    expect(low).toBe(-high);
    expect(colourRangeOf(plane, false, 'largest')).toMatchObject({ map: 'inferno', low: 0, high: 50 });
    expect(colourRangeOf({ height: 1, width: 2, values: Float32Array.of(-3, -1) }, false, 'largest').high, 'what is never positive has no colours').toBe(0);
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
  });
});
