/** What our own kernels must compute, as loops that can be read. All maps are `[n, h, w, c]`, row major. */
export interface PlainMap {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Layout {
  readonly kernel: readonly [height: number, width: number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };
}

type Pooling = Pick<Layout, 'strides' | 'padding'> & { readonly window: readonly [number, number] };

const blank = (shape: readonly number[]): PlainMap => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

function indexOf([, h = 1, w = 1, c = 1]: readonly number[], image: number, y: number, x: number, channel: number): number {
  return ((image * h + y) * w + x) * c + channel;
}

function sizeOf([, h = 1, w = 1]: readonly number[], { kernel, strides, dilations, padding }: Layout): readonly [number, number] {
  const along = (size: number, axis: 0 | 1, border: number): number => Math.floor((size + border - (kernel[axis] - 1) * dilations[axis] - 1) / strides[axis]) + 1;
  return [along(h, 0, padding.top + padding.bottom), along(w, 1, padding.left + padding.right)];
}

/** Calls `visit` for every pair of an output pixel and an input pixel that a kernel position joins. */
function eachTap(inputShape: readonly number[], layout: Layout, visit: (image: number, y: number, x: number, inputY: number, inputX: number, tap: number) => void): void {
  const [n = 1, h = 1, w = 1] = inputShape;
  const [oh, ow] = sizeOf(inputShape, layout);
  const { kernel: [kh, kw], strides, dilations, padding } = layout;
  for (let image = 0; image < n; image += 1) for (let y = 0; y < oh; y += 1) for (let x = 0; x < ow; x += 1) {
    for (let tap = 0; tap < kh * kw; tap += 1) {
      const inputY = y * strides[0] - padding.top + Math.floor(tap / kw) * dilations[0];
      const inputX = x * strides[1] - padding.left + (tap % kw) * dilations[1];
      if (inputY >= 0 && inputX >= 0 && inputY < h && inputX < w) visit(image, y, x, inputY, inputX, tap);
    }
  }
}

export function convolvePlainly(
  input: PlainMap, kernel: PlainMap, bias: Float32Array | null, layout: Layout, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY,
): PlainMap {
  const [, , cin = 1, cout = 1] = kernel.shape;
  const output = blank([input.shape[0] ?? 1, ...sizeOf(input.shape, layout), cout]);
  const sums = Float64Array.from(output.values, (_, index) => bias?.[index % cout] ?? 0);
  eachTap(input.shape, layout, (image, y, x, inputY, inputX, tap) => {
    for (let from = 0; from < cin; from += 1) for (let to = 0; to < cout; to += 1) {
      const at = indexOf(output.shape, image, y, x, to);
      sums[at] = (sums[at] ?? 0) + (input.values[indexOf(input.shape, image, inputY, inputX, from)] ?? 0) * (kernel.values[(tap * cin + from) * cout + to] ?? 0);
    }
  });
  output.values.set(sums.map((sum) => Math.min(Math.max(sum, low), high)));
  return output;
}

export function convolveBackPlainly(upstream: PlainMap, kernel: PlainMap, layout: Layout, inputShape: readonly number[]): PlainMap {
  const [, , cin = 1, cout = 1] = kernel.shape;
  const output = blank(inputShape);
  const sums = new Float64Array(output.values.length);
  eachTap(inputShape, layout, (image, y, x, inputY, inputX, tap) => {
    for (let from = 0; from < cin; from += 1) for (let to = 0; to < cout; to += 1) {
      const at = indexOf(inputShape, image, inputY, inputX, from);
      sums[at] = (sums[at] ?? 0) + (upstream.values[indexOf(upstream.shape, image, y, x, to)] ?? 0) * (kernel.values[(tap * cin + from) * cout + to] ?? 0);
    }
  });
  output.values.set(sums);
  return output;
}

/** Depthwise convolution; with `backTo`, the shape of its input, the gradient of it. */
export function convolveDepthwisePlainly(map: PlainMap, kernel: PlainMap, bias: Float32Array | null, layout: Layout, backTo?: readonly number[]): PlainMap {
  const channels = map.shape[3] ?? 1;
  const inputShape = backTo ?? map.shape;
  const outputShape = [map.shape[0] ?? 1, ...sizeOf(inputShape, layout), channels];
  const result = blank(backTo ?? outputShape);
  const sums = Float64Array.from(result.values, (_, index) => bias?.[index % channels] ?? 0);
  eachTap(inputShape, layout, (image, y, x, inputY, inputX, tap) => {
    for (let channel = 0; channel < channels; channel += 1) {
      const low = indexOf(inputShape, image, inputY, inputX, channel);
      const high = indexOf(outputShape, image, y, x, channel);
      const [to, from] = backTo === undefined ? [high, low] : [low, high];
      sums[to] = (sums[to] ?? 0) + (map.values[from] ?? 0) * (kernel.values[tap * channels + channel] ?? 0);
    }
  });
  result.values.set(sums);
  return result;
}

export function routeMaximaPlainly(input: PlainMap, upstream: PlainMap, { window, strides, padding }: Pooling): PlainMap {
  const result = blank(input.shape);
  const best = new Map<number, { readonly value: number; readonly at: number }>();
  eachTap(input.shape, { kernel: window, strides, dilations: [1, 1], padding }, (image, y, x, inputY, inputX) => {
    for (let channel = 0; channel < (input.shape[3] ?? 1); channel += 1) {
      const at = indexOf(input.shape, image, inputY, inputX, channel);
      const value = input.values[at] ?? 0;
      const pooled = indexOf(upstream.shape, image, y, x, channel);
      const known = best.get(pooled);
      if (known === undefined || value > known.value) best.set(pooled, { value, at });
    }
  });
  for (const [pooled, { at }] of best) result.values[at] = (result.values[at] ?? 0) + (upstream.values[pooled] ?? 0);
  return result;
}

export function maskPlainly(upstream: PlainMap, y: PlainMap, high: number, slope: number, positiveOnly: boolean): PlainMap {
  return { shape: upstream.shape, values: upstream.values.map((value, index) => {
    const given = positiveOnly ? Math.max(value, 0) : value;
    const at = y.values[index] ?? 0;
    return at > 0 && at < high ? given : given * Math.fround(slope);
  }) };
}
