import { abs, add, concat, max, mean, memory, min, mul, reshape, reverse, slice, squeeze, sum, tensor, tensor1d, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/** The worker holds tensors of the engine and knows them by these names; it does no arithmetic of its own. */
export type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/** Tensors and bytes that tfjs holds now, on whichever backend runs. */
export function countTensors(): { readonly tensors: number; readonly bytes: number } {
  const { numTensors, numBytes } = memory();
  return { tensors: numTensors, bytes: numBytes };
}

/**
 * A network's input from values on the CPU.
 *
 * @param values  `[h, w, c]` f32, preprocessed · copied
 * @returns       `[1, h, w, c]` f32 · owned by the caller
 */
export function createInputTensor(values: Float32Array, height: number, width: number, channels: number): Tensor4D {
  // tfjs keeps the array it is given until it is uploaded, and the importer writes the next frame into the same one.
  return tensor4d(values.slice(), [1, height, width, channels], 'float32');
}

/**
 * A network's input that already lies in a GPU buffer.
 *
 * @param buffer  `[h, w, c]` f32 · borrowed: disposing the tensor leaves it alone
 * @returns       `[1, h, w, c]` f32 · owned by the caller; its values are the buffer's, whatever is written there
 */
export function wrapInputBuffer(buffer: GPUBuffer, height: number, width: number, channels: number): Tensor4D {
  return tensor({ buffer, zeroCopy: true }, [1, height, width, channels], 'float32') as Tensor4D;
}

/** A copy of its own, on the device. @param input  borrowed @returns `[n, h, w, c]` f32 · owned by the caller */
export function copyInput(input: Tensor4D): Tensor4D {
  // Not `clone`: that shares the buffer, and on the GPU tier the next frame is written into it.
  return mul(input, 1) as Tensor4D;
}

/**
 * The same picture for a network that wants it otherwise: value * factor + offset for each channel.
 *
 * @param input     `[1, h, w, c]` f32 · borrowed
 * @param reversed  the channels change their order first (RGB to BGR and back)
 * @returns         shape of `input`, f32 · owned by the caller
 */
export function rescaleInput(input: Tensor4D, factor: readonly number[], offset: readonly number[], reversed: boolean): Tensor4D {
  return tidy(() => add(mul(reversed ? reverse(input, 3) : input, tensor1d([...factor])), tensor1d([...offset])) as Tensor4D);
}

/**
 * The channels of an input that a picture can show: red, green, blue in this order, or one.
 *
 * @param input     `[1, h, w, c]` f32 · borrowed
 * @param reversed  they are blue, green, red
 * @returns         `[1, h, w, 1 or 3]` f32 · owned by the caller
 */
export function pickShownChannels(input: Tensor4D, reversed: boolean): Tensor4D {
  return tidy(() => {
    const [count, height, width, channels] = input.shape;
    const shown = slice(input, [0, 0, 0, 0], [count, height, width, channels < 3 ? 1 : 3]) as Tensor4D;
    return reversed ? reverse(shown, 3) as Tensor4D : shown;
  });
}

/** An input of zeros, for warming up. @returns `[1, h, w, c]` f32 · owned by the caller */
export function createBlankInput(height: number, width: number, channels: number): Tensor4D {
  return zeros([1, height, width, channels]);
}

/**
 * Logits, the range of a map and the class it is of in one tensor, so that one readback brings all.
 *
 * @param logits  n values · borrowed
 * @param map     any shape · borrowed; null: its range reads as zeros
 * @param of      `[1]` f32, index of the class on top in the map's frame · borrowed; null: reads as -1
 * @returns       `[n + 3]` f32: logits, least, largest, class · owned by the caller
 */
export function packReport(logits: Tensor, map: Tensor | null, of: Tensor | null): Tensor {
  return tidy(() => {
    const range = map === null ? zeros([2]) : concat([reshape(min(map), [1]), reshape(max(map), [1])]);
    return concat([reshape(logits, [logits.size]), range, of ?? tensor1d([-1])]);
  });
}

/**
 * How active each channel is: mean |a| over its places.
 *
 * @param activation  `[1, h, w, c]` or `[1, c]` f32 · borrowed
 * @returns           `[c]` f32 ≥ 0 · owned by the caller
 */
export function measureActivity(activation: Tensor): Tensor {
  return tidy(() => mean(abs(asRows(activation)), 0));
}

/**
 * How active each of several layers is as a whole: mean |a| over its places and channels, in one tensor, so that one
 * readback brings all.
 *
 * @param activations  any shapes · borrowed
 * @returns            `[number of activations]` f32 ≥ 0 · owned by the caller
 */
export function measureMeanActivity(activations: readonly Tensor[]): Tensor {
  return tidy(() => concat(activations.map((activation) => reshape(mean(abs(activation)), [1]))));
}

/**
 * How much each channel moves the target's logit, to first order: |Σ_hw G · A|.
 *
 * @param activation  A · `[1, h, w, c]` or `[1, c]` f32 · borrowed
 * @param gradient    ∂logit/∂A · same shape · borrowed
 * @returns           `[c]` f32 ≥ 0, logit · owned by the caller
 */
export function measureInfluence(activation: Tensor, gradient: Tensor): Tensor {
  return tidy(() => abs(sum(mul(asRows(activation), asRows(gradient)), 0)));
}

/**
 * One unit's value.
 *
 * @param activation  `[1, h, w, c]` or `[1, c]` f32 · borrowed
 * @returns           `[1]` f32 · owned by the caller; null: there is no such unit
 */
export function pickUnit(activation: Tensor, y: number, x: number, channel: number): Tensor | null {
  const [, height = 1, width = 1, channels = 1] = activation.rank === 4 ? activation.shape : [1, 1, 1, activation.size];
  if (y < 0 || x < 0 || channel < 0 || y >= height || x >= width || channel >= channels) return null;
  return tidy(() => squeeze(slice(reshape(activation, [height, width, channels]), [y, x, channel], [1, 1, 1]), [0, 1]));
}

/** Every place a row, every channel a column. */
function asRows(activation: Tensor): Tensor {
  const channels = activation.shape[activation.rank - 1] ?? 1;
  return reshape(activation, [activation.size / Math.max(1, channels), channels]);
}
