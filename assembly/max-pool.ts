let input: usize, upstream: usize, output: usize;
let inputHeight: i32, inputWidth: i32, outputHeight: i32, outputWidth: i32, channels: i32;
let windowHeight: i32, windowWidth: i32, strideY: i32, strideX: i32, top: i32, left: i32, images: i32;

export function openMaxPool(job: usize): void {
  input = load<i32>(job, 0); upstream = load<i32>(job, 4); output = load<i32>(job, 8);
  inputHeight = load<i32>(job, 12); inputWidth = load<i32>(job, 16); outputHeight = load<i32>(job, 20); outputWidth = load<i32>(job, 24);
  channels = load<i32>(job, 28); windowHeight = load<i32>(job, 32); windowWidth = load<i32>(job, 36);
  strideY = load<i32>(job, 40); strideX = load<i32>(job, 44); top = load<i32>(job, 48); left = load<i32>(job, 52); images = load<i32>(job, 56);
}

/** Gradient of max pooling: each window's upstream goes to its first maximum in row-major order. `output` must be zeros. */
export function routeAll(): void {
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) routeWindow(image, y, x);
    }
  }
}

function routeWindow(image: i32, y: i32, x: i32): void {
  const startY = y * strideY - top, startX = x * strideX - left;
  const fromY = max(startY, 0), toY = min(startY + windowHeight, inputHeight);
  const fromX = max(startX, 0), toX = min(startX + windowWidth, inputWidth);
  const pixelBytes = <usize>channels * 4;
  const rowBytes = <usize>inputWidth * pixelBytes;
  const corner = <usize>((image * inputHeight + fromY) * inputWidth + fromX) * pixelBytes;
  const given = upstream + <usize>((image * outputHeight + y) * outputWidth + x) * pixelBytes;
  let at: usize = 0;
  for (; at + 16 <= pixelBytes; at += 16) {
    let best = v128.load(input + corner + at);
    // Offsets of the winners in bytes, a lane each.
    let winner = i32x4.splat(<i32>corner);
    let rowAt = corner;
    for (let row = fromY; row < toY; row++, rowAt += rowBytes) {
      let place = rowAt;
      for (let column = fromX; column < toX; column++, place += pixelBytes) {
        const value = v128.load(input + place + at);
        const larger = f32x4.gt(value, best);
        best = v128.bitselect(value, best, larger);
        winner = v128.bitselect(i32x4.splat(<i32>place), winner, larger);
      }
    }
    addAt(<usize>i32x4.extract_lane(winner, 0) + at, load<f32>(given + at));
    addAt(<usize>i32x4.extract_lane(winner, 1) + at + 4, load<f32>(given + at, 4));
    addAt(<usize>i32x4.extract_lane(winner, 2) + at + 8, load<f32>(given + at, 8));
    addAt(<usize>i32x4.extract_lane(winner, 3) + at + 12, load<f32>(given + at, 12));
  }
  for (; at < pixelBytes; at += 4) {
    let best = load<f32>(input + corner + at);
    let winner = corner;
    let rowAt = corner;
    for (let row = fromY; row < toY; row++, rowAt += rowBytes) {
      let place = rowAt;
      for (let column = fromX; column < toX; column++, place += pixelBytes) {
        const value = load<f32>(input + place + at);
        if (value > best) {
          best = value;
          winner = place;
        }
      }
    }
    addAt(winner + at, load<f32>(given + at));
  }
}

function addAt(place: usize, value: f32): void {
  store<f32>(output + place, load<f32>(output + place) + value);
}
