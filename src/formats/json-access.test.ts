import { describe, expect, it } from 'vitest';
import { parseJson } from './json-access';

describe('JSON of unknown origin', () => {
  it('is parsed, whatever its texts hold', () => {
    expect(parseJson(`{"a": [1, "${'['.repeat(999)}", "\\"${'{'.repeat(999)}"]}`, 'x')).toEqual({ a: [1, '['.repeat(999), `"${'{'.repeat(999)}`] });
    expect(parseJson('['.repeat(200) + ']'.repeat(200), 'x')).toHaveLength(1);
    expect(parseJson(`[${'[],'.repeat(5000)}[]]`, 'x')).toHaveLength(5001);
  });
  it('is refused when it is none, or nested without end', () => {
    expect(() => parseJson('{', 'x')).toThrow('format-malformed: x is not JSON');
    for (const depth of [257, 5000, 1_000_000]) expect(() => parseJson('['.repeat(depth) + ']'.repeat(depth), 'x')).toThrow(/format-malformed: x is nested/);
  });
});
