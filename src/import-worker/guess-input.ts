import type { InputSpec } from '../contract/card';
import type { InputNormalisation } from '../formats/network-facts';

/** What the guess is made from. */
export interface InputClues {
  /** File and folder names and the name inside the file: `mobilenet_v1_0.25_224/model.json mobilenet_0.25_224`. */
  readonly names: string;
  /** `tfjs-layers`, `tfjs-graph`, `keras`, `onnx`, `tflite`. */
  readonly format: string;
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** Numbers in the output. */
  readonly outputs: number;
  /** What the network does to its input by itself; null: nothing. */
  readonly normalisation: InputNormalisation | null;
  /** The values that the file's integers stand for, lowest and highest; null: it does not say. */
  readonly inputRange: readonly [low: number, high: number] | null;
}

/** Preprocessing to begin with, and why. */
export interface InputGuess {
  readonly input: InputSpec;
  /** One plain sentence. */
  readonly reason: string;
}

type Preset = Pick<InputSpec, 'mean' | 'std' | 'channelOrder'>;

const imagenetMean = [123.675, 116.28, 103.53] as const;
const imagenetStd = [58.395, 57.12, 57.375] as const;
/** Blue, green, red: as the network takes them. */
const caffeMean = [103.939, 116.779, 123.68] as const;

const asIs: Preset = { mean: [0], std: [1] };
const zeroToOne: Preset = { mean: [0], std: [255] };
const minusOneToOne: Preset = { mean: [127.5], std: [127.5] };

const balancedNames = /mobile_?-?net|inception|xception|nasnet|resnet\w*v2|teachable/i;
const caffeNames = /vgg_?-?(16|19)|resnet_?-?(50|101|152)|caffe/i;
const torchNames = /torch|timm|densenet|res_?-?net|squeeze_?-?net|shuffle_?-?net|alexnet|googlenet|regnet|mnasnet|convnext/i;
const tensorflowNames = /keras|tensorflow|tf2onnx|(^|[\W_])tf([\W_]|$)/i;

/**
 * A good first guess at how pixels become the network's input. Never certain unless the network says so itself: the person is shown
 * the reason and can change it.
 */
export function guessInput(clues: InputClues): InputGuess {
  const [height, width, channels] = clues.inputShape;
  const { preset, reason } = choosePreset(clues);
  const spread = (values: readonly number[]): readonly number[] => Array.from({ length: channels }, (_, channel) => values[channel] ?? values[0] ?? 0);
  return {
    input: {
      height, width, channels, mean: spread(preset.mean), std: spread(preset.std),
      ...(preset.channelOrder === undefined ? {} : { channelOrder: preset.channelOrder }),
    },
    reason,
  };
}

function choosePreset({ names, format, inputShape, outputs, normalisation, inputRange }: InputClues): { readonly preset: Preset; readonly reason: string } {
  const channels = inputShape[2];
  if (normalisation !== null) {
    // Pixel values in hundreds are scaled down by the network; a mean of 0.485 is meant for numbers from 0 to 1.
    const largest = Math.max(...[...normalisation.mean, ...normalisation.std].map(Math.abs));
    return largest > 4
      ? { preset: asIs, reason: 'The network scales its input itself, so pixels go in as they are, 0 to 255.' }
      : { preset: zeroToOne, reason: 'The network scales its input itself, from numbers between 0 and 1.' };
  }
  if ((channels === 1 || channels === 3) && inputRange !== null && inputRange[1] > inputRange[0]) {
    const [low, high] = inputRange;
    const std = Math.round((255e3 / (high - low))) / 1e3;
    return { preset: { mean: [0 - Math.round(low * std * 1e3) / 1e3], std: [std] }, reason: `The file says that its input goes from ${roundRange(low)} to ${roundRange(high)}.` };
  }
  if (channels !== 1 && channels !== 3) return { preset: asIs, reason: `The network takes ${channels} channels, so arrays go in as they are.` };
  if (channels === 1) return { preset: zeroToOne, reason: 'Networks for grey pictures usually take values from 0 to 1.' };
  if (format === 'onnx') {
    if (tensorflowNames.test(names) && balancedNames.test(names)) return { preset: minusOneToOne, reason: 'Networks of this name from TensorFlow take values from -1 to 1.' };
    if (/caffe/i.test(names)) return caffe(names);
    if (torchNames.test(names) || outputs === 1000 || balancedNames.test(names) || caffeNames.test(names)) {
      return { preset: { mean: imagenetMean, std: imagenetStd }, reason: 'ONNX files of such networks mostly come from PyTorch, which takes off ImageNet’s mean and divides by its deviation.' };
    }
    return { preset: zeroToOne, reason: 'The file does not say; values from 0 to 1 are the most common.' };
  }
  if (balancedNames.test(names)) return { preset: minusOneToOne, reason: 'Networks of this name take values from -1 to 1.' };
  if (format === 'keras' || format === 'tfjs-layers') {
    if (caffeNames.test(names)) return caffe(names);
    if (/densenet/i.test(names)) return { preset: { mean: imagenetMean, std: imagenetStd }, reason: 'Keras’s DenseNet takes off ImageNet’s mean and divides by its deviation.' };
  }
  if (format === 'tflite') return { preset: minusOneToOne, reason: 'TFLite networks mostly take values from -1 to 1.' };
  if (outputs === 1001) return { preset: minusOneToOne, reason: 'TensorFlow’s ImageNet networks with 1001 classes mostly take values from -1 to 1.' };
  return { preset: zeroToOne, reason: 'The file does not say; values from 0 to 1 are the most common.' };
}

function roundRange(value: number): number {
  return Math.round(value * 100) / 100;
}

function caffe(names: string): { readonly preset: Preset; readonly reason: string } {
  const name = caffeNames.exec(names)?.[0] ?? 'this network';
  return {
    preset: { mean: caffeMean, std: [1], channelOrder: 'bgr' },
    reason: `Networks called ${name} mostly take blue, green and red, in that order, less the mean of each, as Caffe did.`,
  };
}
