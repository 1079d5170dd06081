import type { InputSpec } from '../../../src/contract/card';
import type { CropSquare } from '../../../src/contract/frames';
import { createCpuFrameImporter } from '../../../src/render/frame-import-cpu';
import { createGpuFrameImporter } from '../../../src/render/frame-import-gpu';
import { randomNumbers, readFloats, withDevice } from './device';

/** `rgbx` is copied out as it is; `rgba` must be drawn; `stretched` is shown twice as wide as it is; `i420` carries its colours in planes; `bitmap` is a picture. */
export type SourceKind = 'bitmap' | 'rgbx' | 'rgba' | 'i420' | 'stretched' | 'turned-90' | 'turned-180' | 'turned-270';

export interface ImportRequest {
  readonly source: SourceKind;
  readonly width: number;
  readonly height: number;
  readonly crop: CropSquare;
  readonly mirror: boolean;
  readonly spec: InputSpec;
  /** Opacity of the picture's left half, 0..255. */
  readonly alpha?: number;
}

export interface ImportReport {
  /** Mean and largest absolute difference from a float area average, as parts of 255. */
  readonly cpu: readonly [mean: number, largest: number];
  readonly gpu: readonly [mean: number, largest: number];
  /** Spread of the reference's values, in pixel values: a blank picture would prove nothing. */
  readonly spread: number;
  readonly bufferBytes: number;
  /** The second import gave back the same buffer and array, and the same numbers. */
  readonly repeats: boolean;
}

/** Imports one made-up picture in both tiers and compares it with a float area average. */
export async function importBoth(request: ImportRequest): Promise<ImportReport> {
  return withDevice(async (device) => {
    const { crop, mirror, spec } = request;
    const pixels = paintPicture(request.width, request.height, request.alpha ?? 255, request.source === 'i420');
    if (request.source === 'stretched') pairColumns(pixels);
    const image = await makeSource(request.source, pixels, request.width, request.height);
    try {
      const cpu = createCpuFrameImporter();
      const gpu = await createGpuFrameImporter(device);
      const expected = averageArea(pixels, request);
      const first = await cpu.importFrame(image, crop, mirror, spec);
      const values = first.slice();
      const again = await cpu.importFrame(image, crop, mirror, spec);
      const buffer = gpu.importFrame(image, crop, mirror, spec);
      const read = await readFloats(device, buffer);
      const sameBuffer = gpu.importFrame(image, crop, mirror, spec) === buffer;
      const readAgain = await readFloats(device, buffer);
      const report = {
        cpu: compare(values, expected, spec), gpu: compare(read, expected, spec),
        spread: Math.max(...expected) - Math.min(...expected), bufferBytes: buffer.size,
        repeats: sameBuffer && again === first && again.every((value, at) => value === values[at]) && readAgain.every((value, at) => value === read[at]),
      };
      cpu.dispose();
      gpu.dispose();
      return report;
    } finally {
      image.close();
    }
  });
}

/** A picture with fine detail, edges and noise, as a camera's has; RGBA bytes. `gentle`: colours that survive shared chroma. */
function paintPicture(width: number, height: number, leftAlpha: number, gentle: boolean): Uint8ClampedArray {
  const random = randomNumbers(width * height);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const board = ((x >> 3) + (y >> 4)) % 2 === 0 ? 35 : -35;
      const rings = 50 * Math.sin((x * x) / 900) * Math.cos((y * y) / 1500);
      const noise = (random() - 0.5) * 60;
      const warm = (x / width) * 40;
      pixels[at] = 128 + board + rings + noise + warm;
      pixels[at + 1] = gentle ? 128 + board + rings + noise : 120 - board + rings * 0.5 + noise;
      pixels[at + 2] = gentle ? 128 + board + rings + noise - warm : 100 + rings - noise + ((x - y) % 97 < 3 ? 120 : 0);
      pixels[at + 3] = x < width / 2 ? leftAlpha : 255;
    }
  }
  return pixels;
}

function pairColumns(pixels: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 8) pixels.copyWithin(at + 4, at, at + 4);
}

