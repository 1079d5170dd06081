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
      const narrow = tileChannels <= 4;
      // Past the block these are pixels that nobody stores; past the map they are pixels read twice.
      if (narrow) multiplyNarrowTile(next(), next(), next(), next(), next(), next(), panelWeights, panelBias);
      else multiplyTile(next(), next(), next(), next(), next(), next(), panelWeights, panelBias);
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

/** Six pixels by eight channels: as many sums as fit into the sixteen registers of a PC beside what they are made from. */
function multiplyTile(a0: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, weights: usize, bias: usize): void {
  let w0 = v128.load(bias), w1 = v128.load(bias, 16), s = w0;
  let c00 = w0, c10 = w0, c20 = w0, c30 = w0, c40 = w0, c50 = w0;
  let c01 = w1, c11 = w1, c21 = w1, c31 = w1, c41 = w1, c51 = w1;
  const runLength = run, columnCount = columns, nextRow = rowStep, nextColumn = columnStep;
  for (let row = rows; row > 0; row--) {
    let shift: usize = 0;
    for (let column = columnCount; column > 0; column--, shift += nextColumn) {
      let p0 = a0 + shift, p1 = a1 + shift, p2 = a2 + shift, p3 = a3 + shift, p4 = a4 + shift, p5 = a5 + shift;
      let k = runLength;
      for (; k >= 4; k -= 4) {
        w0 = v128.load(weights, 0); w1 = v128.load(weights, 16);
        s = v128.load_splat<f32>(p0, 0); c00 = fma(s, w0, c00); c01 = fma(s, w1, c01);
        s = v128.load_splat<f32>(p1, 0); c10 = fma(s, w0, c10); c11 = fma(s, w1, c11);
        s = v128.load_splat<f32>(p2, 0); c20 = fma(s, w0, c20); c21 = fma(s, w1, c21);
        s = v128.load_splat<f32>(p3, 0); c30 = fma(s, w0, c30); c31 = fma(s, w1, c31);
        s = v128.load_splat<f32>(p4, 0); c40 = fma(s, w0, c40); c41 = fma(s, w1, c41);
        s = v128.load_splat<f32>(p5, 0); c50 = fma(s, w0, c50); c51 = fma(s, w1, c51);
        w0 = v128.load(weights, 32); w1 = v128.load(weights, 48);
        s = v128.load_splat<f32>(p0, 4); c00 = fma(s, w0, c00); c01 = fma(s, w1, c01);
        s = v128.load_splat<f32>(p1, 4); c10 = fma(s, w0, c10); c11 = fma(s, w1, c11);
        s = v128.load_splat<f32>(p2, 4); c20 = fma(s, w0, c20); c21 = fma(s, w1, c21);
        s = v128.load_splat<f32>(p3, 4); c30 = fma(s, w0, c30); c31 = fma(s, w1, c31);
        s = v128.load_splat<f32>(p4, 4); c40 = fma(s, w0, c40); c41 = fma(s, w1, c41);
        s = v128.load_splat<f32>(p5, 4); c50 = fma(s, w0, c50); c51 = fma(s, w1, c51);
        w0 = v128.load(weights, 64); w1 = v128.load(weights, 80);
        s = v128.load_splat<f32>(p0, 8); c00 = fma(s, w0, c00); c01 = fma(s, w1, c01);
        s = v128.load_splat<f32>(p1, 8); c10 = fma(s, w0, c10); c11 = fma(s, w1, c11);
        s = v128.load_splat<f32>(p2, 8); c20 = fma(s, w0, c20); c21 = fma(s, w1, c21);
        s = v128.load_splat<f32>(p3, 8); c30 = fma(s, w0, c30); c31 = fma(s, w1, c31);
        s = v128.load_splat<f32>(p4, 8); c40 = fma(s, w0, c40); c41 = fma(s, w1, c41);
        s = v128.load_splat<f32>(p5, 8); c50 = fma(s, w0, c50); c51 = fma(s, w1, c51);
        w0 = v128.load(weights, 96); w1 = v128.load(weights, 112);
        s = v128.load_splat<f32>(p0, 12); c00 = fma(s, w0, c00); c01 = fma(s, w1, c01);
        s = v128.load_splat<f32>(p1, 12); c10 = fma(s, w0, c10); c11 = fma(s, w1, c11);
        s = v128.load_splat<f32>(p2, 12); c20 = fma(s, w0, c20); c21 = fma(s, w1, c21);
        s = v128.load_splat<f32>(p3, 12); c30 = fma(s, w0, c30); c31 = fma(s, w1, c31);
        s = v128.load_splat<f32>(p4, 12); c40 = fma(s, w0, c40); c41 = fma(s, w1, c41);
        s = v128.load_splat<f32>(p5, 12); c50 = fma(s, w0, c50); c51 = fma(s, w1, c51);
        weights += 128;
        p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16;
      }
      for (; k > 0; k--) {
        w0 = v128.load(weights, 0); w1 = v128.load(weights, 16);
        s = v128.load_splat<f32>(p0, 0); c00 = fma(s, w0, c00); c01 = fma(s, w1, c01);
        s = v128.load_splat<f32>(p1, 0); c10 = fma(s, w0, c10); c11 = fma(s, w1, c11);
        s = v128.load_splat<f32>(p2, 0); c20 = fma(s, w0, c20); c21 = fma(s, w1, c21);
        s = v128.load_splat<f32>(p3, 0); c30 = fma(s, w0, c30); c31 = fma(s, w1, c31);
        s = v128.load_splat<f32>(p4, 0); c40 = fma(s, w0, c40); c41 = fma(s, w1, c41);
        s = v128.load_splat<f32>(p5, 0); c50 = fma(s, w0, c50); c51 = fma(s, w1, c51);
        weights += 32;
        p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4;
      }
    }
    a0 += nextRow; a1 += nextRow; a2 += nextRow; a3 += nextRow; a4 += nextRow; a5 += nextRow;
  }
  storePixel(0, c00, c01);
  storePixel(1, c10, c11);
  storePixel(2, c20, c21);
  storePixel(3, c30, c31);
  storePixel(4, c40, c41);
  storePixel(5, c50, c51);
}

