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

/** Two 8-bit channels are summed in one 32-bit number; this many of them cannot overflow. */
const safeRun = 256;

/**
 * Mean colour of the source pixels under each pixel of the input, normalised. What the source does not cover counts as white.
 *
 * @param pixels   little-endian RGBA, opaque, `rowPx` pixels a row
 * @param placed   turns and mirrors
 * @param values   `[h, w, c]` f32, written · one channel: luminance 0.299 R + 0.587 G + 0.114 B; three: in the network's order
 */
export function averageAreas(pixels: Uint32Array, rowPx: number, plan: AveragePlan, placed: Placement, spec: InputSpec, values: Float32Array): void {
  const { rows, columns, areaPx, sums } = plan;
  const { factor, offset } = inputScaling(spec);
  const [factor0 = 1, factor1 = 1, factor2 = 1] = factor;
  const [offset0 = 0, offset1 = 0, offset2 = 0] = offset;
  const reversed = spec.channelOrder === 'bgr';
  for (let row = 0; row < rows.first.length; row++) {
    sums.fill(0);
    const firstRow = rows.first[row] as number;
    const lastRow = rows.last[row] as number;
    let rowShare = 0;
    for (let y = firstRow; y <= lastRow; y++) {
      const weight = y === firstRow ? rows.firstShare[row] as number : y === lastRow ? rows.lastShare[row] as number : 1;
      rowShare += weight;
      if (weight > 0) addRow(pixels, y * rowPx, weight, columns, sums);
    }
    for (let column = 0; column < columns.first.length; column++) {
      const from = 3 * column;
      const white = 255 * (areaPx - rowShare * coverage(columns, column));
      const red = ((sums[from] as number) + white) / areaPx;
      const green = ((sums[from + 1] as number) + white) / areaPx;
      const blue = ((sums[from + 2] as number) + white) / areaPx;
      const to = (placed.start + row * placed.rowStep + column * placed.columnStep) * spec.channels;
      if (spec.channels === 1) {
        values[to] = (0.299 * red + 0.587 * green + 0.114 * blue) * factor0 + offset0;
      } else {
        values[to] = (reversed ? blue : red) * factor0 + offset0;
        values[to + 1] = green * factor1 + offset1;
        values[to + 2] = (reversed ? red : blue) * factor2 + offset2;
      }
    }
  }
}

/** Source pixels (with parts) in one stretch. */
function coverage(split: AreaSplit, index: number): number {
  const between = (split.last[index] as number) - (split.first[index] as number) - 1;
  return (split.firstShare[index] as number) + (split.lastShare[index] as number) + Math.max(0, between);
}

/** Adds one source row, weighted, to the three sums of each column. */
function addRow(pixels: Uint32Array, rowStart: number, weight: number, columns: AreaSplit, sums: Float64Array): void {
  const count = columns.first.length;
  for (let column = 0; column < count; column++) {
    let at = rowStart + (columns.first[column] as number);
    const end = rowStart + (columns.last[column] as number);
    const firstShare = columns.firstShare[column] as number;
    const lastShare = columns.lastShare[column] as number;
    const head = pixels[at] as number;
    const tail = pixels[end] as number;
    let red = firstShare * (head & 255) + lastShare * (tail & 255);
    let green = firstShare * ((head >>> 8) & 255) + lastShare * ((tail >>> 8) & 255);
    let blue = firstShare * ((head >>> 16) & 255) + lastShare * ((tail >>> 16) & 255);
    at++;
    while (at < end) {
      let redAndBlue = 0;
      let greens = 0;
      for (const stop = Math.min(end, at + safeRun); at < stop; at++) {
        const pixel = pixels[at] as number;
        redAndBlue += pixel & 0xff00ff;
        greens += pixel & 0x00ff00;
      }
      red += redAndBlue & 0xffff;
      blue += redAndBlue >>> 16;
      green += greens >>> 8;
    }
    const to = 3 * column;
    sums[to] = (sums[to] as number) + weight * red;
    sums[to + 1] = (sums[to + 1] as number) + weight * green;
    sums[to + 2] = (sums[to + 2] as number) + weight * blue;
  }
}
