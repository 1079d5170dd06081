import { describe, expect, it } from 'vitest';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import { coversPlan, nameOrder, planFrame } from './live-plan';
import type { PlanFacts } from './live-plan';

function plan(spec: Partial<SessionSpec> = {}, facts: Partial<PlanFacts> = {}) {
  return planFrame({
    spec: { ...defaultSpec, ...spec }, known: new Set(['input', 'conv', 'relu', 'logits', 'softmax']), canInfluence: (layer, target) => layer !== 'softmax' && (target.kind !== 'unit' || layer === 'conv'),
    planExplanation: (method, target, layer) => (method === 'deconvnet' ? 'There is no ReLU.'
      : method === 'gradient' ? { method, target, layer: 'input', taps: ['input', 'logits'] } : { method, target, layer: layer ?? 'relu', taps: [layer ?? 'relu', 'logits'] }),
    classes: 10, visible: new Set(), showsExplanation: false, point: null, ...facts,
  });
}

describe('planFrame', () => {
  it('taps what is visible and known, and nothing else', () => {
    const found = plan({}, { visible: new Set(['conv', 'of another network']) });
    expect([...found.taps]).toEqual(['conv']);
    expect(found.backwardTo.size).toBe(0);
  });

  it('computes an explanation only where one is shown', () => {
    expect(plan().explanation).toBeNull();
    const cam = plan({}, { showsExplanation: true });
    expect([cam.explanation?.method, [...cam.taps], [...cam.backwardTo]]).toEqual(['grad-cam', ['relu', 'logits'], ['relu']]);
    const saliency = plan({ explanation: 'gradient' }, { showsExplanation: true });
    expect([saliency.explanation?.method, [...saliency.taps], [...saliency.backwardTo]]).toEqual(['gradient', ['input', 'logits'], ['input']]);
    const refused = plan({ explanation: 'deconvnet' }, { showsExplanation: true });
    expect([refused.explanation, refused.unsupported, refused.backwardTo.size]).toEqual([null, { method: 'deconvnet', reason: 'There is no ReLU.' }, 0]);
    expect(plan({ explanationLayer: 'conv' }, { showsExplanation: true }).explanation?.layer).toBe('conv');
    expect(plan({ explanationLayer: 'of another network' }, { showsExplanation: true }).explanation?.layer).toBe('relu');
    expect(plan({ explanation: 'off' }, { showsExplanation: true }).explanation).toBeNull();
  });

  it('measures the open layer for its order', () => {
    expect([...plan({ openLayer: 'conv' }).taps]).toEqual([]);
    expect([...plan({ openLayer: 'conv', channelOrder: 'activity' }).taps]).toEqual(['conv']);
    const influence = plan({ openLayer: 'conv', channelOrder: 'influence' });
    expect([influence.order, [...influence.backwardTo]]).toEqual([{ layer: 'conv', by: 'influence' }, ['conv']]);
  });

  it('orders by activity where no logit depends on the layer', () => {
    const found = plan({ openLayer: 'softmax', channelOrder: 'influence' });
    expect([found.order, found.backwardTo.size]).toEqual([{ layer: 'softmax', by: 'activity' }, 0]);
  });

  it('orders by the influence on a unit that is held, and keeps its layer', () => {
    const influence = { openLayer: 'conv', channelOrder: 'influence', target: { kind: 'unit', layer: 'relu', channel: 1 } } as const;
    const found = plan(influence);
    expect([found.order, found.target, [...found.taps], [...found.backwardTo]]).toEqual([{ layer: 'conv', by: 'influence' }, influence.target, ['conv', 'relu'], ['conv']]);
    expect([...found.unexplained.taps], 'also where the map is left to a later frame').toEqual(['conv', 'relu']);
    expect(plan({ ...influence, openLayer: 'relu' }).order).toEqual({ layer: 'relu', by: 'activity' });
    expect(plan({ ...influence, target: { kind: 'unit', layer: 'of another network', channel: 1 } }).target).toEqual({ kind: 'top' });
  });

  it('takes a pinned class that this network has', () => {
    expect(plan({ target: { kind: 'class', index: 9 } }).targetIndex).toBe(9);
    expect(plan({ target: { kind: 'class', index: 10 } }).targetIndex).toBeNull();
    expect(plan().targetIndex).toBeNull();
    const explained = (target: SessionSpec['target']): unknown => plan({ target }, { showsExplanation: true }).explanation?.target;
    expect(explained({ kind: 'difference', index: 3, against: 4 })).toEqual({ kind: 'difference', index: 3, against: 4 });
    expect(explained({ kind: 'difference', index: 3, against: 10 })).toEqual({ kind: 'top' });
    expect(explained({ kind: 'difference', index: 3, against: 3 })).toEqual({ kind: 'top' });
    expect(explained({ kind: 'unit', layer: 'conv', channel: 2 })).toEqual({ kind: 'unit', layer: 'conv', channel: 2 });
    expect(explained({ kind: 'unit', layer: 'of another network', channel: 2 })).toEqual({ kind: 'top' });
  });

  it('taps the layer under the finger', () => {
    expect([...plan({}, { point: { layer: 'conv', channel: 0, y: 0, x: 0 } }).taps]).toEqual(['conv']);
  });
});

