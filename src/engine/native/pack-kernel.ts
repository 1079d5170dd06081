/** Output channels that one panel of packed weights holds. */
export const panelChannels = 8;

/**
 * Weights in the order in which the convolution reads them: panels of eight output channels, in each every kernel position and
 * input channel with its eight weights side by side. Missing channels are zeros. The biases of all panels stand before.
 *
 * @param kernel  `[kh, kw, cin, cout]` f32, row major · borrowed
 * @param bias    `[cout]` f32 or null · borrowed
 * @returns       `[panels * 8 + panels * kh * kw * cin * 8]` f32 · owned by the caller
 */
export function packKernel(kernel: Float32Array, bias: Float32Array | null, channels: number): Float32Array {
  const panels = Math.ceil(channels / panelChannels);
  const depth = kernel.length / channels;
  const packed = new Float32Array(panels * panelChannels * (1 + depth));
  if (bias !== null) packed.set(bias);
  let to = panels * panelChannels;
  for (let panel = 0; panel < panels; panel += 1) {
    const first = panel * panelChannels;
    const width = Math.min(panelChannels, channels - first);
    for (let row = 0; row < depth; row += 1) {
      const from = row * channels + first;
      for (let channel = 0; channel < width; channel += 1) packed[to + channel] = kernel[from + channel] ?? 0;
      to += panelChannels;
    }
  }
  return packed;
}

/**
 * Weights of the gradient of a convolution, packed: the kernel turned by 180 degrees, its channels swapped. Turned while it is
 * packed; tfjs's reverse and transpose took some 70 ns for each weight.
 *
 * @param kernel  `[kh, kw, cin, cout]` f32, row major · borrowed
 * @returns       what `packKernel` makes of `[kh, kw, cout, cin]`, without bias · owned by the caller
 */
export function packTurned(kernel: Float32Array, shape: readonly number[]): Float32Array {
  const [kh = 1, kw = 1, cin = 1, cout = 1] = shape;
  const panels = Math.ceil(cin / panelChannels);
  const packed = new Float32Array(panels * panelChannels * (1 + kh * kw * cout));
  let to = panels * panelChannels;
  for (let panel = 0; panel < panels; panel += 1) {
    const first = panel * panelChannels;
    const width = Math.min(panelChannels, cin - first);
    for (let place = kh * kw - 1; place >= 0; place -= 1) {
      for (let channel = 0; channel < width; channel += 1) {
        const from = (place * cin + first + channel) * cout;
        // Along the kernel's own rows: reading stays in order, writing within one panel.
        for (let output = 0; output < cout; output += 1) packed[to + output * panelChannels + channel] = kernel[from + output] ?? 0;
      }
      to += cout * panelChannels;
    }
  }
  return packed;
}

/** One phase of a strided convolution's gradient along one axis: which taps meet it and which pixels it is. */
export interface Phase {
  /** Taps of the kernel that take part: phase, phase + stride, phase + 2 stride, … */
  readonly taps: number;
  /** The first pixel of the input in this phase, and how many there are. */
  readonly firstPixel: number;
  readonly pixels: number;
  /** The upstream position whose window starts at the first pixel, less the taps before it: may be negative. */
  readonly firstUpstream: number;
}

/**
 * The phases along one axis. Input pixel i lies in phase (i + padding) % stride; there only every stride-th tap takes part.
 */
export function listPhases(inputSize: number, kernelSize: number, stride: number, padding: number): readonly Phase[] {
  return Array.from({ length: stride }, (_, phase) => {
    const taps = Math.max(Math.ceil((kernelSize - phase) / stride), 0);
    const first = Math.max(Math.ceil((padding - phase) / stride), 0);
    const last = Math.floor((inputSize - 1 + padding - phase) / stride);
    return { taps, firstPixel: first * stride + phase - padding, pixels: Math.max(last - first + 1, 0), firstUpstream: first - taps + 1 };
  });
}

/**
 * Kernels of all phases of the gradient of a strided convolution, packed one after the other, row phases outside.
 *
 * @param kernel  `[kh, kw, cin, cout]` f32 · borrowed
 * @returns       for each phase what `packKernel` makes of `[tapsY, tapsX, cout, cin]`, without bias · owned by the caller
 */
export function packPhases(kernel: Float32Array, shape: readonly number[], strides: readonly [number, number]): Float32Array {
  const [kh = 1, kw = 1, cin = 1, cout = 1] = shape;
  const [sh, sw] = strides;
  const parts: Float32Array[] = [];
  for (let row = 0; row < sh; row += 1) {
    for (let column = 0; column < sw; column += 1) {
      const tapsY = Math.max(Math.ceil((kh - row) / sh), 0);
      const tapsX = Math.max(Math.ceil((kw - column) / sw), 0);
      const own = new Float32Array(tapsY * tapsX * cout * cin);
      for (let y = 0; y < tapsY; y += 1) {
        for (let x = 0; x < tapsX; x += 1) {
          const from = ((row + sh * (tapsY - 1 - y)) * kw + column + sw * (tapsX - 1 - x)) * cin * cout;
          const to = (y * tapsX + x) * cin * cout;
          for (let input = 0; input < cin; input += 1) {
            for (let output = 0; output < cout; output += 1) own[to + output * cin + input] = kernel[from + input * cout + output] ?? 0;
          }
        }
      }
      parts.push(packKernel(own, null, cin));
    }
  }
  const packed = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

/**
 * Column phases of a thin map side by side as channels, so that the gradient of a picture fills a panel: the same memory read
 * as `[n, h, w / stride, stride * cin]`.
 *
 * @param kernel  `[kh, kw, cin, cout]` f32 · borrowed
 * @returns       `[kh, ceil(kw / stride), stride * cin, cout]` f32, missing columns zeros · owned by the caller
 */
export function mergeColumns(kernel: Float32Array, shape: readonly number[], stride: number): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const [kh = 1, kw = 1, cin = 1, cout = 1] = shape;
  const taps = Math.ceil(kw / stride);
  const values = new Float32Array(kh * taps * stride * cin * cout);
  const pixel = cin * cout;
  // Column c + stride * t of the kernel is tap t, phase c: the columns are in order already, only rows get longer.
  for (let y = 0; y < kh; y += 1) values.set(kernel.subarray(y * kw * pixel, (y + 1) * kw * pixel), y * taps * stride * pixel);
  return { values, shape: [kh, taps, stride * cin, cout] };
}
