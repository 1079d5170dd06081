import { describe, expect, it } from 'vitest';
import { orderChannels, rankPredictions } from './predictions';
import { createFrequencyMeter, createRunningAverage, createThrottle } from './rates';
import { recogniseFailure } from './recognise-failure';

describe('rankPredictions', () => {
  const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const logits = new Float32Array([0, 3, 1, 6, 2, 5, 4]);

  it('lists the five best, best first', () => {
    const { top, targetIndex } = rankPredictions(logits, classes, null);
    expect(top.map((prediction) => prediction.label)).toEqual(['d', 'f', 'g', 'b', 'e']);
    expect(targetIndex).toBe(3);
  });

  it('takes a sigmoid of a single output, and probabilities as they are', () => {
    const { top } = rankPredictions(Float32Array.of(0), ['yes'], null, 'sigmoid');
    expect(top).toEqual([{ index: 0, label: 'yes', probability: 0.5 }]);
    const own = rankPredictions(Float32Array.of(0.75, 0.875), ['a', 'b'], null, 'as-they-are').top;
    expect(own.map(({ probability }) => probability)).toEqual([0.875, 0.75]);
  });
  it('adds the pinned class where it is not among them', () => {
    expect(rankPredictions(logits, classes, 0).top.map((prediction) => prediction.index)).toEqual([3, 5, 6, 1, 4, 0]);
    expect(rankPredictions(logits, classes, 5)).toMatchObject({ targetIndex: 5, top: { length: 5 } });
  });
});

describe('orderChannels', () => {
  it('sorts by falling value and leaves equals in their order', () => {
    expect(orderChannels(new Float32Array([1, 3, 3, 0, 2]))).toEqual([1, 2, 4, 0, 3]);
  });
});

describe('createThrottle', () => {
  it('begins once in a period, when something is marked and nothing is under way', () => {
    const throttle = createThrottle(100);
    expect([throttle.begin(0), throttle.dueInMs(0)]).toEqual([false, null]);
    throttle.mark();
    expect([throttle.dueInMs(0), throttle.begin(0), throttle.begin(0)]).toEqual([0, true, false]);
    throttle.mark();
    expect([throttle.dueInMs(150), throttle.begin(150)]).toEqual([null, false]);
    throttle.end();
    expect([throttle.dueInMs(40), throttle.begin(40), throttle.begin(100)]).toEqual([60, false, true]);
  });
});

describe('createRunningAverage and createFrequencyMeter', () => {
  it('start at the first measurement and follow slowly', () => {
    const average = createRunningAverage();
    average.add(10);
    average.add(20);
    expect(average.value).toBeCloseTo(12);
  });

  it('forget a pause', () => {
    const meter = createFrequencyMeter();
    for (const atMs of [0, 50, 100, 150]) meter.note(atMs);
    expect(meter.perSecond).toBeCloseTo(20);
    meter.note(60_000);
    expect(meter.perSecond).toBe(0);
    meter.note(60_100);
    expect(meter.perSecond).toBeCloseTo(10);
  });
});

describe('recogniseFailure', () => {
  it.each([
    new RangeError('Array buffer allocation failed'), new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded'),
    new Error('RuntimeError: Aborted(OOM). Build with -sASSERTIONS'), new RangeError('Out of memory'),
  ])('out-of-memory: %s', (thrown) => {
    expect(recogniseFailure(thrown)).toMatchObject({ code: 'out-of-memory', recoverable: true });
  });

  it('internal: everything else, with what was said', () => {
    expect(recogniseFailure(new TypeError('x is undefined'))).toMatchObject({ code: 'internal', detail: 'TypeError: x is undefined' });
    expect(recogniseFailure('odd').detail).toBe('odd');
  });
});
