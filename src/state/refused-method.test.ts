import { beforeEach, describe, expect, it } from 'vitest';
import { defaultSpec } from '../contract/session-spec';
import { changeSpec, spec } from './choices';
import { methods } from './inspection';
import { describeForTest } from './inspection.fixture';
import { refusal, refuseMethod } from './refused-method';

describe('a method that is undefined for the network', () => {
  beforeEach(() => {
    spec.value = { ...defaultSpec };
    methods.value = [describeForTest('cam', { unsupported: 'It needs a global average.' }), describeForTest('gradient')];
  });

  it('is refused in words', () => {
    expect(refusal.value).toBeNull();
    refuseMethod('cam');
    expect(refusal.value).toBe('cam is not defined for this network: It needs a global average.');
  });

  it.each([
    ['another map', { explanation: 'gradient' }], ['another network', { network: 'digits' }], ['another target', { target: { kind: 'class', index: 1 } }], ['a layer', { openLayer: 'conv' }],
  ] as const)('is forgotten with the choice of %s', (_, change) => {
    refuseMethod('cam');
    changeSpec(change);
    expect(refusal.value).toBeNull();
    changeSpec(defaultSpec);
    expect(refusal.value, 'for good').toBeNull();
  });

  it('is not refused where the worker says it is defined', () => {
    refuseMethod('gradient');
    expect(refusal.value).toBeNull();
  });
});
