import { describe, expect, it } from 'vitest';
import { countFramesBehind, judgeCertainty } from './honest-state';

const answers = (...probabilities: readonly number[]): { probability: number }[] => probabilities.map((probability) => ({ probability }));

describe('judgeCertainty', () => {
  it('is sure of a clear answer', () => {
    expect(judgeCertainty(answers(0.8, 0.1), 100)).toEqual({ kind: 'sure' });
    expect(judgeCertainty([], 100)).toEqual({ kind: 'sure' });
  });
  it('counts what lies within five hundredths', () => {
    expect(judgeCertainty(answers(0.34, 0.32, 0.295, 0.02), 100)).toEqual({ kind: 'unsure', count: 3, orMore: false });
    expect(judgeCertainty(answers(0.34, 0.32, 0.31), 100)).toEqual({ kind: 'unsure', count: 3, orMore: true });
    expect(judgeCertainty(answers(0.5, 0.5), 2)).toEqual({ kind: 'guess' });
  });
  it('does not call a lone low answer a guess', () => {
    expect(judgeCertainty(answers(0.26, 0.05), 100)).toEqual({ kind: 'sure' });
  });
  it('asks answers that stand alone for their own yes or no', () => {
    expect(judgeCertainty(answers(0.97), 1, true)).toEqual({ kind: 'alone', undecided: 0 });
    expect(judgeCertainty(answers(0.03), 1, true)).toEqual({ kind: 'alone', undecided: 0 });
    expect(judgeCertainty(answers(0.9, 0.88, 0.53, 0.46, 0.1), 7, true)).toEqual({ kind: 'alone', undecided: 2 });
  });
  it('calls a guess a guess', () => {
    expect(judgeCertainty(answers(0.12, 0.11, 0.1), 100)).toEqual({ kind: 'guess' });
    expect(judgeCertainty(answers(0.38, 0.32), 3)).toEqual({ kind: 'guess' });
  });
});

describe('countFramesBehind', () => {
  const lag = { nowMs: 10_000, tickMs: 50, frameIntervalMs: 100 };
  it('is zero while the maps follow', () => {
    expect(countFramesBehind({ ...lag, capturedAtMs: 9_900 })).toBe(0);
    expect(countFramesBehind({ ...lag, capturedAtMs: null })).toBe(0);
  });
  it('counts frames of the camera once the worker hangs behind', () => {
    expect(countFramesBehind({ ...lag, capturedAtMs: 9_000 })).toBe(10);
  });
  it('does not call a slow machine stale', () => {
    expect(countFramesBehind({ ...lag, capturedAtMs: 9_000, tickMs: 400 })).toBe(0);
  });
});
