import type { InputSpec } from '../contract/card';
import { inputScaling, type AreaSplit } from './frame-import';

/** How to make one input out of one block of pixels. */
export interface AveragePlan {
  readonly rows: AreaSplit;
  readonly columns: AreaSplit;
  /** Source pixels under one pixel of the input. */
  readonly areaPx: number;
  /** Scratch: three sums for each column. */
  readonly sums: Float64Array;
}

/** Where in the input the mean of source stretch (row, column) goes: pixel start + row * rowStep + column * columnStep. */
export interface Placement {
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Placement that turns the source clockwise by 0, 90, 180 or 270 degrees, then mirrors it left to right where asked. */
export function placeTurned(rotation: number, mirror: boolean, height: number, width: number): Placement {
  const right = mirror ? -1 : 1;
  const left = mirror ? width - 1 : 0;
  const opposite = width - 1 - left;
  if (rotation === 90) return { start: opposite, rowStep: -right, columnStep: width };
  if (rotation === 180) return { start: (height - 1) * width + opposite, rowStep: -width, columnStep: -right };
  if (rotation === 270) return { start: (height - 1) * width + left, rowStep: right, columnStep: -width };
  return { start: left, rowStep: width, columnStep: right };
}

/** Two 8-bit channels are summed in one 32-bit number; this many of them stay below 2^31, where sums are cheapest. */
const safeCount = 128;

/**
 * Mean colour of the source pixels under each pixel of the input, normalised. What the source does not cover counts as white.
 *
 * @param pixels   little-endian RGBA, opaque, `rowPx` pixels a row
 * @param placed   turns and mirrors
 * @param values   `[h, w, c]` f32, written · one channel: luminance 0.299 R + 0.587 G + 0.114 B; three: in the network's order
 */
export function averageAreas(pixels: Uint32Array, rowPx: number, plan: AveragePlan, placed: Placement, spec: InputSpec, values: Float32Array): void {
  const { rows, columns, sums } = plan;
  const scaling = { ...inputScaling(spec), reversed: spec.channelOrder === 'bgr', channels: spec.channels };
  const rowsAtOnce = Math.max(1, Math.floor(safeCount / longestRun(columns)));
  for (let row = 0; row < rows.first.length; row++) {
    sums.fill(0);
    const firstRow = rows.first[row] as number;
    const lastRow = rows.last[row] as number;
    const between = Math.max(0, lastRow - firstRow - 1);
    const firstShare = rows.firstShare[row] as number;
    const lastShare = rows.lastShare[row] as number;
    if (firstShare > 0) addRows(pixels, firstRow * rowPx, 1, rowPx, firstShare, columns, sums);
    // Whole rows are added up as integers, several at a time: the shares of a column are then weighed once for all of them.
    for (let done = 0; done < between; done += rowsAtOnce) {
      addRows(pixels, (firstRow + 1 + done) * rowPx, Math.min(rowsAtOnce, between - done), rowPx, 1, columns, sums);
    }
    if (lastShare > 0) addRows(pixels, lastRow * rowPx, 1, rowPx, lastShare, columns, sums);
    placeRow(sums, 0, 3, row, plan, placed, scaling, values);
  }
}

/**
 * The input from sums that were made elsewhere.
 *
 * @param sums  `[rows, columns, 4]`: weighted sums of red, green and blue under each pixel of the input; the fourth is not used
 */
export function placeSums(sums: Float32Array, plan: AveragePlan, placed: Placement, spec: InputSpec, values: Float32Array): void {
  const scaling = { ...inputScaling(spec), reversed: spec.channelOrder === 'bgr', channels: spec.channels };
  const rowSums = plan.columns.first.length * 4;
  for (let row = 0; row < plan.rows.first.length; row++) placeRow(sums, row * rowSums, 4, row, plan, placed, scaling, values);
}

interface Scaling {
  readonly factor: readonly number[];
  readonly offset: readonly number[];
  readonly reversed: boolean;
  readonly channels: number;
}

/** One row of means from its sums, which begin at `start`, `step` numbers for each column. */
function placeRow(sums: Float32Array | Float64Array, start: number, step: number, row: number, plan: AveragePlan, placed: Placement, scaling: Scaling, values: Float32Array): void {
  const { rows, columns, areaPx } = plan;
  const { factor, offset, reversed, channels } = scaling;
  const [factor0 = 1, factor1 = 1, factor2 = 1] = factor;
  const [offset0 = 0, offset1 = 0, offset2 = 0] = offset;
  const rowShare = coverage(rows, row);
  const perPixel = 1 / areaPx;
  for (let column = 0; column < columns.first.length; column++) {
    const from = start + step * column;
    const white = 255 * (areaPx - rowShare * coverage(columns, column));
    const red = ((sums[from] as number) + white) * perPixel;
    const green = ((sums[from + 1] as number) + white) * perPixel;
    const blue = ((sums[from + 2] as number) + white) * perPixel;
    const to = (placed.start + row * placed.rowStep + column * placed.columnStep) * channels;
    if (channels === 1) {
      values[to] = (0.299 * red + 0.587 * green + 0.114 * blue) * factor0 + offset0;
    } else {
      values[to] = (reversed ? blue : red) * factor0 + offset0;
      values[to + 1] = green * factor1 + offset1;
      values[to + 2] = (reversed ? red : blue) * factor2 + offset2;
    }
  }
}

/** Source pixels (with parts) in one stretch. */
function coverage(split: AreaSplit, index: number): number {
  const between = (split.last[index] as number) - (split.first[index] as number) - 1;
  return (split.firstShare[index] as number) + (split.lastShare[index] as number) + Math.max(0, between);
}

/** Most whole source pixels in one stretch; at least 1. */
function longestRun(split: AreaSplit): number {
  let longest = 1;
  for (let index = 0; index < split.first.length; index++) {
    longest = Math.max(longest, (split.last[index] as number) - (split.first[index] as number) - 1);
  }
  return longest;
}

/** Adds `rowCount` source rows, each with the same weight, to the three sums of each column. Several only where no stretch of them has more than `safeCount` pixels. */
function addRows(pixels: Uint32Array, start: number, rowCount: number, rowPx: number, weight: number, columns: AreaSplit, sums: Float64Array): void {
  const { first, last, firstShare: firstShares, lastShare: lastShares } = columns;
  const count = first.length;
  const stop = start + rowCount * rowPx;
  for (let column = 0; column < count; column++) {
    const head = first[column] as number;
    const tail = last[column] as number;
    let headRedBlue = 0;
    let headGreen = 0;
    let tailRedBlue = 0;
    let tailGreen = 0;
    let redBlue = 0;
    let green = 0;
    let wideRed = 0;
    let wideGreen = 0;
    let wideBlue = 0;
    let rowStart = start;
    // Two rows in step: half the turns of the inner loop.
    for (; rowStart + rowPx < stop; rowStart += 2 * rowPx) {
      const next = rowStart + rowPx;
      const a = pixels[rowStart + head] as number;
      const b = pixels[next + head] as number;
      const c = pixels[rowStart + tail] as number;
      const d = pixels[next + tail] as number;
      headRedBlue = (headRedBlue + (a & 0xff00ff) + (b & 0xff00ff)) | 0;
      headGreen = (headGreen + (a & 0x00ff00) + (b & 0x00ff00)) | 0;
      tailRedBlue = (tailRedBlue + (c & 0xff00ff) + (d & 0xff00ff)) | 0;
      tailGreen = (tailGreen + (c & 0x00ff00) + (d & 0x00ff00)) | 0;
      for (let x = head + 1; x < tail; x++) {
        const one = pixels[rowStart + x] as number;
        const other = pixels[next + x] as number;
        redBlue = (redBlue + (one & 0xff00ff) + (other & 0xff00ff)) | 0;
        green = (green + (one & 0x00ff00) + (other & 0x00ff00)) | 0;
      }
    }
    if (rowStart < stop) {
      const a = pixels[rowStart + head] as number;
      const c = pixels[rowStart + tail] as number;
      headRedBlue = (headRedBlue + (a & 0xff00ff)) | 0;
      headGreen = (headGreen + (a & 0x00ff00)) | 0;
      tailRedBlue = (tailRedBlue + (c & 0xff00ff)) | 0;
      tailGreen = (tailGreen + (c & 0x00ff00)) | 0;
      for (let x = head + 1; x < tail;) {
        for (const end = Math.min(tail, x + safeCount); x < end; x++) {
          const pixel = pixels[rowStart + x] as number;
          redBlue = (redBlue + (pixel & 0xff00ff)) | 0;
          green = (green + (pixel & 0x00ff00)) | 0;
        }
        // A stretch longer than what can be summed safely comes one row at a time.
        if (x === tail) break;
        wideRed += redBlue & 0xffff;
        wideGreen += green >>> 8;
        wideBlue += redBlue >>> 16;
        redBlue = 0;
        green = 0;
      }
    }
    const firstShare = firstShares[column] as number;
    const lastShare = lastShares[column] as number;
    const to = 3 * column;
    sums[to] = (sums[to] as number) + weight * (wideRed + (redBlue & 0xffff) + firstShare * (headRedBlue & 0xffff) + lastShare * (tailRedBlue & 0xffff));
    sums[to + 1] = (sums[to + 1] as number) + weight * (wideGreen + (green >>> 8) + firstShare * (headGreen >>> 8) + lastShare * (tailGreen >>> 8));
    sums[to + 2] = (sums[to + 2] as number) + weight * (wideBlue + (redBlue >>> 16) + firstShare * (headRedBlue >>> 16) + lastShare * (tailRedBlue >>> 16));
  }
}
