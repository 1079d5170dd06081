import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import type { JobParameters } from '../contract/jobs';
import { draftCost, followDraftCost } from './draft-cost';
import { failure } from './failure';
import { draft, methods } from './inspection';
import { describeForTest, settle, useInspection } from './inspection.fixture';

describe('what the next map costs', () => {
  interface Asked {
    readonly of: readonly [method: string, parameters: JobParameters, layer: string | null];
    readonly resolve: (passes: number) => void;
    readonly reject: (thrown: unknown) => void;
  }
  const asked: Asked[] = [];
  let stop: () => void = () => undefined;
  beforeEach(() => {
    const { fake } = useInspection();
    asked.splice(0);
    Object.assign(fake.runtime.supervisor, { estimateCost: (...of: Asked['of']) => new Promise<number>((resolve, reject) => { asked.push({ of, resolve, reject }); }) });
    methods.value = [describeForTest('rise', { cost: 2001 }), describeForTest('gradient', { cost: 2 }), describeForTest('cam', { cost: 0, unsupported: 'no pool' })];
    draft.value = { method: 'rise', target: { kind: 'top' }, layer: null, parameters: {} };
    stop = followDraftCost();
  });
  afterEach(() => stop());
  const change = (part: Partial<typeof draft.value>): void => { draft.value = { ...draft.peek(), ...part }; };

  it('follows the settings, and the layer', async () => {
    expect([draftCost.value, asked.length], 'the usual settings are known').toEqual([2001, 0]);
    change({ parameters: { masks: 20_000 } });
    expect(draftCost.value, 'until the worker has answered').toBe(2001);
    asked[0]?.resolve(20_001);
    await settle();
    expect(draftCost.value).toBe(20_001);
    change({ layer: 'conv' });
    expect([draftCost.value, asked[1]?.of], 'what was said last').toEqual([20_001, ['rise', { masks: 20_000 }, 'conv', undefined]]);
    asked[1]?.resolve(5);
    await settle();
    expect(draftCost.value).toBe(5);
    change({ target: { kind: 'unit', layer: 'low', channel: 1 } });
    expect(asked[2]?.of).toEqual(['rise', { masks: 20_000 }, 'conv', 'low']);
    change({ layer: null, parameters: {}, target: { kind: 'top' } });
    expect(draftCost.value).toBe(2001);
  });

  it('is never that of another method, nor an older answer', async () => {
    change({ parameters: { masks: 2 } });
    change({ parameters: { masks: 20 } });
    asked[1]?.resolve(21);
    await settle();
    asked[0]?.resolve(3);
    await settle();
    expect(draftCost.value).toBe(21);
    change({ method: 'gradient', parameters: {} });
    expect(draftCost.value).toBe(2);
    change({ method: 'cam' });
    change({ method: 'rise', parameters: { masks: 4 } });
    change({ method: 'gradient', parameters: {} });
    asked[2]?.resolve(5);
    await settle();
    expect([draftCost.value, asked.length]).toEqual([2, 3]);
    change({ method: 'nobody' });
    expect(draftCost.value).toBeNull();
  });

  it('stays where a setting is out of range, and reports what is no answer', async () => {
    change({ parameters: { masks: 20 } });
    asked[0]?.resolve(21);
    await settle();
    change({ parameters: { masks: 0 } });
    asked[1]?.reject(new AppError('explain-unsupported', 'masks must be a whole number from 1 to 9'));
    await settle();
    expect([draftCost.value, failure.peek()]).toEqual([21, null]);
    change({ parameters: { masks: 3 } });
    asked[2]?.reject(new AppError('internal', 'x'));
    await settle();
    expect(failure.peek()).not.toBeNull();
  });
});
