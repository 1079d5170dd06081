import { beforeEach, describe, expect, it } from 'vitest';
import { defaultSpec } from '../contract/session-spec';
import { spec } from './choices';
import { methods, unitMethods } from './inspection';
import { describeForTest } from './inspection.fixture';
import { describeLiveMap, describeLiveSigns, liveCaption, liveMap, liveMethod, mappedLayer, liveRangeEnd, type LiveCaptionInput } from './live-caption';
import { refusal, refuseMethod } from './refused-method';
import { explanation, network, targetIndex } from './worker-state';

const ok = { state: 'ok', layer: 'conv', max: 2, everyFrames: 1 } as const;
const empty = { state: 'no-positive-evidence', layer: 'conv', max: 0, everyFrames: 1 } as const;
const unit = { target: { kind: 'unit', layer: 'conv', channel: 3 }, label: 'channel 3 of conv' } as const;
const input = (over: Partial<LiveCaptionInput> = {}): LiveCaptionInput => ({
  meaning: 'evidence', networkReason: null, found: ok, target: { kind: 'top' }, label: 'cup', classCount: 10, isTopNow: true, chosenLayer: null, ...over,
});
const say = (over: Partial<LiveCaptionInput> = {}): string => {
  const { before, label, after } = describeLiveMap(input(over));
  return before + label + after;
};

describe('what is said of the live map', () => {
  it('says what its values are', () => {
    expect([say(), say({ meaning: 'sensitivity' }), say({ meaning: 'modified-gradient' }), say({ meaning: null })])
      .toEqual(['What spoke for cup, the top answer', 'What would change cup, the top answer', 'A drawing of what excites cup, the top answer', 'A map for cup, the top answer']);
    expect(say({ target: { kind: 'class', index: 1 } })).toBe('What spoke for cup, which you pinned');
    expect(say({ isTopNow: false, found: { ...ok, everyFrames: 3 } })).toBe('Up to 2 frames behind. What spoke for cup, the top answer then');
    expect(say({ isTopNow: false, target: { kind: 'class', index: 1 } })).toBe('What spoke for cup, which you pinned');
    expect(say({ classCount: 1 })).toBe('What spoke for cup');
  });

  it('says that nothing speaks for it, in a layer only where there is one', () => {
    expect(say({ found: empty })).toBe('No positive evidence for cup in this layer.');
    expect(say({ found: { ...empty, layer: null } })).toBe('No positive evidence for cup.');
    expect(say({ found: { ...empty, layer: null }, meaning: 'sensitivity' })).toBe('No small change of the picture would change cup.');
    expect(say({ found: { ...empty, layer: null }, meaning: 'modified-gradient' })).toBe('Nothing comes back to the picture from cup.');
    expect(say({ found: { ...empty, max: Number.NaN } })).toBe('Some values are not numbers: do not read this map.');
  });

  it('says how far it is behind before all else', () => {
    expect(say({ found: { ...ok, everyFrames: 3 } })).toBe('Up to 2 frames behind. What spoke for cup, the top answer');
    expect(say({ found: { ...empty, everyFrames: 2 } })).toMatch(/^Up to 1 frame behind\. No positive evidence/);
  });

  it('is as honest of a unit that is held', () => {
    expect(describeLiveMap(input(unit))).toEqual({ before: 'What excites ', label: unit.label, after: ', which you hold.', action: 'release-target' });
    expect(say({ ...unit, meaning: 'sensitivity' })).toBe('What would change channel 3 of conv, which you hold.');
    expect(say({ ...unit, found: { ...ok, everyFrames: 4 } })).toBe('Up to 3 frames behind. What excites channel 3 of conv, which you hold.');
    expect(say({ ...unit, found: empty })).toBe('The map of channel 3 of conv is empty: it is 0 in this frame, or nothing in it excites it.');
    expect(describeLiveMap(input({ ...unit, found: empty })).action).toBe('release-target');
  });

  it('gives the reason as the sentence it is, and blames the network only where it is the cause', () => {
    const found = { ...empty, state: 'unsupported', reason: 'Guided backpropagation is defined for ReLU; this network uses SiLU.' } as const;
    expect(say({ found, networkReason: found.reason })).toBe(`Not defined for this network: ${found.reason}`);
    expect(describeLiveMap(input({ found, networkReason: found.reason, ...unit })).action, 'letting go would not help').toBeNull();
    expect(say({ found, ...unit })).toBe(`Not defined for channel 3 of conv: ${found.reason}`);
    expect(describeLiveMap(input({ found, ...unit })).action).toBe('release-target');
    expect(describeLiveMap(input({ found, ...unit, chosenLayer: 'late' })).action, 'a layer that was chosen for the answer and lies behind the unit').toBe('usual-layer');
    expect(describeLiveMap(input({ found, ...unit, networkReason: found.reason, chosenLayer: 'late' })).action).toBeNull();
    expect(describeLiveMap(input({ found: { ...found, reason: 'The score does not depend on this layer.' }, chosenLayer: 'aux' }))).toMatchObject({ before: 'Not defined here: The score does not depend on this layer.', action: 'usual-layer' });
  });

  it('promises no map of a method that the network cannot have, before the worker says so', () => {
    const networkReason = 'Deconvnet changes what happens at a ReLU; there is none before this score.';
    expect(say({ found: null, networkReason, meaning: 'modified-gradient' })).toBe(`Not defined for this network: ${networkReason}`);
    expect(say({ found: null, networkReason, meaning: 'modified-gradient', ...unit }), 'below the answer it may be defined').toBe('A drawing of what excites channel 3 of conv, which you hold.');
    expect(say({ found: ok, networkReason, ...unit })).toBe('What excites channel 3 of conv, which you hold.');
  });

  it('names a layer that was chosen, with the way back', () => {
    expect(describeLiveMap(input({ chosenLayer: 'conv' }))).toMatchObject({ after: ', the top answer, in conv.', action: 'usual-layer' });
    expect(describeLiveMap(input({ chosenLayer: 'conv', found: { ...ok, layer: null } })), 'a map of the input').toMatchObject({ after: ', the top answer', action: null });
  });

  it('never names a colour that is not drawn', () => {
    for (const meaning of ['evidence', 'excitation', 'sensitivity', 'modified-gradient'] as const) expect(describeLiveSigns({ meaning, pixel: 'sum' })).toMatch(/^Bright/);
  });
});

