let upstream: usize, value: usize, output: usize, count: i32, block: i32;
let high: v128, slope: v128, positiveOnly: bool;

export function openMask(job: usize): void {
  upstream = load<i32>(job, 0); value = load<i32>(job, 4); output = load<i32>(job, 8); count = load<i32>(job, 12); block = load<i32>(job, 16);
  positiveOnly = load<i32>(job, 20) !== 0; high = v128.load_splat<f32>(job, 24); slope = v128.load_splat<f32>(job, 28);
}

/** Upstream where 0 < y < high; times the slope elsewhere; with `positiveOnly` nothing of a negative upstream. */
export function maskBlock(index: i32): void {
  const zero = f32x4.splat(0);
  let at = <usize>(index * block) * 4;
  const end = <usize>min(index * block + block, count) * 4;
  for (; at + 16 <= end; at += 16) {
    let gradient = v128.load(upstream + at);
    if (positiveOnly) gradient = f32x4.max(gradient, zero);
    const y = v128.load(value + at);
    const open = v128.and(f32x4.gt(y, zero), f32x4.lt(y, high));
    v128.store(output + at, v128.bitselect(gradient, f32x4.mul(gradient, slope), open));
  }
  for (; at < end; at += 4) {
    let gradient = load<f32>(upstream + at);
    if (positiveOnly) gradient = max(gradient, <f32>0);
    const y = load<f32>(value + at);
    const open = y > 0 && y < f32x4.extract_lane(high, 0);
    store<f32>(output + at, open ? gradient : gradient * f32x4.extract_lane(slope, 0));
  }
}
