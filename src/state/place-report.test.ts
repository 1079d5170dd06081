import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draft, place } from './inspection';
import { useInspection } from './inspection.fixture';
import { chooseUnit, followPlace, readPlace, restingPlace, shareAround, unitsHere } from './place-report';

describe('the evidence around a place', () => {
  it('is its part of all evidence of the same sign', () => {
    const plane = { height: 10, width: 10, values: new Float32Array(100) };
    plane.values[55] = 3;
    plane.values[5] = 1;
    plane.values[54] = -2;
    expect(shareAround(plane, { y: 0.55, x: 0.55 })).toEqual({ positive: 0.75, negative: 0 });
    expect(shareAround(plane, { y: 0.55, x: 0.5 }, 0.06)).toEqual({ positive: 0.75, negative: 1 });
    expect(shareAround({ height: 2, width: 2, values: Float32Array.of(4, 0, 0, 4) }, { y: 0.1, x: 0.1 }), 'a coarse map has its own cell').toEqual({ positive: 0.5, negative: null });
  });
});

describe('the value at a place', () => {
  const plane = { height: 1, width: 2, values: Float32Array.of(3, -1) };
  const at = { y: 0.5, x: 0.1 };

  it('is for or against only where values are evidence', () => {
    expect(readPlace(plane, { signed: true, pixel: 'sum', meaning: 'evidence' }, at)).toEqual({ value: 3, name: 'Evidence here', evidence: { positive: 1, negative: 0 } });
    expect(readPlace(plane, { signed: false, pixel: 'only', meaning: 'evidence' }, at).evidence).toEqual({ positive: 1, negative: 'left-out' });
    expect(readPlace(plane, { signed: true, pixel: 'sum', meaning: 'excitation' }, at).evidence, 'what is below zero is not against').toEqual({ positive: 1, negative: 'left-out' });
    const belowZero = { height: 1, width: 3, values: Float32Array.of(-3, -1, 0.001) };
    const raised = (explained?: Parameters<typeof readPlace>[3]): unknown => readPlace(belowZero, { signed: true, pixel: 'sum', meaning: 'excitation' }, at, explained).evidence;
    expect(raised({ target: 'class', score: -4 }), 'parts of a score below zero raised it').toEqual({ positive: 0.75, negative: 'left-out' });
    expect([raised(), raised({ target: 'difference', score: -4 })], 'each of two scores has its own sign').toEqual([{ positive: 0, negative: 'left-out' }, { positive: 0, negative: 'left-out' }]);
  });

  it.each([['sensitivity', 'Sensitivity here'], ['spread', 'Spread of the gradient here'], ['modified-gradient', 'Changed gradient here'], ['pattern', 'Place along the pattern'], ['weighted-maps', 'Weighted activity here'], ['kept-score', 'Mean while it showed']] as const)(
    'of %s has its own name', (meaning, name) => {
      expect(readPlace(plane, { signed: true, pixel: 'only', meaning }, at)).toEqual({ value: 3, name, evidence: null });
    });
});

describe('the units at a place', () => {
  let stage: ReturnType<typeof useInspection>;
  const asked: { readonly y: number; readonly x: number }[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    asked.splice(0);
    stage = useInspection();
    Object.assign(stage.fake.runtime.supervisor, {
      readUnits: async (at: { readonly y: number; readonly x: number }) => { asked.push(at); return [{ layer: `l${at.x}`, y: 0, x: 1, channels: [{ channel: 7, value: 2 }] }]; },
    });
  });
  afterEach(() => { vi.useRealTimers(); });

  it('are read once the pointer rests, not on its way', async () => {
    const stop = followPlace();
    for (let step = 1; step <= 10; step += 1) {
      place.value = { y: 0.5, x: step / 10 };
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual([{ y: 0.5, x: 1 }]);
    expect(unitsHere.peek()?.[0]?.layer).toBe('l1');
    const [unit] = unitsHere.peek() ?? [];
    if (unit !== undefined) chooseUnit(unit, 7);
    expect(draft.peek().target).toEqual({ kind: 'unit', layer: 'l1', channel: 7, y: 0, x: 1 });
    stop();
    expect([restingPlace.peek(), unitsHere.peek()]).toEqual([null, null]);
    place.value = { y: 0.1, x: 0.1 };
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(1);
  });
});