describe('coversPlan', () => {
  it('needs the same mode, target and method, and every tap', () => {
    const done = plan({}, { visible: new Set(['conv', 'relu']) });
    expect(coversPlan(done, plan({}, { visible: new Set(['conv']) }))).toBe(true);
    expect(coversPlan(done, plan({}, { visible: new Set(['logits']) }))).toBe(false);
    expect(coversPlan(done, plan({ everyStep: true }, { visible: new Set(['conv']) }))).toBe(false);
    expect(coversPlan(done, plan({ target: { kind: 'class', index: 1 } }))).toBe(false);
    expect(coversPlan(done, plan({}, { showsExplanation: true }))).toBe(false);
  });

  it('serves another order too, which is told apart: another measure, another target of an influence', () => {
    const by = (spec: Partial<SessionSpec>): ReturnType<typeof plan> => plan({ openLayer: 'conv', channelOrder: 'influence', ...spec });
    const unit = (channel: number): SessionSpec['target'] => ({ kind: 'unit', layer: 'relu', channel });
    const done = by({ target: unit(1) });
    const same = (wanted: ReturnType<typeof plan>, before = done): readonly boolean[] => [coversPlan(before, wanted), nameOrder(before) === nameOrder(wanted)];
    expect(same(by({ target: unit(1) }))).toEqual([true, true]);
    expect(same(by({ target: unit(2) })), 'another unit').toEqual([true, false]);
    expect(same(by({ target: { kind: 'difference', index: 1, against: 3 } }), by({ target: { kind: 'difference', index: 1, against: 2 } })), 'another second class').toEqual([true, false]);
    expect(same(by({ target: unit(1), channelOrder: 'activity' })), 'another measure').toEqual([true, false]);
    expect(same(by({ target: unit(1), channelOrder: 'index' })), 'none').toEqual([true, false]);
    expect(same(by({ channelOrder: 'activity', target: unit(2) }), by({ channelOrder: 'activity', target: unit(1) })), 'activity has no target').toEqual([true, true]);
    expect(coversPlan(by({ channelOrder: 'activity' }), by({})), 'a gradient that was not asked for').toBe(false);
  });

  it('takes a method that is undefined for an answer of its own', () => {
    const shown = { showsExplanation: true, planExplanation: () => 'There is no ReLU.' };
    const refused = plan({ explanation: 'deconvnet' }, shown);
    expect(coversPlan(refused, plan({ explanation: 'deconvnet' }, shown))).toBe(true);
    expect(coversPlan(refused, plan({ explanation: 'guided-backprop' }, shown)), 'another method').toBe(false);
    expect(coversPlan(refused, plan({ explanation: 'deconvnet' }, { ...shown, planExplanation: () => 'Not for this unit.' })), 'another reason').toBe(false);
    expect(coversPlan(plan({ explanation: 'off' }, shown), refused), 'none before').toBe(false);
    expect(coversPlan(refused, plan({ explanation: 'off' }, shown)), 'none after').toBe(false);
    expect(coversPlan(plan({ explanation: 'deconvnet' }), plan({ explanation: 'guided-backprop' })), 'none on screen').toBe(true);
  });
});
