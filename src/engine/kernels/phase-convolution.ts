import { concat, reshape, tensor4d, tidy, zeros, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Padding } from '../../graph/ops';
import { convolve, type Geometry } from './convolve';
import type { StepWeights } from './kernel';
import type { WeightSign } from './linear-rules';
import { fitTo, mapSizeOf } from './spatial';

/** True where {@link transposeByPhases} saves work: a stride, no dilation, a kernel larger than 1x1. */
export function canSplitIntoPhases(geometry: Geometry, kernelShape: readonly number[]): boolean {
  const [kh = 1, kw = 1] = kernelShape;
  return Math.max(...geometry.strides) > 1 && Math.max(...geometry.dilations) === 1 && Math.max(kh, kw) > 1;
}

function keepSign(value: number, sign: WeightSign): number {
  if (sign === 'positive') return Math.max(value, 0);
  return sign === 'negative' ? Math.min(value, 0) : value;
}

/**
 * The kernel of one row phase, `[taps, columnTaps, cout, sw * cin]`: rows r, r + sh, r + 2 sh, … of the forward kernel,
 * flipped; the sw column phases lie side by side in the channels.
 */
function phaseKernel(weights: StepWeights, sign: WeightSign, row: number, taps: number, strides: readonly [number, number]): Tensor4D {
  const { shape, values } = weights.array('kernel');
  const [, kw = 1, cin = 1, cout = 1] = shape;
  const [sh, sw] = strides;
  const columnTaps = Math.ceil(kw / sw);
  const result = new Float32Array(taps * columnTaps * cout * sw * cin);
  for (let tap = 0; tap < taps; tap += 1) {
    const y = row + sh * (taps - 1 - tap);
    for (let columnTap = 0; columnTap < columnTaps; columnTap += 1) {
      for (let column = 0; column < sw; column += 1) {
        const x = column + sw * (columnTaps - 1 - columnTap);
        if (x >= kw) continue;
        for (let input = 0; input < cin; input += 1) {
          const from = ((y * kw + x) * cin + input) * cout;
          for (let output = 0; output < cout; output += 1) {
            const to = (((tap * columnTaps + columnTap) * cout + output) * sw + column) * cin + input;
            result[to] = keepSign(values[from + output] ?? 0, sign);
          }
        }
      }
    }
  }
  return tensor4d(result, [taps, columnTaps, cout, sw * cin]);
}

/**
 * Gradient of a strided convolution without multiplying by inserted zeros. The input's rows fall into sh phases; in each,
 * only every sh-th row of the kernel takes part, so a phase is a small stride-1 convolution of the upstream. The phases'
 * rows are then interleaved. For 3x3 with stride 2 this is a third of the multiply-adds of the zero-inserted convolution.
 *
 * @param upstream   `[n, oh, ow, cout]` · borrowed
 * @param inputSize  [height, width] of the result
 * @returns          `[n, h, w, cin]` · owned by the caller
 */
export function transposeByPhases(
  upstream: Tensor, weights: StepWeights, sign: WeightSign, geometry: Geometry, inputSize: readonly [number, number],
): Tensor {
  const [kh = 1, kw = 1, cin = 1] = weights.array('kernel').shape;
  const { strides: [sh, sw], padding } = geometry;
  const n = upstream.shape[0] ?? 1;
  const [oh, ow] = mapSizeOf(upstream);
  const columnTaps = Math.ceil(kw / sw);
  // Position q of phase r is the input pixel q * stride + r - padding.
  const rows = Math.ceil((inputSize[0] + padding.top) / sh);
  const columns = Math.ceil((inputSize[1] + padding.left) / sw);
  return tidy(() => {
    const phases = Array.from({ length: sh }, (_, row) => {
      const taps = Math.max(Math.ceil((kh - row) / sh), 0);
      if (taps === 0) return zeros([n * rows, 1, columns * sw * cin]);
      const kernel = weights.derive(`phase ${sign} ${row}`, () => phaseKernel(weights, sign, row, taps, [sh, sw]));
      const border: Padding = { top: taps - 1, left: columnTaps - 1, bottom: Math.max(rows - oh, 0), right: Math.max(columns - ow, 0) };
      const part = convolve(upstream, kernel, { strides: [1, 1], dilations: [1, 1], padding: border }, null, null, weights, `phase ${sign} ${row}`);
      return reshape(fitTo(part, [rows, columns]), [n * rows, 1, columns * sw * cin]);
    });
    const interleaved = reshape(phases.length === 1 ? phases[0] as Tensor : concat(phases, 1), [n, rows * sh, columns * sw, cin]);
    return fitTo(interleaved, inputSize, [padding.top, padding.left]);
  });
}
