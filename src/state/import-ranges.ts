import type { InputSpec } from '../contract/card';
import type { InputChoice } from '../contract/session-spec';

/** A common way of preparing pictures. */
export interface RangePreset {
  readonly id: RangePresetId;
  readonly name: string;
  /** For red, green, blue (or the one grey channel), in pixel values 0..255: value = (pixel - mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Part of the convention where it has one. */
  readonly channelOrder?: 'bgr';
}

export type RangePresetId = 'zero-to-one' | 'minus-one-to-one' | 'pixels' | 'imagenet' | 'caffe' | 'as-is';

const everyNetwork: readonly RangePreset[] = [
  { id: 'zero-to-one', name: '0 to 1', mean: [0], std: [255] },
  { id: 'minus-one-to-one', name: '−1 to 1', mean: [127.5], std: [127.5] },
  { id: 'pixels', name: '0 to 255', mean: [0], std: [1] },
];
const colourNetworks: readonly RangePreset[] = [
  { id: 'imagenet', name: 'ImageNet mean and deviation', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  { id: 'caffe', name: 'Caffe (BGR, mean only)', mean: [123.68, 116.779, 103.939], std: [1], channelOrder: 'bgr' },
];
/** An array's values are what the file has, not pixels. */
const arrayNetworks: readonly RangePreset[] = [{ id: 'as-is', name: 'As the file has them', mean: [0], std: [1] }];

/** The presets that make sense for a network with this many input channels. */
export function listRangePresets(channels: number): readonly RangePreset[] {
  if (channels === 3) return [...everyNetwork, ...colourNetworks];
  return channels === 1 ? everyNetwork : arrayNetworks;
}

/** A preset as the network wants it: mean and deviation in the network's own order of channels. */
export function applyPreset(preset: RangePreset, channels: number, order: 'rgb' | 'bgr'): InputChoice {
  const channelOrder = preset.channelOrder ?? order;
  const inOrder = (values: readonly number[]): readonly number[] => {
    const spread = Array.from({ length: channels }, (_, channel) => values[channel] ?? values[0] ?? 0);
    return channelOrder === 'bgr' ? spread.reverse() : spread;
  };
  return { mean: inOrder(preset.mean), std: inOrder(preset.std), channelOrder };
}

/** The preset that these numbers are; null: numbers of their own. */
export function findPreset(choice: InputChoice, channels: number): RangePreset | null {
  return listRangePresets(channels).find((preset) => {
    const { mean, std, channelOrder } = applyPreset(preset, channels, choice.channelOrder);
    return channelOrder === choice.channelOrder && sameNumbers(mean, choice.mean) && sameNumbers(std, choice.std);
  }) ?? null;
}

/** Turns the order round and takes the numbers along, because each belongs to its colour. */
export function withChannelOrder(choice: InputChoice, channelOrder: 'rgb' | 'bgr'): InputChoice {
  if (choice.channelOrder === channelOrder) return choice;
  return { mean: [...choice.mean].reverse(), std: [...choice.std].reverse(), channelOrder };
}

/** The preprocessing of a card, on its own. */
export function readInputChoice({ mean, std, channelOrder }: InputSpec): InputChoice {
  return { mean, std, channelOrder: channelOrder ?? 'rgb' };
}

/** What the network gets for black and for white, of each channel. */
export function valueRange({ mean, std }: InputChoice): readonly (readonly [black: number, white: number])[] {
  return mean.map((value, channel) => {
    const deviation = std[channel] ?? 1;
    return [(0 - value) / deviation, (255 - value) / deviation];
  });
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => Math.abs(value - (b[index] ?? Number.NaN)) <= 1e-3 + 5e-3 * Math.abs(value));
}
