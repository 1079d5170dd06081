import { describe, expect, it } from 'vitest';
import { readMeasured, writeJson } from './measured-numbers';

describe('measured numbers', () => {
  it('are written as they are, those that are none as words', () => {
    expect(writeJson({ a: [1, Number.NaN, -0.5], b: { c: Infinity, d: -Infinity }, e: null, f: 'NaN' })).toBe('{"a":[1,"NaN",-0.5],"b":{"c":"Infinity","d":"-Infinity"},"e":null,"f":"NaN"}');
  });
  it('come back', () => {
    for (const value of [0, -1.5, Number.NaN, Infinity, -Infinity]) expect(readMeasured(JSON.parse(writeJson(value)))).toBe(value);
  });
  it.each([null, undefined, '', 'nan', '+Infinity', '1', 'toString', '__proto__', true, [], {}, JSON.parse('1e999')])('%o is none', (value) => {
    expect(readMeasured(value)).toBeNull();
  });
});
