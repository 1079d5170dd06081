import { readFileSync } from 'node:fs';
import { memory, reverse, tensor, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convolveDepthwise, transposeDepthwise } from '../../src/engine/kernels/depthwise-convolution';
import { compileKernels } from '../../src/engine/native/kernel-module';
import { createNativeKernels, unlimited, useNativeKernels, type NativeKernels } from '../../src/engine/native/native-kernels';
import { packKernel, packPhases } from '../../src/engine/native/pack-kernel';
import { setMemoryShared } from '../../src/engine/native/wasm-memory';
import { kernelBytesPath, renderKernelBytes } from '../../tools/compile-kernels';
import { expectClose } from './closeness';
import {
  convolveBackPlainly, convolveDepthwisePlainly, convolvePlainly, maskPlainly, routeMaximaPlainly, type Layout, type PlainMap,
} from './plain-kernels';
import { startWasm, wasmFolder } from './wasm-in-node';

const tolerance = { atol: 1e-4, rtol: 1e-5 };

/** Numbers that look random and are the same everywhere (a linear congruential generator). */
function createRandom(seed: number): { readonly below: (bound: number) => number; readonly map: (shape: readonly number[]) => PlainMap } {
  let state = seed * 2654435761 % 2 ** 32;
  const next = (): number => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return {
    below: (bound) => Math.floor(next() * bound),
    map: (shape) => ({ shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() * 2 - 1) }),
  };
}

interface Case { readonly name: string; readonly n: number; readonly h: number; readonly w: number; readonly cin: number; readonly cout: number; readonly layout: Layout }

/** Odd sizes, strides, dilations and paddings; channel counts that fill no vector. */
function listCases(count: number, largestStride: number): readonly Case[] {
  return Array.from({ length: count }, (_, index) => {
    const { below } = createRandom(index + 1);
    const [kh, kw] = [1 + below(5), 1 + below(5)];
    const dilated = below(3) === 0;
    const strides = [1 + below(largestStride), 1 + below(largestStride)] as const;
    const dilations = dilated ? [1 + below(2), 1 + below(2)] as const : [1, 1] as const;
    const padding = { top: below(kh), bottom: below(kh), left: below(kw), right: below(kw) };
    const [n, cin, cout] = [1 + below(2), 1 + below(21), 1 + below(21)];
    const [h, w] = [(kh - 1) * 2 + 1 + below(9), (kw - 1) * 2 + 1 + below(9)];
    const name = `${n}x${h}x${w}x${cin}, ${kh}x${kw} to ${cout}, stride ${strides.join()}, dilation ${dilations.join()}, padding ${Object.values(padding).join()}`;
    return { name, n, h, w, cin, cout, layout: { kernel: [kh, kw], strides, dilations, padding } };
  });
}

/** Where a side has more padding than a kernel less one reaches back: each side alone, all at once, strides, dilations, channels for each loop. */
function listWidePaddings(dilated: boolean): readonly Case[] {
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const sides = (['top', 'bottom', 'left', 'right'] as const).map((side) => ({ ...none, [side]: 3 }));
  const all = { top: 3, bottom: 3, left: 3, right: 3 };
  const sizes: readonly (readonly [number, number])[] = [[1, 1], [3, 1], [1, 3], [2, 2], [3, 3]];
  return sizes.flatMap((kernel, index) => [...sides, all].flatMap((padding) => [1, 2, 3, 5].map((stride) => {
    // Some kernels reach as far as the padding then.
    const dilations = dilated && index >= 3 ? [1, 2] as const : [1, 1] as const;
    const [h, w, cin, cout] = [5, 6, 1 + stride, 17 + index];
    return {
      name: `${kernel.join('x')}, stride ${stride}, dilation ${dilations.join()}, padding ${Object.values(padding).join()}`, n: 2, h, w, cin, cout,
      layout: { kernel, strides: [stride, stride], dilations, padding },
    } as const;
  })));
}

let kernels: NativeKernels | null = null;

function native(): NativeKernels {
  if (kernels === null) throw new Error('our own kernels do not run here');
  return kernels;
}

