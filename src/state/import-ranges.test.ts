import { describe, expect, it } from 'vitest';
import { applyPreset, findPreset, listRangePresets, valueRange, withChannelOrder } from './import-ranges';

const preset = (id: string, channels = 3) => {
  const found = listRangePresets(channels).find((option) => option.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('ranges', () => {
  it('say what black and white become', () => {
    expect(valueRange(applyPreset(preset('zero-to-one'), 3, 'rgb'))[0]).toEqual([0, 1]);
    expect(valueRange(applyPreset(preset('minus-one-to-one'), 3, 'rgb'))[2]).toEqual([-1, 1]);
    expect(valueRange(applyPreset(preset('imagenet'), 3, 'rgb'))[0]?.[0]).toBeCloseTo(-0.485 / 0.229, 3);
  });
  it('keep each number with its colour when the order turns', () => {
    const rgb = applyPreset(preset('imagenet'), 3, 'rgb');
    expect(withChannelOrder(rgb, 'bgr')).toEqual(applyPreset(preset('imagenet'), 3, 'bgr'));
    expect(applyPreset(preset('caffe'), 3, 'rgb')).toEqual({ mean: [103.939, 116.779, 123.68], std: [1, 1, 1], channelOrder: 'bgr' });
  });
  it('are recognised again, rounded or not, and nothing else is', () => {
    for (const channels of [1, 3, 5]) {
      for (const option of listRangePresets(channels)) expect(findPreset(applyPreset(option, channels, 'rgb'), channels)?.id).toBe(option.id);
    }
    expect(findPreset({ mean: [123.7, 116.3, 103.5], std: [58.4, 57.1, 57.4], channelOrder: 'rgb' }, 3)?.id).toBe('imagenet');
    expect(findPreset({ mean: [33.3], std: [78.6], channelOrder: 'rgb' }, 1)).toBeNull();
  });
  it('offer nothing about colours where there are none', () => {
    expect(listRangePresets(1).map(({ id }) => id)).toEqual(['zero-to-one', 'minus-one-to-one', 'pixels']);
    expect(listRangePresets(5).map(({ id }) => id)).toEqual(['as-is']);
  });
});