async function makeSource(kind: SourceKind, pixels: Uint8ClampedArray, width: number, height: number): Promise<VideoFrame | ImageBitmap> {
  const init = { codedWidth: width, codedHeight: height, timestamp: 0 };
  if (kind === 'bitmap') return createImageBitmap(new ImageData(new Uint8ClampedArray(pixels), width, height));
  if (kind === 'i420') return new VideoFrame(toPlanes(pixels, width, height), { ...init, format: 'I420', colorSpace: { matrix: 'smpte170m', fullRange: true, primaries: 'bt709', transfer: 'iec61966-2-1' } });
  if (kind === 'stretched') {
    // Every second column; the test paints columns in equal pairs.
    const narrow = new Uint8ClampedArray(pixels.length / 2);
    for (let at = 0; at < narrow.length; at += 4) narrow.set(pixels.subarray(2 * at, 2 * at + 4), at);
    return new VideoFrame(narrow, { ...init, codedWidth: width / 2, displayWidth: width, displayHeight: height, format: 'RGBX' });
  }
  if (kind !== 'rgbx' && kind !== 'rgba') {
    // Lies otherwise in memory: turning it clockwise by `rotation` shows `pixels`.
    const rotation = Number(kind.slice('turned-'.length));
    const [lyingWidth, lyingHeight] = rotation === 180 ? [width, height] : [height, width];
    const lying = new Uint8ClampedArray(pixels.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [row, column] = rotation === 90 ? [width - 1 - x, y] : rotation === 180 ? [height - 1 - y, width - 1 - x] : [x, height - 1 - y];
        lying.set(pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4), 4 * (row * lyingWidth + column));
      }
    }
    const turned: VideoFrameBufferInit & { readonly rotation: number } = { ...init, codedWidth: lyingWidth, codedHeight: lyingHeight, format: 'RGBX', rotation };
    return new VideoFrame(lying, turned);
  }
  return new VideoFrame(new Uint8ClampedArray(pixels), { ...init, format: kind === 'rgbx' ? 'RGBX' : 'RGBA' });
}

/** BT.601 full range, chroma averaged over 2 x 2. */
function toPlanes(pixels: Uint8ClampedArray, width: number, height: number): Uint8Array {
  const planes = new Uint8Array(width * height * 1.5);
  const half = width / 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red = 0, green = 0, blue = 0] = pixels.subarray(4 * (y * width + x));
      planes[y * width + x] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    }
  }
  for (let y = 0; y < height / 2; y++) {
    for (let x = 0; x < half; x++) {
      let u = 0;
      let v = 0;
      for (const at of [0, 1, width, width + 1]) {
        const [red = 0, green = 0, blue = 0] = pixels.subarray(4 * (2 * y * width + 2 * x + at));
        u += (-0.168736 * red - 0.331264 * green + 0.5 * blue) / 4;
        v += (0.5 * red - 0.418688 * green - 0.081312 * blue) / 4;
      }
      planes[width * height + y * half + x] = Math.round(128 + u);
      planes[width * height * 1.25 + y * half + x] = Math.round(128 + v);
    }
  }
  return planes;
}

/** The same in plain arithmetic: float area average over white, mirrored, in pixel values. */
function averageArea(pixels: Uint8ClampedArray, { width, height, crop, mirror, spec }: ImportRequest): Float64Array {
  const expected = new Float64Array(spec.height * spec.width * spec.channels);
  const stepX = crop.sizePx / spec.width;
  const stepY = crop.sizePx / spec.height;
  for (let row = 0; row < spec.height; row++) {
    for (let column = 0; column < spec.width; column++) {
      const top = crop.y + row * stepY;
      const left = crop.x + column * stepX;
      const sums = [0, 0, 0];
      for (let y = Math.floor(top); y < top + stepY; y++) {
        for (let x = Math.floor(left); x < left + stepX; x++) {
          const share = (Math.min(y + 1, top + stepY) - Math.max(y, top)) * (Math.min(x + 1, left + stepX) - Math.max(x, left));
          const inside = x >= 0 && y >= 0 && x < width && y < height;
          const at = 4 * (y * width + x);
          const alpha = inside ? (pixels[at + 3] ?? 0) / 255 : 0;
          for (let channel = 0; channel < 3; channel++) sums[channel] = (sums[channel] ?? 0) + share * (alpha * (inside ? pixels[at + channel] ?? 0 : 0) + (1 - alpha) * 255);
        }
      }
      const [red = 0, green = 0, blue = 0] = sums.map((sum) => sum / (stepX * stepY));
      const to = (row * spec.width + (mirror ? spec.width - 1 - column : column)) * spec.channels;
      const colours = spec.channelOrder === 'bgr' ? [blue, green, red] : [red, green, blue];
      expected.set(spec.channels === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : colours, to);
    }
  }
  return expected;
}

function compare(values: Float32Array, expected: Float64Array, spec: InputSpec): readonly [number, number] {
  if (values.length !== expected.length) throw new Error(`${values.length} values instead of ${expected.length}`);
  let sum = 0;
  let largest = 0;
  expected.forEach((pixel, at) => {
    const channel = at % spec.channels;
    const apart = Math.abs((values[at] ?? Number.NaN) * (spec.std[channel] ?? 1) + (spec.mean[channel] ?? 0) - pixel);
    sum += apart;
    // A NaN must not slip through a comparison.
    largest = apart <= largest ? largest : apart;
  });
  return [sum / expected.length, largest];
}
