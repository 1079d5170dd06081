import { convolveBlock, openConvolution } from './convolution';
import { depthwiseBlock, openDepthwise } from './depthwise';
import { maskBlock, openMask } from './elementwise';
import { openMaxPool, routeAll } from './max-pool';

/*
 * The control block, in bytes; each part has a cache line of its own.
 *   0 ticket: counts jobs; helpers sleep on it        4 open: a job may be joined
 *  64 active: helpers inside a job                  128 next block to take
 * 192 blocks that helpers did, ever                 256 job: operation, number of blocks, then the operation's own numbers
 */
const openAt: usize = 4, activeAt: usize = 64, nextAt: usize = 128, helpedAt: usize = 192, jobAt: usize = 256;

/** How often a helper looks before it sleeps: about 0.2 ms, which covers a few layers that are not shared. Waking costs 50 microseconds. */
const looks = 200000;
/** How often the first thread looks for helpers that are still at work before it gives them up: some seconds. */
const patience = 2000000000;

function work(control: usize, scratch: usize): i32 {
  const operation = load<i32>(control, 256), blocks = load<i32>(control, 260);
  const job = control + jobAt + 8;
  if (operation === 0) openConvolution(job);
  else if (operation === 1) openDepthwise(job);
  else if (operation === 2) openMask(job);
  let done = 0;
  for (let block = atomic.add<i32>(control + nextAt, 1); block < blocks; block = atomic.add<i32>(control + nextAt, 1)) {
    if (operation === 0) convolveBlock(block);
    else if (operation === 1) depthwiseBlock(block, scratch);
    else maskBlock(block);
    done++;
  }
  return done;
}

/** Does the job in the control block, with the helpers that serve it. @returns 0 when a helper did not come back: do it again alone */
export function run(control: usize, scratch: usize, helpers: i32): i32 {
  atomic.store<i32>(control + nextAt, 0);
  if (helpers === 0) {
    work(control, scratch);
    return 1;
  }
  atomic.store<i32>(control + openAt, 1);
  atomic.add<i32>(control, 1);
  atomic.notify(control, helpers);
  work(control, scratch);
  atomic.store<i32>(control + openAt, 0);
  for (let look = 0; look < patience; look++) if (atomic.load<i32>(control + activeAt) === 0) return 1;
  return 0;
}

/** A helper's life: waits for jobs and works on them. Never returns; its worker is terminated. */
export function serve(control: usize, scratch: usize): void {
  let seen = 0;
  for (;;) {
    let look = 0;
    while (atomic.load<i32>(control) === seen && look < looks) look++;
    if (atomic.load<i32>(control) === seen) atomic.wait<i32>(control, seen, -1);
    seen = atomic.load<i32>(control);
    // Counted before asking whether the job is open: whoever closes it afterwards sees this helper and waits.
    atomic.add<i32>(control + activeAt, 1);
    if (atomic.load<i32>(control + openAt) !== 0) atomic.add<i32>(control + helpedAt, work(control, scratch));
    atomic.sub<i32>(control + activeAt, 1);
  }
}

/** Gradient of max pooling, in one go; the job lies at `job`. */
export function routeMaxima(job: usize): void {
  openMaxPool(job);
  routeAll();
}

/** `[n, h, w, c]` into the middle of zeros. Sizes in pixels, `pixelBytes` a pixel's. */
export function padMap(from: usize, to: usize, images: i32, height: i32, width: i32, pixelBytes: i32, top: i32, left: i32, paddedHeight: i32, paddedWidth: i32): void {
  const rowBytes = <usize>(width * pixelBytes), paddedRow = <usize>(paddedWidth * pixelBytes);
  memory.fill(to, 0, <usize>images * <usize>paddedHeight * paddedRow);
  for (let image = 0; image < images; image++) {
    let target = to + <usize>(image * paddedHeight + top) * paddedRow + <usize>(left * pixelBytes);
    for (let row = 0; row < height; row++) {
      memory.copy(target, from, rowBytes);
      from += rowBytes;
      target += paddedRow;
    }
  }
}
