import { fma } from './arithmetic';

// Job of one convolution, read from shared memory by every thread that takes part. Globals belong to one instance, so to one thread.
let input: usize, weights: usize, biases: usize, output: usize;
let outputWidth: i32, pixels: i32, channels: i32;
let rows: i32, columns: i32, run: i32, rowStep: usize, columnStep: usize;
let pixelStep: usize, pixelRowStep: usize, imageStep: usize, pixelsOfImage: i32;
let outputStep: usize, outputRowStep: usize, outputImageStep: usize, maskShift: usize;
let low: v128, high: v128, maskHigh: v128;
let pixelBlock: i32, panelBlock: i32, pixelBlocks: i32, panels: i32;

let tilePixels: i32, tileChannels: i32;

export function openConvolution(job: usize): void {
  input = load<i32>(job, 0); weights = load<i32>(job, 4); biases = load<i32>(job, 8); output = load<i32>(job, 12);
  outputWidth = load<i32>(job, 16); pixels = load<i32>(job, 20); channels = load<i32>(job, 24); rows = load<i32>(job, 28);
  columns = load<i32>(job, 32); run = load<i32>(job, 36); rowStep = load<i32>(job, 40); columnStep = load<i32>(job, 44);
  pixelStep = load<i32>(job, 48); pixelRowStep = load<i32>(job, 52); imageStep = load<i32>(job, 56); pixelsOfImage = load<i32>(job, 60);
  outputStep = load<i32>(job, 64); outputRowStep = load<i32>(job, 68); outputImageStep = load<i32>(job, 72); maskShift = load<i32>(job, 76);
  pixelBlock = load<i32>(job, 80); panelBlock = load<i32>(job, 84); pixelBlocks = load<i32>(job, 88); panels = load<i32>(job, 92);
  low = v128.load_splat<f32>(job, 96); high = v128.load_splat<f32>(job, 100); maskHigh = v128.load_splat<f32>(job, 104);
}

/** A block of pixels by a block of panels (eight output channels each). The panel is the outer loop: it stays in the cache. */
export function convolveBlock(block: i32): void {
  const firstPixel = (block % pixelBlocks) * pixelBlock;
  const lastPixel = min(firstPixel + pixelBlock, pixels);
  const firstPanel = (block / pixelBlocks) * panelBlock;
  const lastPanel = min(firstPanel + panelBlock, panels);
  const panelBytes = <usize>(rows * columns * run) * 32;
  for (let panel = firstPanel; panel < lastPanel; panel++) {
    const panelWeights = weights + <usize>panel * panelBytes;
    const panelBias = biases + <usize>panel * 32;
    tileChannels = channels - panel * 8;
    seek(firstPixel);
    seekOutput(firstPixel, <usize>panel * 32);
    for (let pixel = firstPixel; pixel < lastPixel; pixel += 6) {
      tilePixels = lastPixel - pixel;
      // Past the block these are pixels that nobody stores; past the map they are pixels read twice.
      if (tileChannels <= 4) multiplyTile<Four>(next(), next(), next(), next(), next(), next(), panelWeights, panelBias);
      else multiplyTile<Eight>(next(), next(), next(), next(), next(), next(), panelWeights, panelBias);
    }
  }
}

// The walk over the input pixels of a block: a division for each pixel would cost as much as a small kernel's sums.
let walkPixel: i32, walkX: i32, walkAddress: usize;

function seek(pixel: i32): void {
  const image = pixel / pixelsOfImage;
  const inside = pixel - image * pixelsOfImage;
  const y = inside / outputWidth;
  walkPixel = pixel;
  walkX = inside - y * outputWidth;
  walkAddress = input + <usize>image * imageStep + <usize>y * pixelRowStep + <usize>walkX * pixelStep;
}

function next(): usize {
  const address = walkAddress;
  if (walkPixel + 1 >= pixels) return address;
  walkPixel++;
  walkX++;
  if (walkX < outputWidth) walkAddress += pixelStep;
  else seek(walkPixel);
  return address;
}