describe('the live map of the chosen method', () => {
  beforeEach(() => {
    spec.value = { ...defaultSpec, explanation: 'gradient' };
    methods.value = [describeForTest('gradient', { meaning: 'sensitivity' }), describeForTest('grad-cam', { choosesLayer: true })];
    network.value = { kind: 'network', network: 'n', card: { classes: ['cup', 'bowl'] } as never, layers: [], explanationLayer: null, answersStandAlone: false };
    targetIndex.value = 0;
    unitMethods.value = new Map();
    explanation.value = { kind: 'explanation', method: 'gradient', state: 'ok', layer: null, targetIndex: 0, min: 0.5, max: 2, sequence: 1, everyFrames: 1 };
  });

  it('is read by what the worker says of that method', () => {
    expect([liveMethod.value?.id, liveCaption.value?.before, liveRangeEnd.value]).toEqual(['gradient', 'What would change ', 2]);
  });

  it('names the answer that the map is of, not the newest', () => {
    targetIndex.value = 1;
    expect([liveCaption.value?.label, liveCaption.value?.after]).toEqual(['cup', ', the top answer then']);
    if (explanation.value !== null) explanation.value = { ...explanation.value, targetIndex: 1, sequence: 4 };
    expect([liveCaption.value?.label, liveCaption.value?.after]).toEqual(['bowl', ', the top answer']);
    // No map of this method yet.
    spec.value = { ...spec.value, explanation: 'grad-cam' };
    targetIndex.value = 0;
    expect([liveCaption.value?.label, liveCaption.value?.after]).toEqual(['cup', ', the top answer']);
  });

  it('tells what holds for the network from what holds for the held unit', () => {
    const onlyForClasses = 'There is none before this score.';
    spec.value = { ...spec.value, target: { kind: 'unit', layer: 'low', channel: 3 } };
    explanation.value = { kind: 'explanation', method: 'gradient', state: 'unsupported', layer: null, targetIndex: 0, min: 0, max: 0, sequence: 1, everyFrames: 1, reason: onlyForClasses };
    expect(liveCaption.value).toMatchObject({ before: 'Not defined for ', action: 'release-target' });
    unitMethods.value = new Map([['low', [describeForTest('gradient', { unsupported: onlyForClasses })]]]);
    expect(liveCaption.value, 'the network has it').toMatchObject({ before: 'Not defined for ', action: 'release-target' });
    refuseMethod('gradient');
    expect(refusal.value).toBe(`gradient is not defined for the unit that is held: ${onlyForClasses}`);
    methods.value = [describeForTest('gradient', { unsupported: onlyForClasses })];
    expect(liveCaption.value, 'letting go would not help').toMatchObject({ before: `Not defined for this network: ${onlyForClasses}`, action: null });
  });

  it('does not take over what was said of the method before', () => {
    if (explanation.value !== null) explanation.value = { ...explanation.value, state: 'unsupported', reason: 'No.' };
    spec.value = { ...spec.value, explanation: 'grad-cam' };
    expect([liveMap.value, liveCaption.value?.before, liveRangeEnd.value]).toEqual([null, 'What spoke for ', null]);
  });

  it('knows the layer that a CAM looks at, for a unit from its map', () => {
    const event = explanation.value;
    if (event === null || network.value === null) throw new Error('no event');
    network.value = { ...network.value, explanationLayer: 'last' };
    spec.value = { ...spec.value, explanation: 'grad-cam' };
    explanation.value = { ...event, method: 'grad-cam', layer: 'last' };
    expect(mappedLayer.value).toBe('last');
    spec.value = { ...spec.value, target: { kind: 'unit', layer: 'conv', channel: 3 } };
    explanation.value = { ...event, method: 'grad-cam', layer: 'before' };
    expect(mappedLayer.value).toBe('before');
    spec.value = { ...spec.value, explanationLayer: 'first' };
    expect(mappedLayer.value).toBe('first');
    explanation.value = { ...event, method: 'grad-cam', state: 'unsupported', reason: 'No.' };
    expect(liveCaption.value?.action).toBe('usual-layer');
    spec.value = { ...spec.value, explanation: 'gradient' };
    explanation.value = { ...event, state: 'unsupported', reason: 'No.' };
    expect(liveCaption.value?.action, 'this one looks at no layer').toBe('release-target');
    spec.value = { ...spec.value, explanation: 'grad-cam', explanationLayer: null };
    expect(mappedLayer.value, 'nothing was said of this method yet').toBeNull();
  });

  it('has no range where nothing is drawn, and none below its beginning', () => {
    const event = explanation.value;
    if (event === null) throw new Error('no event');
    explanation.value = { ...event, state: 'no-positive-evidence', max: 0 };
    expect(liveRangeEnd.value).toBe(0);
    explanation.value = { ...event, max: Number.NaN };
    expect(liveRangeEnd.value).toBeNull();
    explanation.value = { ...event, state: 'unsupported' };
    expect(liveRangeEnd.value).toBeNull();
    spec.value = { ...spec.value, explanation: 'off' };
    expect([liveCaption.value, liveMethod.value]).toEqual([null, null]);
  });

  it('says nothing before there is an answer, except why there will be none', () => {
    const event = explanation.value;
    if (event === null) throw new Error('no event');
    targetIndex.value = null;
    explanation.value = null;
    expect(liveCaption.value).toBeNull();
    explanation.value = { ...event, state: 'unsupported', reason: 'No.' };
    expect(liveCaption.value?.before).toBe('Not defined here: No.');
  });
});
