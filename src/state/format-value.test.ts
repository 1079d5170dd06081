import { describe, expect, it } from 'vitest';
import { formatMeasured, formatValue } from './format-value';

describe('formatValue', () => {
  it.each([[0, '0.00'], [1.234, '1.23'], [-0.5, '−0.50'], [0.0417, '0.042'], [-0.00417, '−0.0042'], [12.34, '12.3'], [1234.5, '1235'], [123456, '1.2e+5'], [0.00012, '1.2e−4'], [-0.000042, '−4.2e−5'], [NaN, 'not a number']])('writes %d as %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });
});

describe('formatMeasured', () => {
  it.each([[0, '0'], [-0.5, '−0.5'], [1034.25, '1034.25'], [Math.fround(0.1), '0.1'], [-1.23456789e-7, '−1.23457e−7'], [NaN, 'not a number']])('writes %d as %s', (value, text) => {
    expect(formatMeasured(value)).toBe(text);
  });
});