// Types for their sizes in bytes: a panel's channels. What hangs on a type's size is decided as the code is compiled.
type Eight = i64;
type Four = i32;

/**
 * Six pixels by eight channels: as many sums as fit into the sixteen registers of a PC beside what they are made from. Four
 * channels for a last panel of no more: the gradient of a picture has three. Only a variable lies in a register, so each pixel has
 * its own: lines with a name in $ are written out for all of them (tools/unroll-lines.ts).
 */
function multiplyTile<Channels>(a0: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, weights: usize, bias: usize): void {
  const wide = sizeof<Channels>() == 8;
  let w0 = v128.load(bias), w1 = wide ? v128.load(bias, 16) : w0, s = w0;
  let first$pixel = w0;
  let second$pixel = w1;
  const runLength = run, columnCount = columns, nextRow = rowStep, nextColumn = columnStep;
  for (let row = rows; row > 0; row--) {
    let shift: usize = 0;
    for (let column = columnCount; column > 0; column--, shift += nextColumn) {
      let p$pixel = a$pixel + shift;
      let k = runLength;
      for (; k >= 4; k -= 4) {
        // unroll $step: 4 times
        w0 = v128.load(weights, $step * 32);
        if (wide) w1 = v128.load(weights, $step * 32 + 16);
        s = v128.load_splat<f32>(p$pixel, $step * 4); first$pixel = fma(s, w0, first$pixel); if (wide) second$pixel = fma(s, w1, second$pixel);
        // end
        weights += 128;
        p$pixel += 16;
      }
      for (; k > 0; k--) {
        w0 = v128.load(weights);
        if (wide) w1 = v128.load(weights, 16);
        s = v128.load_splat<f32>(p$pixel); first$pixel = fma(s, w0, first$pixel); if (wide) second$pixel = fma(s, w1, second$pixel);
        weights += 32;
        p$pixel += 4;
      }
    }
    a$pixel += nextRow;
  }
  storePixel($pixel, first$pixel, wide ? second$pixel : s);
}

// The same walk over the output: a gradient's pixels may lie a stride apart.
let storedPixel: i32, storedX: i32, storeAt: usize, panelOffset: usize;

function seekOutput(pixel: i32, offset: usize): void {
  const image = pixel / pixelsOfImage;
  const inside = pixel - image * pixelsOfImage;
  const y = inside / outputWidth;
  storedPixel = pixel;
  storedX = inside - y * outputWidth;
  panelOffset = offset;
  storeAt = output + offset + <usize>image * outputImageStep + <usize>y * outputRowStep + <usize>storedX * outputStep;
}

function storePixel(index: i32, first: v128, second: v128): void {
  if (index >= tilePixels) return;
  const to = storeAt;
  storedPixel++;
  storedX++;
  if (storedX < outputWidth) storeAt += outputStep;
  else seekOutput(storedPixel, panelOffset);
  first = f32x4.min(f32x4.max(first, low), high);
  second = f32x4.min(f32x4.max(second, low), high);
  if (tileChannels >= 8) {
    if (maskShift !== 0) {
      first = maskedBy(first, to + maskShift);
      second = maskedBy(second, to + maskShift + 16);
    }
    v128.store(to, first);
    v128.store(to, second, 16);
    return;
  }
  let part = first;
  let channel = 0;
  if (tileChannels >= 4) {
    v128.store(to, maskShift !== 0 ? maskedBy(first, to + maskShift) : first);
    part = second;
    channel = 4;
  }
  for (; channel < tileChannels; channel++) {
    const place = to + <usize>channel * 4;
    let value = f32x4.extract_lane(part, 0);
    if (maskShift !== 0) {
      const y = load<f32>(place + maskShift);
      if (!(y > 0 && y < f32x4.extract_lane(maskHigh, 0))) value = 0;
    }
    store<f32>(place, value);
    part = v128.shuffle<i32>(part, part, 1, 2, 3, 3);
  }
}

/** The derivative of a ReLU, read off its output: the value where that lies between 0 and the bound. */
function maskedBy(value: v128, at: usize): v128 {
  const y = v128.load(at);
  return v128.and(value, v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, maskHigh)));
}
