import { describe, expect, it } from 'vitest';
import { errorCodes } from '../contract/errors';
import { errorTexts, isShown } from './error-texts';

describe('error texts', () => {
  it.each(errorCodes)('%s has a sentence of its own and a next step', (code) => {
    const { sentence, steps } = errorTexts[code];
    expect(sentence).toMatch(/^[A-Z].+[.]$/s);
    expect(sentence).not.toContain(code);
    expect(sentence.length).toBeLessThan(180);
    expect(steps.length > 0).toBe(isShown(code));
    expect(Object.values(errorTexts).filter((text) => text.sentence === sentence)).toHaveLength(1);
  });
  it('knows no code that does not exist', () => {
    expect(Object.keys(errorTexts).sort()).toEqual([...errorCodes].sort());
  });
  it('shows everything but what went as it should', () => {
    expect(errorCodes.filter((code) => !isShown(code))).toEqual(['superseded', 'cancelled']);
  });
});