/** {@link multiplyTile} for a last panel of at most four channels: the gradient of a picture has three. */
function multiplyNarrowTile(a0: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, weights: usize, bias: usize): void {
  let w0 = v128.load(bias), s = w0;
  let c00 = w0, c10 = w0, c20 = w0, c30 = w0, c40 = w0, c50 = w0;
  const runLength = run, columnCount = columns, nextRow = rowStep, nextColumn = columnStep;
  for (let row = rows; row > 0; row--) {
    let shift: usize = 0;
    for (let column = columnCount; column > 0; column--, shift += nextColumn) {
      let p0 = a0 + shift, p1 = a1 + shift, p2 = a2 + shift, p3 = a3 + shift, p4 = a4 + shift, p5 = a5 + shift;
      let k = runLength;
      for (; k >= 4; k -= 4) {
        w0 = v128.load(weights, 0);
        s = v128.load_splat<f32>(p0, 0); c00 = fma(s, w0, c00);
        s = v128.load_splat<f32>(p1, 0); c10 = fma(s, w0, c10);
        s = v128.load_splat<f32>(p2, 0); c20 = fma(s, w0, c20);
        s = v128.load_splat<f32>(p3, 0); c30 = fma(s, w0, c30);
        s = v128.load_splat<f32>(p4, 0); c40 = fma(s, w0, c40);
        s = v128.load_splat<f32>(p5, 0); c50 = fma(s, w0, c50);
        w0 = v128.load(weights, 32);
        s = v128.load_splat<f32>(p0, 4); c00 = fma(s, w0, c00);
        s = v128.load_splat<f32>(p1, 4); c10 = fma(s, w0, c10);
        s = v128.load_splat<f32>(p2, 4); c20 = fma(s, w0, c20);
        s = v128.load_splat<f32>(p3, 4); c30 = fma(s, w0, c30);
        s = v128.load_splat<f32>(p4, 4); c40 = fma(s, w0, c40);
        s = v128.load_splat<f32>(p5, 4); c50 = fma(s, w0, c50);
        w0 = v128.load(weights, 64);
        s = v128.load_splat<f32>(p0, 8); c00 = fma(s, w0, c00);
        s = v128.load_splat<f32>(p1, 8); c10 = fma(s, w0, c10);
        s = v128.load_splat<f32>(p2, 8); c20 = fma(s, w0, c20);
        s = v128.load_splat<f32>(p3, 8); c30 = fma(s, w0, c30);
        s = v128.load_splat<f32>(p4, 8); c40 = fma(s, w0, c40);
        s = v128.load_splat<f32>(p5, 8); c50 = fma(s, w0, c50);
        w0 = v128.load(weights, 96);
        s = v128.load_splat<f32>(p0, 12); c00 = fma(s, w0, c00);
        s = v128.load_splat<f32>(p1, 12); c10 = fma(s, w0, c10);
        s = v128.load_splat<f32>(p2, 12); c20 = fma(s, w0, c20);
        s = v128.load_splat<f32>(p3, 12); c30 = fma(s, w0, c30);
        s = v128.load_splat<f32>(p4, 12); c40 = fma(s, w0, c40);
        s = v128.load_splat<f32>(p5, 12); c50 = fma(s, w0, c50);
        weights += 128;
        p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16;
      }
      for (; k > 0; k--) {
        w0 = v128.load(weights, 0);
        s = v128.load_splat<f32>(p0, 0); c00 = fma(s, w0, c00);
        s = v128.load_splat<f32>(p1, 0); c10 = fma(s, w0, c10);
        s = v128.load_splat<f32>(p2, 0); c20 = fma(s, w0, c20);
        s = v128.load_splat<f32>(p3, 0); c30 = fma(s, w0, c30);
        s = v128.load_splat<f32>(p4, 0); c40 = fma(s, w0, c40);
        s = v128.load_splat<f32>(p5, 0); c50 = fma(s, w0, c50);
        weights += 32;
        p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4;
      }
    }
    a0 += nextRow; a1 += nextRow; a2 += nextRow; a3 += nextRow; a4 += nextRow; a5 += nextRow;
  }
  storePixel(0, c00, s);
  storePixel(1, c10, s);
  storePixel(2, c20, s);
  storePixel(3, c30, s);
  storePixel(4, c40, s);
  storePixel(5, c50, s);
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
