import type { InputSpec } from '../contract/card';
import { AppError } from '../contract/errors';
import { findFiniteRange } from '../contract/value-range';
import { splitArea } from './frame-import';

/** An array as network input. */
export interface ImportedArray {
  /** `[h, w, c]` f32, (value - mean) / std · owned by the caller */
  readonly values: Float32Array;
  /** Least and largest finite value of the array before normalisation. */
  readonly min: number;
  readonly max: number;
  /**
   * The same for each channel of the input, in its order: what is black and white there. Grey and colour are pictures, whose
   * channels share one range; others may measure different things.
   */
  readonly range: { readonly low: readonly number[]; readonly high: readonly number[] };
}

/** Which of an array's channels make the input's; each is a weighted sum. */
type Mix = readonly (readonly (readonly [channel: number, weight: number])[])[];

/**
 * An array of any number of channels as network input: all of it, brought to the input's size by area average where it differs
 * (an array of another shape is stretched), then normalised.
 *
 * @param shape   of the array, `[h, w, c]`
 * @param values  row major · borrowed
 * @throws AppError 'input-mismatch' when the channels do not fit; one and three stand for grey and colour and fit each other
 */
export function importArray(shape: readonly [height: number, width: number, channels: number], values: Float32Array, spec: InputSpec): ImportedArray {
  const [height, width, channels] = shape;
  if (values.length !== height * width * channels || values.length === 0) throw new AppError('input-mismatch', `an array of ${shape.join(' x ')} with ${values.length} values`);
  const mix = mixFor(channels, spec);
  const rows = splitArea(0, height, spec.height, height);
  const columns = splitArea(0, width, spec.width, width);
  const result = new Float32Array(spec.height * spec.width * spec.channels);
  const means = new Float64Array(channels);
  for (let row = 0; row < spec.height; row++) {
    for (let column = 0; column < spec.width; column++) {
      means.fill(0);
      let area = 0;
      for (let y = rows.first[row] ?? 0; y <= (rows.last[row] ?? 0); y++) {
        const rowShare = y === rows.first[row] ? rows.firstShare[row] ?? 1 : y === rows.last[row] ? rows.lastShare[row] ?? 0 : 1;
        for (let x = columns.first[column] ?? 0; x <= (columns.last[column] ?? 0); x++) {
          const share = rowShare * (x === columns.first[column] ? columns.firstShare[column] ?? 1 : x === columns.last[column] ? columns.lastShare[column] ?? 0 : 1);
          if (share <= 0) continue;
          area += share;
          const from = (y * width + x) * channels;
          for (let channel = 0; channel < channels; channel++) means[channel] = (means[channel] ?? 0) + share * (values[from + channel] ?? 0);
        }
      }
      const to = (row * spec.width + column) * spec.channels;
      mix.forEach((parts, channel) => {
        let sum = 0;
        for (const [source, weight] of parts) sum += weight * (means[source] ?? 0);
        result[to + channel] = (sum / area - (spec.mean[channel] ?? 0)) / (spec.std[channel] ?? 1);
      });
    }
  }
  const whole = findFiniteRange(values);
  const isPicture = channels === 1 || channels === 3;
  const ranges = Array.from({ length: spec.channels }, (_, channel) => (isPicture ? whole : findFiniteRange(values, channel, channels)));
  return { values: result, ...whole, range: { low: ranges.map(({ min }) => min), high: ranges.map(({ max }) => max) } };
}

function mixFor(given: number, spec: InputSpec): Mix {
  const wanted = spec.channels;
  if (given === wanted) {
    // An array with three channels is a picture: red, green and blue, as the page shows it.
    const reversed = wanted === 3 && spec.channelOrder === 'bgr';
    return Array.from({ length: wanted }, (_, channel) => [[reversed ? 2 - channel : channel, 1]]);
  }
  if (given === 1 && wanted === 3) return [[[0, 1]], [[0, 1]], [[0, 1]]];
  if (given === 3 && wanted === 1) return [[[0, 0.299], [1, 0.587], [2, 0.114]]];
  throw new AppError('input-mismatch', `the array has ${given} channels, the network wants ${wanted}`);
}
