import type { InputSpec } from '../contract/card';
import { AppError } from '../contract/errors';
import type { InputMessage } from '../contract/frames';
import { createInputTensor, pickShownChannels, rescaleInput } from '../engine/frame-values';
import type { Tensor4D } from '../engine/frame-values';
import type { PixelFacts } from '../explain/explanation';
import { importArray } from '../render/array-import';
import type { ImportedArray } from '../render/array-import';
import type { RenderInput } from '../render/renderer';
import { mapShapeOf } from './tier';
import type { Tier } from './tier';

/** The network's input of the frame on screen, with how it was made. Owns its tensors. */
export interface FrameInput {
  /** `[1, h, w, c]` f32, preprocessed · borrowed until the next `take`, `adapt`, `clear`; null: there is none. */
  readonly tensor: Tensor4D | null;
  /** How its pixels became what they are; null: there is none. */
  readonly pixels: PixelFacts | null;
  /**
   * Makes the input of a frame or array.
   *
   * @throws AppError 'input-mismatch' when its channels do not fit the network; then there is no input
   */
  take(message: InputMessage, spec: InputSpec): Promise<void>;
  /** The same picture for another mean, std or channel order. @returns true when that changed anything */
  adapt(spec: InputSpec): boolean;
  /** For the renderer: as a picture, with what undoes the normalisation · borrowed until the next call. */
  showAsPicture(): RenderInput['input'];
  clear(): void;
}

/** Makes the input of one session. @param tier  borrowed */
export function createFrameInput(tier: Tier): FrameInput {
  let tensor: Tensor4D | null = null;
  let made: InputSpec | null = null;
  /** Range of an array's own values; null: a picture's 0..255. */
  let range: Pick<ImportedArray, 'min' | 'max' | 'range'> | null = null;
  let shown: Tensor4D | null = null;

  const clear = (): void => {
    tensor?.dispose();
    shown?.dispose();
    tensor = null;
    shown = null;
    made = null;
    range = null;
  };

  return {
    get tensor() { return tensor; },
    get pixels() {
      if (made === null) return null;
      const { mean, std, channelOrder } = made;
      return { mean, std, ...(channelOrder === undefined ? {} : { channelOrder }), ...(range === null ? {} : { range: range.range }) };
    },
    take: async (message, spec) => {
      if (message.kind === 'array') {
        clear();
        const array = importArray(message.shape, message.values, spec);
        tensor = createInputTensor(array.values, spec.height, spec.width, spec.channels);
        range = { min: array.min, max: array.max, range: array.range };
      } else {
        if (spec.channels !== 1 && spec.channels !== 3) {
          clear();
          throw new AppError('input-mismatch', `the network needs ${spec.channels} channels, a picture has 1 or 3: open an array (.npy or .npz)`);
        }
        const next = await tier.importFrame(message, spec);
        clear();
        tensor = next;
      }
      made = spec;
    },
    adapt: (spec) => {
      const before = made;
      if (tensor === null || before === null || isSame(before, spec)) return false;
      const reversed = (before.channelOrder ?? 'rgb') !== (spec.channelOrder ?? 'rgb');
      const inOrder = (values: readonly number[]): readonly number[] => (reversed ? [...values].reverse() : values);
      const mean = inOrder(before.mean);
      const std = inOrder(before.std);
      const factor = std.map((value, channel) => value / (spec.std[channel] ?? 1));
      const offset = mean.map((value, channel) => (value - (spec.mean[channel] ?? 0)) / (spec.std[channel] ?? 1));
      const next = rescaleInput(tensor, factor, offset, reversed);
      tensor.dispose();
      tensor = next;
      made = spec;
      return true;
    },
    showAsPicture: () => {
      if (tensor === null || made === null) return null;
      shown?.dispose();
      shown = null;
      const { channels } = made;
      const reversed = channels === 3 && made.channelOrder === 'bgr';
      let source = tensor;
      if (reversed || (channels !== 1 && channels !== 3)) source = shown = pickShownChannels(tensor, reversed);
      const inOrder = (values: readonly number[]): readonly number[] => (reversed ? [...values].reverse() : values.slice(0, source.shape[3]));
      const scale = range === null ? 1 : 255 / (range.max > range.min ? range.max - range.min : 1);
      const start = range?.min ?? 0;
      return {
        view: tier.viewTensor(source, mapShapeOf(source), true),
        mean: inOrder(made.mean).map((value) => (value - start) * scale), std: inOrder(made.std).map((value) => value * scale),
      };
    },
    clear,
  };
}

function isSame(a: InputSpec, b: InputSpec): boolean {
  const same = (one: readonly number[], other: readonly number[]): boolean => one.length === other.length && one.every((value, index) => value === other[index]);
  return a === b || (same(a.mean, b.mean) && same(a.std, b.std) && (a.channelOrder ?? 'rgb') === (b.channelOrder ?? 'rgb'));
}
