import { backend, type Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { AppError } from '../../contract/errors';
import type { Operation } from '../../graph/ops';
import { dilatedExtent } from '../../graph/padding';
import { borrowHeap, KernelHost } from './kernel-host';
import { compileKernels, type KernelExports } from './kernel-module';
import { listPhases, panelChannels, type Phase } from './pack-kernel';

/** What happens to a result before it is written: clamped to a range; 0 where a map of its shape is not between 0 and a bound. */
export interface Finish {
  readonly low: number;
  readonly high: number;
  readonly mask?: ReluMask | null;
}

/** The derivative of a ReLU or ReLU6, read off its output. */
export interface ReluMask {
  /** The activation's output · borrowed */
  readonly y: Tensor;
  /** 6, or infinity. */
  readonly high: number;
}

/** No clamp, no mask. */
export const unlimited: Finish = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

type Geometry = Pick<Extract<Operation, { op: 'conv2d' }>, 'strides' | 'dilations' | 'padding'>;
type Window = Pick<Extract<Operation, { op: 'max-pool' }>, 'window' | 'strides' | 'padding'>;

/** Taps of a depthwise kernel for which a thread's scratch has room. */
const mostTaps = 128;
const operations = { convolution: 0, depthwise: 1, mask: 2 } as const;
const tilePixels = 6;

/** Weights that are laid out otherwise would be read past their end, without a word. */
function requireSize(packed: Tensor, size: number): void {
  if (packed.size !== size) throw new AppError('internal', `${packed.size} packed weights instead of ${size}`);
}

/**
 * Our own kernels on the heap of tfjs's WASM backend: they read and write tfjs's tensors in place. Convolution, depthwise
 * convolution and its gradient, gradient of max pooling, and derivative masks; all f32, NHWC. One per backend.
 */
export class NativeKernels extends KernelHost {
  /**
   * Convolution with bias and clamp.
   *
   * @param input   `[n, h, w, cin]` f32 · borrowed
   * @param packed  from `packKernel` · borrowed
   * @param shape   `[kh, kw, cin, cout]`
   * @returns       `[n, oh, ow, cout]` f32 · owned by the caller
   * @throws AppError 'internal' where `packed` is not packed for this shape
   */
  convolve(input: Tensor, packed: Tensor, shape: readonly number[], geometry: Geometry, finish: Finish): Tensor {
    const [n = 1, h = 1, w = 1] = input.shape;
    const [kh = 1, kw = 1, cin = 1, cout = 1] = shape;
    const { strides: [sh, sw], dilations: [dh, dw], padding } = geometry;
    const ph = h + padding.top + padding.bottom;
    const pw = w + padding.left + padding.right;
    const oh = Math.floor((ph - dilatedExtent(kh, dh)) / sh) + 1;
    const ow = Math.floor((pw - dilatedExtent(kw, dw)) / sw) + 1;
    requireSize(packed, Math.ceil(cout / panelChannels) * panelChannels * (1 + kh * kw * cin));
    const output = this.makeTensor([n, oh, ow, cout]);
    const from = this.padMap(input, padding.top, padding.left, [ph, pw]);
    const [columns, run] = dw === 1 ? [1, kw * cin] : [kw, cin];
    const rowBytes = pw * cin * 4;
    const outputRow = ow * cout * 4;
    this.#convolve(this.addressOf(packed), { rows: kh, columns, run, pixels: n * oh * ow, channels: cout }, [
      ow, dh * rowBytes, dw * cin * 4, sw * cin * 4, sh * rowBytes, ph * rowBytes, oh * ow, cout * 4, outputRow, oh * outputRow,
    ], from, output, 0, finish);
    return output;
  }

  /**
   * Gradient of a convolution with a stride, without dilation: each phase of the input's pixels is a small convolution of the
   * upstream with the taps that meet it, written a stride apart.
   *
   * @param upstream   `[n, oh, ow, cout]` f32 · borrowed
   * @param packed     from `packPhases` · borrowed
   * @param shape      `[kh, kw, cin, cout]` of the forward pass
   * @param inputSize  [height, width] of the result
   * @returns          `[n, height, width, cin]` f32 · owned by the caller
   * @throws AppError 'internal' where `packed` is not packed for this shape and these strides
   */
  convolveBack(
    upstream: Tensor, packed: Tensor, shape: readonly number[], geometry: Geometry, inputSize: readonly [number, number], mask: ReluMask | null = null,
  ): Tensor {
    const [n = 1, oh = 1, ow = 1] = upstream.shape;
    const [kh = 1, kw = 1, cin = 1, cout = 1] = shape;
    const { strides: [sh, sw], padding } = geometry;
    const [height, width] = inputSize;
    const output = this.makeTensor([n, height, width, cin]);
    const rowPhases = listPhases(height, kh, sh, padding.top);
    const columnPhases = listPhases(width, kw, sw, padding.left);
    if (kh < sh || kw < sw) new Uint8Array(this.heap.memory.buffer, this.addressOf(output), output.size * 4).fill(0);
    const before = (phases: readonly Phase[]): number => Math.max(0, ...phases.map((phase) => -phase.firstUpstream));
    const after = (phases: readonly Phase[], size: number): number => Math.max(0, ...phases.map((phase) => phase.firstUpstream + phase.taps + phase.pixels - 1 - size));
    const top = before(rowPhases);
    const left = before(columnPhases);
    const ph = oh + top + after(rowPhases, oh);
    const pw = ow + left + after(columnPhases, ow);
    const from = this.padMap(upstream, top, left, [ph, pw]);
    const row = pw * cout * 4;
    const outputRow = width * cin * 4;
    const panelWidth = Math.ceil(cin / panelChannels) * panelChannels;
    requireSize(packed, rowPhases.reduce((total, y) => total + columnPhases.reduce((sum, x) => sum + panelWidth * (1 + y.taps * x.taps * cout), 0), 0));
    let weights = this.addressOf(packed);
    for (const y of rowPhases) {
      for (const x of columnPhases) {
        const depth = y.taps * x.taps * cout;
        if (depth > 0 && y.pixels > 0 && x.pixels > 0) {
          this.#convolve(weights, { rows: y.taps, columns: 1, run: x.taps * cout, pixels: n * y.pixels * x.pixels, channels: cin }, [
            x.pixels, row, 0, cout * 4, row, ph * row, y.pixels * x.pixels, sw * cin * 4, sh * outputRow, height * outputRow,
          ], from + (y.firstUpstream + top) * row + (x.firstUpstream + left) * cout * 4, output, y.firstPixel * outputRow + x.firstPixel * cin * 4, { ...unlimited, mask });
        }
        weights += panelWidth * (1 + depth) * 4;
      }
    }
    return output;
  }

  /** @param walk  output width, then the steps in bytes: of a kernel row, a kernel column, and of the walks over input and output */
  #convolve(
    packed: number, size: { readonly rows: number; readonly columns: number; readonly run: number; readonly pixels: number; readonly channels: number },
    walk: readonly number[], from: number, output: Tensor, offset: number, finish: Finish,
  ): void {
    const { rows, columns, run, pixels, channels } = size;
    const depth = rows * columns * run;
    const panels = Math.ceil(channels / panelChannels);
    const threads = this.threadsFor(pixels * panels * panelChannels * depth);
    // Weights heavier than pixels: a thread takes panels, so that each reads its own weights; else pixels.
    const byPanels = threads > 1 && panels >= threads * 2 && panels * panelChannels > pixels;
    const panelBlock = byPanels ? Math.max(1, Math.floor(panels / (threads * 4))) : panels;
    const pixelBlock = byPanels || threads === 1 ? pixels : Math.max(tilePixels, Math.ceil(pixels / (threads * 4) / tilePixels) * tilePixels);
    const pixelBlocks = Math.ceil(pixels / pixelBlock);
    const [outputWidth = 1, ...steps] = walk;
    this.runBlocks(operations.convolution, pixelBlocks * Math.ceil(panels / panelBlock), threads, [
      from, packed + panels * panelChannels * 4, packed, this.addressOf(output) + offset, outputWidth, pixels, channels, rows, columns, run, ...steps,
      this.#maskShift(output, finish), pixelBlock, panelBlock, pixelBlocks, panels,
    ], [finish.low, finish.high, finish.mask?.high ?? 0]);
  }

  /** Whether {@link depthwise} has room for a kernel. */
  static canDepthwise(shape: readonly number[]): boolean {
    const [kh = 1, kw = 1, , multiplier = 1] = shape;
    return multiplier === 1 && kh * kw <= mostTaps;
  }

  /**
   * Depthwise convolution with multiplier 1, or its gradient.
   *
   * @param input       `[n, h, w, c]` f32; for the gradient the upstream · borrowed
   * @param kernel      `[kh, kw, c, 1]` f32 · borrowed
   * @param outputSize  [height, width] of the result
   * @param transposed  true: the gradient with respect to the input of the convolution that `geometry` describes
   * @returns           `[n, height, width, c]` f32 · owned by the caller
   */
  depthwise(
    input: Tensor, kernel: Tensor, bias: Tensor | null, geometry: Geometry, outputSize: readonly [number, number], transposed: boolean, finish: Finish,
  ): Tensor {
    const [n = 1, h = 1, w = 1, c = 1] = input.shape;
    const [kh = 1, kw = 1] = kernel.shape;
    const { strides, dilations, padding } = geometry;
    const [height, width] = outputSize;
    const output = this.makeTensor([n, height, width, c]);
    const rows = n * height;
    const threads = this.threadsFor(output.size * kh * kw * 4);
    const rowBlock = threads === 1 ? rows : Math.max(1, Math.floor(rows / (threads * 4)));
    this.runBlocks(operations.depthwise, Math.ceil(rows / rowBlock), threads, [
      this.addressOf(input), this.addressOf(kernel), bias === null ? 0 : this.addressOf(bias), this.addressOf(output),
      h, w, height, width, c, kh, kw, ...strides, ...dilations, padding.top, padding.left, transposed ? 1 : 0, rowBlock, rows, this.#maskShift(output, finish),
    ], [finish.low, finish.high, finish.mask?.high ?? 0]);
    return output;
  }

  /**
   * Upstream where 0 < y < `high`, times `slope` elsewhere.
   *
   * @param positiveOnly  take negative upstream for 0 (guided backpropagation)
   * @returns             shape of `upstream` · owned by the caller
   */
  mask(upstream: Tensor, y: Tensor, high: number, slope: number, positiveOnly: boolean): Tensor {
    const output = this.makeTensor(upstream.shape);
    const count = upstream.size;
    const threads = this.threadsFor(count * 8);
    const block = threads === 1 ? count : Math.ceil(count / (threads * 4) / 4) * 4;
    this.runBlocks(operations.mask, Math.ceil(count / block), threads, [this.addressOf(upstream), this.addressOf(y), this.addressOf(output), count, block, positiveOnly ? 1 : 0], [high, slope]);
    return output;
  }

  /** Gradient of max pooling: each window's upstream to its first maximum. @returns shape of `input` · owned by the caller */
  routeMaxima(input: Tensor, upstream: Tensor, { window, strides, padding }: Window): Tensor {
    const [n = 1, h = 1, w = 1, c = 1] = input.shape;
    const [, oh = 1, ow = 1] = upstream.shape;
    const output = this.makeTensor(input.shape);
    const to = this.addressOf(output);
    new Uint8Array(this.heap.memory.buffer, to, output.size * 4).fill(0);
    this.exports.routeMaxima(this.writeJob([this.addressOf(input), this.addressOf(upstream), to, h, w, oh, ow, c, ...window, ...strides, padding.top, padding.left, n]));
    return output;
  }

  /** How far the mask lies from the output; 0: there is none. */
  #maskShift(output: Tensor, { mask }: Finish): number {
    return mask === undefined || mask === null ? 0 : this.addressOf(mask.y) - this.addressOf(output);
  }
}

let current: NativeKernels | null = null;

/** Our kernels, where the current backend is the one they run on; else null. */
export function borrowNativeKernels(): NativeKernels | null {
  return current !== null && backend() === current.owner ? current : null;
}

/** Takes our kernels out of use, or back into it. */
export function useNativeKernels(kernels: NativeKernels | null): void {
  current = kernels;
}

/**
 * Puts our kernels onto the heap of tfjs's WASM backend, which must be the current one. They are not in use yet.
 *
 * @returns  null where the engine cannot run them or tfjs has no heap to be found
 */
export async function createNativeKernels(): Promise<NativeKernels | null> {
  const owner = backend() as BackendWasm;
  const heap = borrowHeap(owner);
  if (heap === null) return null;
  const shared = typeof SharedArrayBuffer !== 'undefined' && heap.memory.buffer instanceof SharedArrayBuffer;
  const compiled = await compileKernels(shared);
  if (compiled === null) return null;
  const instance = await WebAssembly.instantiate(compiled.module, { env: { memory: heap.memory } });
  return new NativeKernels(owner, compiled.module, compiled.fused, instance.exports as unknown as KernelExports, heap);
}
