import { describe, expect, it } from 'vitest';
import { describeLimit } from './limits';

describe('describeLimit', () => {
  it('says that all hold it, the limit itself included', () => {
    expect(describeLimit('a task', 50, [{ name: 'freeze/390', ms: 12 }, { name: 'erase/390', ms: 50 }])).toEqual(['limit 50 ms for a task: held by 2 of 2']);
  });

  it('lists what misses it, the worst first, and counts last', () => {
    const taken = [{ name: 'freeze/390', ms: 50.4 }, { name: 'blur/390', ms: 49.9 }, { name: 'erase/1440', ms: 71.3 }, { name: 'move/390', ms: 60 }];
    expect(describeLimit('a task of the window', 50, taken)).toEqual([
      'missed by erase/1440: 71.3 ms', 'missed by move/390: 60.0 ms', 'missed by freeze/390: 50.4 ms', 'limit 50 ms for a task of the window: held by 1 of 4',
    ]);
  });

  it('counts what was not measured rightly as missed', () => {
    expect(describeLimit('a stop', 100, [{ name: 'rise/everyday', ms: Number.NaN }, { name: 'lrp/everyday', ms: Number.POSITIVE_INFINITY }]).at(-1)).toBe('limit 100 ms for a stop: held by 0 of 2');
  });

  it('does not call a limit held when nothing was measured', () => {
    expect(describeLimit('a stop', 100, [])).toEqual(['limit 100 ms for a stop: nothing was measured']);
  });
});
