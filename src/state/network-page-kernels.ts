import type { KernelReport } from '../contract/api';
import { colourAt } from '../contract/colour-map';

/** Kernels as pictures: one colour picture for each, or for other channel counts one grey picture for each input channel. */
export interface KernelPictures {
  readonly height: number;
  readonly width: number;
  /** How many kernels there are. */
  readonly kernels: number;
  /** Pictures of one kernel: 1 for colour, else its input channels. */
  readonly parts: number;
  readonly colour: boolean;
  /** RGBA of one part of one kernel. `shared`: one scale for all kernels, else each its own. */
  draw(kernel: number, part: number, shared: boolean): Uint8ClampedArray<ArrayBuffer>;
}

/**
 * Zero is mid grey; the strongest weight, of either sign, is at an end of the scale.
 *
 * @param depthwise  the kernels filter single channels: `[kh, kw, cin, multiplier]`
 * @param bgr        the network reads blue first
 */
export function pictureKernels({ shape, values }: KernelReport, depthwise: boolean, bgr: boolean): KernelPictures {
  const [height = 1, width = 1, third = 1, fourth = 1] = shape;
  const kernels = depthwise ? third * fourth : fourth;
  const inputs = depthwise ? 1 : third;
  const colour = inputs === 3;
  const strideOfPlace = third * fourth;
  const at = (kernel: number, place: number, input: number): number =>
    values[place * strideOfPlace + (depthwise ? kernel : input * fourth + kernel)] ?? 0;
  const strongestOf = (kernel: number): number => {
    let strongest = 0;
    for (let place = 0; place < height * width; place += 1) for (let input = 0; input < inputs; input += 1) strongest = Math.max(strongest, Math.abs(at(kernel, place, input)));
    return strongest;
  };
  let overall: number | null = null;
  return {
    height, width, kernels, colour, parts: colour ? 1 : inputs,
    draw: (kernel, part, shared) => {
      overall ??= Array.from({ length: kernels }, (_, index) => strongestOf(index)).reduce((a, b) => Math.max(a, b), 0);
      const strongest = shared ? overall : strongestOf(kernel);
      const scale = (value: number): number => (strongest === 0 ? 0.5 : 0.5 + value / (2 * strongest));
      const pixels = new Uint8ClampedArray(4 * height * width);
      for (let place = 0; place < height * width; place += 1) {
        if (colour) for (let channel = 0; channel < 3; channel += 1) pixels[4 * place + channel] = Math.round(255 * scale(at(kernel, place, bgr ? 2 - channel : channel)));
        else pixels.set(colourAt('grey', scale(at(kernel, place, part))), 4 * place);
        pixels[4 * place + 3] = 255;
      }
      return pixels;
    },
  };
}