/** Runs our kernel on plain numbers; every tensor it made is freed again. */
function run(maps: readonly PlainMap[], work: (tensors: readonly Tensor[]) => Tensor): PlainMap {
  const before = memory().numTensors;
  const tensors = maps.map(({ shape, values }) => tensor(values, [...shape], 'float32'));
  const result = work(tensors);
  const plain = { shape: result.shape, values: result.dataSync().slice() as Float32Array };
  for (const held of [...tensors, result]) held.dispose();
  expect(memory().numTensors, 'leaked tensors').toBe(before);
  return plain;
}

function expectSame(found: PlainMap, expected: PlainMap): void {
  expect(found.shape).toEqual(expected.shape);
  expectClose(found.values, [...expected.values], tolerance, 'values');
}

describe('our own kernels against loops in TypeScript', () => {
  beforeAll(async () => {
    await startWasm();
    // Whatever the start's measurement chose.
    kernels = await createNativeKernels();
    useNativeKernels(kernels);
  });

  it.each([...listCases(60, 3), ...listWidePaddings(true)].map((one) => [one.name, one] as const))('convolution %s', (_, { n, h, w, cin, cout, layout }) => {
    const { map } = createRandom(h * 31 + w);
    const [input, kernel, bias] = [map([n, h, w, cin]), map([...layout.kernel, cin, cout]), map([cout])];
    const packed = { shape: [0], values: packKernel(kernel.values, bias.values, cout) };
    const found = run([input, { ...packed, shape: [packed.values.length] }], ([x, weights]) =>
      native().convolve(x as Tensor, weights as Tensor, kernel.shape, layout, { low: -0.5, high: 6 }));
    expectSame(found, convolvePlainly(input, kernel, bias.values, layout, -0.5, 6));
  });

  it.each([...listCases(60, 4), ...listWidePaddings(false)].map((one) => [one.name, one] as const))('gradient of the convolution %s', (_, { n, h, w, cin, cout, layout }) => {
    const { map } = createRandom(h * 37 + w);
    const undilated = { ...layout, dilations: [1, 1] as const };
    const kernel = map([...layout.kernel, cin, cout]);
    const upstream = map(convolvePlainly(map([n, h, w, cin]), kernel, null, undilated).shape);
    const packed = packPhases(kernel.values, kernel.shape, undilated.strides);
    const found = run([upstream], ([g]) => {
      const weights = tensor1d(packed);
      const result = native().convolveBack(g as Tensor, weights, kernel.shape, undilated, [h, w]);
      weights.dispose();
      return result;
    });
    const expected = convolveBackPlainly(upstream, kernel, undilated, [n, h, w, cin]);
    expectSame(found, expected);
    const y = { shape: expected.shape, values: map(expected.shape).values.map((value) => value * 9) };
    const masked = run([upstream, y], ([g, values]) => {
      const weights = tensor1d(packed);
      const result = native().convolveBack(g as Tensor, weights, kernel.shape, undilated, [h, w], { y: values as Tensor, high: 6 });
      weights.dispose();
      return result;
    });
    expectSame(masked, maskPlainly(expected, y, 6, 0, false));
  });

  it.each([...listCases(60, 5), ...listWidePaddings(true)].map((one) => [one.name, one] as const))('depthwise convolution and its gradient %s', (_, { n, h, w, cin, cout, layout }) => {
    const { map } = createRandom(h * 41 + w);
    const channels = cin + cout;
    const [input, kernel, bias] = [map([n, h, w, channels]), map([...layout.kernel, channels, 1]), map([channels])];
    const expected = convolveDepthwisePlainly(input, kernel, bias.values, layout);
    const [, oh = 1, ow = 1] = expected.shape;
    expectSame(run([input, kernel, bias], ([x, k, b]) => native().depthwise(x as Tensor, k as Tensor, b as Tensor, layout, [oh, ow], false, unlimited)), expected);
    const upstream = map(expected.shape);
    const back = run([upstream, kernel, input], ([g, k, y]) => native().depthwise(
      g as Tensor, k as Tensor, null, layout, [h, w], true, { ...unlimited, mask: { y: y as Tensor, high: 0.5 } }));
    expectSame(back, maskPlainly(convolveDepthwisePlainly(upstream, kernel, null, layout, input.shape), input, 0.5, 0, false));
  });

  it.each(listWidePaddings(false).map((one) => [one.name, one] as const))('the same by tfjs, %s', (_, { n, h, w, cout, layout }) => {
    const { map } = createRandom(h * 47 + w);
    const [input, kernel] = [map([n, h, w, cout]), map([...layout.kernel, cout, 1])];
    const expected = convolveDepthwisePlainly(input, kernel, null, layout);
    const upstream = map(expected.shape);
    useNativeKernels(null);
    try {
      expectSame(run([input, kernel], ([x, k]) => convolveDepthwise(x as Tensor, k as Tensor, layout, null, null)), expected);
      const back = run([upstream, kernel], ([g, k]) => transposeDepthwise(g as Tensor, k as Tensor, () => reverse(k as Tensor, [0, 1]), layout, [h, w]));
      expectSame(back, convolveDepthwisePlainly(upstream, kernel, null, layout, input.shape));
    } finally {
      useNativeKernels(kernels);
    }
  });

  it.each(listCases(40, 3).map((one) => [one.name, one] as const))('gradient of max pooling %s', (_, { n, h, w, cin, layout }) => {
    const { map, below } = createRandom(h * 43 + w);
    const input = map([n, h, w, cin]);
    // Few different values, so that windows have several maxima.
    if (below(2) === 0) input.values.forEach((value, index) => { input.values[index] = Math.round(value * 2); });
    const operation = { window: layout.kernel, strides: layout.strides, padding: layout.padding };
    const sizeOf = (size: number, axis: 0 | 1, border: number): number => Math.floor((size + border - layout.kernel[axis]) / layout.strides[axis]) + 1;
    const { top, bottom, left, right } = layout.padding;
    const upstream = map([n, sizeOf(h, 0, top + bottom), sizeOf(w, 1, left + right), cin]);
    expectSame(run([input, upstream], ([x, g]) => native().routeMaxima(x as Tensor, g as Tensor, operation)), routeMaximaPlainly(input, upstream, operation));
  });

  it.each([1, 3, 4, 7, 64, 1001])('mask of %i values', (count) => {
    const { map } = createRandom(count);
    const [upstream, y] = [map([count]), map([count])];
    y.values.forEach((value, index) => { y.values[index] = Math.max(value * 8, 0); });
    for (const [high, slope, positiveOnly] of [[6, 0, false], [Number.POSITIVE_INFINITY, 0.1, false], [6, 0, true]] as const) {
      expectSame(run([upstream, y], ([g, value]) => native().mask(g as Tensor, value as Tensor, high, slope, positiveOnly)), maskPlainly(upstream, y, high, slope, positiveOnly));
    }
  });
});

