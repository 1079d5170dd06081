import { fma } from './arithmetic';

let input: usize, weights: usize, bias: usize, output: usize;
let inputHeight: i32, inputWidth: i32, outputHeight: i32, outputWidth: i32, channels: i32;
let kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32, dilationY: i32, dilationX: i32, top: i32, left: i32;
let transposed: bool, rowBlock: i32, rowCount: i32;
let low: v128, high: v128, maskHigh: v128, maskShift: usize;

/** One list of taps is (address of the input, address of the weights) for each tap that meets a real pixel. */
const listBytes: usize = 8 * 128;
const maxPhases = 4;

export function openDepthwise(job: usize): void {
  input = load<i32>(job, 0); weights = load<i32>(job, 4); bias = load<i32>(job, 8); output = load<i32>(job, 12);
  inputHeight = load<i32>(job, 16); inputWidth = load<i32>(job, 20); outputHeight = load<i32>(job, 24); outputWidth = load<i32>(job, 28);
  channels = load<i32>(job, 32); kernelHeight = load<i32>(job, 36); kernelWidth = load<i32>(job, 40); strideY = load<i32>(job, 44);
  strideX = load<i32>(job, 48); dilationY = load<i32>(job, 52); dilationX = load<i32>(job, 56); top = load<i32>(job, 60); left = load<i32>(job, 64);
  transposed = load<i32>(job, 68) !== 0; rowBlock = load<i32>(job, 72); rowCount = load<i32>(job, 76);
  maskShift = load<i32>(job, 80); low = v128.load_splat<f32>(job, 84); high = v128.load_splat<f32>(job, 88); maskHigh = v128.load_splat<f32>(job, 92);
}

/**
 * Some rows of a depthwise convolution or, transposed, of its gradient: every output pixel gathers from the pixels it depends
 * on. Transposed, `input` is the upstream and the stride says which taps meet a pixel of it.
 */
export function depthwiseBlock(block: i32, scratch: usize): void {
  const last = min((block + 1) * rowBlock, rowCount);
  for (let row = block * rowBlock; row < last; row++) {
    const image = row / outputHeight;
    depthwiseRow(input + <usize>(image * inputHeight * inputWidth * channels) * 4, row, row - image * outputHeight, scratch);
  }
}

function depthwiseRow(image: usize, row: i32, y: i32, scratch: usize): void {
  const phases = transposed ? strideX : 1;
  // Inside these columns the taps of one pixel are those of the pixel a period before, one step on.
  const reach = (kernelWidth - 1) * dilationX;
  // Not before the row begins: under a padding wider than the kernel its first pixels are inner too, and have no pixel before them.
  const firstInner = transposed ? max(0, reach - left) : (left + strideX - 1) / strideX;
  const endInner = transposed ? min(outputWidth, (inputWidth - 1) * strideX + 1 - left) : (inputWidth - 1 - reach + left) / strideX + 1;
  const step = (transposed ? channels : strideX * channels) * 4;
  for (let x = 0; x < outputWidth; x++) {
    const inner = phases <= maxPhases && x >= firstInner && x < endInner;
    const phase = inner ? x % phases : 0;
    const list = scratch + <usize>phase * (listBytes + 16);
    let advance = 0;
    if (inner && x - phases >= firstInner) {
      advance = load<i32>(list, 4) + step;
      store<i32>(list, advance, 4);
    } else {
      store<i32>(list, listTaps(image, y, x, list + 16), 0);
      store<i32>(list, 0, 4);
    }
    gatherPixel(list + 16, load<i32>(list), advance, <usize>((row * outputWidth + x) * channels) * 4);
  }
}

function listTaps(image: usize, y: i32, x: i32, list: usize): i32 {
  let count = 0;
  for (let tapY = 0; tapY < kernelHeight; tapY++) {
    let fromY = transposed ? y + top - tapY * dilationY : y * strideY - top + tapY * dilationY;
    if (transposed) {
      if (fromY % strideY !== 0) continue;
      fromY /= strideY;
    }
    if (fromY < 0 || fromY >= inputHeight) continue;
    for (let tapX = 0; tapX < kernelWidth; tapX++) {
      let fromX = transposed ? x + left - tapX * dilationX : x * strideX - left + tapX * dilationX;
      if (transposed) {
        if (fromX % strideX !== 0) continue;
        fromX /= strideX;
      }
      if (fromX < 0 || fromX >= inputWidth) continue;
      store<i32>(list, <i32>image + (fromY * inputWidth + fromX) * channels * 4);
      store<i32>(list, <i32>weights + (tapY * kernelWidth + tapX) * channels * 4, 4);
      list += 8;
      count++;
    }
  }
  return count;
}

function gatherPixel(list: usize, taps: i32, advance: i32, to: usize): void {
  const end = list + <usize>taps * 8;
  const bytes = <usize>channels * 4;
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
    if (bias) { c0 = v128.load(bias + at); c1 = v128.load(bias + at, 16); c2 = v128.load(bias + at, 32); c3 = v128.load(bias + at, 48); }
    for (let tap = list; tap < end; tap += 8) {
      const a = <usize>(load<i32>(tap) + advance) + at;
      const w = <usize>load<i32>(tap, 4) + at;
      c0 = fma(v128.load(a), v128.load(w), c0);
      c1 = fma(v128.load(a, 16), v128.load(w, 16), c1);
      c2 = fma(v128.load(a, 32), v128.load(w, 32), c2);
      c3 = fma(v128.load(a, 48), v128.load(w, 48), c3);
    }
    storeFour(to + at, c0); storeFour(to + at + 16, c1); storeFour(to + at + 32, c2); storeFour(to + at + 48, c3);
  }
  for (; at + 16 <= bytes; at += 16) {
    let c0 = bias ? v128.load(bias + at) : f32x4.splat(0);
    for (let tap = list; tap < end; tap += 8) c0 = fma(v128.load(<usize>(load<i32>(tap) + advance) + at), v128.load(<usize>load<i32>(tap, 4) + at), c0);
    storeFour(to + at, c0);
  }
  for (; at < bytes; at += 4) {
    let sum: f32 = bias ? load<f32>(bias + at) : 0;
    for (let tap = list; tap < end; tap += 8) sum += load<f32>(<usize>(load<i32>(tap) + advance) + at) * load<f32>(<usize>load<i32>(tap, 4) + at);
    sum = min(max(sum, f32x4.extract_lane(low, 0)), f32x4.extract_lane(high, 0));
    if (maskShift !== 0) {
      const y = load<f32>(output + to + at + maskShift);
      if (!(y > 0 && y < f32x4.extract_lane(maskHigh, 0))) sum = 0;
    }
    store<f32>(output + to + at, sum);
  }
}

function storeFour(to: usize, value: v128): void {
  value = f32x4.min(f32x4.max(value, low), high);
  if (maskShift !== 0) {
    const y = v128.load(output + to + maskShift);
    value = v128.and(value, v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, maskHigh)));
  }
  v128.store(output + to, value);
}
