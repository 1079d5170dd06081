/*
 * Sums of pixels for area averaging, a module by itself with its own memory. A split is 16 bytes a stretch: first and last
 * pixel (i32), the parts of them that belong to it (f32).
 */

/** Four 8-bit channels of the pixel in this quarter of 16 bytes, as numbers. */
@inline
function spread(wide: v128, high: bool): v128 {
  return f32x4.convert_i32x4_u(high ? i32x4.extend_high_i16x8_u(wide) : i32x4.extend_low_i16x8_u(wide));
}

/**
 * Weighted sums of the four channels under each stretch, 16 bytes each, row by row. No row stretch has more than 257 whole rows.
 * `line` holds one f32x4 for each pixel of a row, rounded up to four; 16 bytes behind the pixels are read too.
 */
export function sumAreas(pixels: usize, rowPx: i32, rows: usize, rowCount: i32, columns: usize, columnCount: i32, line: usize, sums: usize): void {
  const stride = <usize>rowPx * 4;
  for (let row = 0; row < rowCount; row++, rows += 16) {
    const first = load<i32>(rows), last = load<i32>(rows, 4);
    const firstShare = v128.load_splat<f32>(rows, 8), lastShare = v128.load_splat<f32>(rows, 12);
    const top = pixels + <usize>first * stride, bottom = pixels + <usize>last * stride;
    for (let at: usize = 0; at < stride; at += 16) {
      let low = i16x8.splat(0), high = i16x8.splat(0);
      for (let from = top + stride + at; from < bottom; from += stride) {
        const four = v128.load(from);
        low = i16x8.add(low, i16x8.extend_low_i8x16_u(four));
        high = i16x8.add(high, i16x8.extend_high_i8x16_u(four));
      }
      const above = v128.load(top + at), below = v128.load(bottom + at);
      const aboveLow = i16x8.extend_low_i8x16_u(above), aboveHigh = i16x8.extend_high_i8x16_u(above);
      const belowLow = i16x8.extend_low_i8x16_u(below), belowHigh = i16x8.extend_high_i8x16_u(below);
      const to = line + at * 4;
      v128.store(to, f32x4.add(spread(low, false), f32x4.add(f32x4.mul(firstShare, spread(aboveLow, false)), f32x4.mul(lastShare, spread(belowLow, false)))));
      v128.store(to, f32x4.add(spread(low, true), f32x4.add(f32x4.mul(firstShare, spread(aboveLow, true)), f32x4.mul(lastShare, spread(belowLow, true)))), 16);
      v128.store(to, f32x4.add(spread(high, false), f32x4.add(f32x4.mul(firstShare, spread(aboveHigh, false)), f32x4.mul(lastShare, spread(belowHigh, false)))), 32);
      v128.store(to, f32x4.add(spread(high, true), f32x4.add(f32x4.mul(firstShare, spread(aboveHigh, true)), f32x4.mul(lastShare, spread(belowHigh, true)))), 48);
    }
    let split = columns;
    for (let column = 0; column < columnCount; column++, split += 16, sums += 16) {
      const head = line + <usize>load<i32>(split) * 16, tail = line + <usize>load<i32>(split, 4) * 16;
      let sum = f32x4.add(f32x4.mul(v128.load_splat<f32>(split, 8), v128.load(head)), f32x4.mul(v128.load_splat<f32>(split, 12), v128.load(tail)));
      for (let at = head + 16; at < tail; at += 16) sum = f32x4.add(sum, v128.load(at));
      v128.store(sums, sum);
    }
  }
}