describe('the compiled module', () => {
  it('is what the compiler makes of assembly/', async () => {
    expect(readFileSync(kernelBytesPath, 'utf8')).toBe(await renderKernelBytes());
  });

  it('fits a shared memory and an unshared one', async () => {
    for (const shared of [true, false]) {
      const compiled = await compileKernels(shared, false);
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared });
      const instance = await WebAssembly.instantiate(compiled?.module as WebAssembly.Module, { env: { memory } });
      expect(typeof instance.exports['run']).toBe('function');
    }
  });

  it('lets tfjs run on a shared memory', () => {
    const bytes = readFileSync(`${wasmFolder()}tfjs-backend-wasm-simd.wasm`);
    const shared = setMemoryShared(bytes, true);
    expect(shared).not.toBeNull();
    expect(WebAssembly.validate(shared as Uint8Array<ArrayBuffer>)).toBe(true);
    const differences = [...bytes].flatMap((byte, at) => (byte === shared?.[at] ? [] : [[byte, shared?.[at]]]));
    // The flag, and the last digit of the upper limit: 2 GiB instead of 4.
    expect(differences).toEqual([[1, 3], [4, 2]]);
  });

  it('is refused where there is no memory to be shared', () => {
    expect(setMemoryShared(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0), true)).toBeNull();
  });
});
