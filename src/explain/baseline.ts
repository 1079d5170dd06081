import { add, broadcastTo, depthwiseConv2d, div, max, mean, min, mul, onesLike, randomUniform, sub, tensor, tidy, zeros, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { ChoiceParameter } from '../contract/explanations';
import type { ExplanationRequest } from './explanation';
import { readChoice } from './settings';

/** What stands for "nothing there". A number in network units, the same for every element, is taken too. */
export function describeBaseline(preset: 'black' | 'mean', plain: string): ChoiceParameter {
  return {
    kind: 'choice', name: 'baseline', label: 'Compared with', plain, default: preset,
    choices: [
      { value: 'black', label: 'black' }, { value: 'mean', label: 'the picture\'s mean colour' },
      { value: 'blur', label: 'the picture, blurred' }, { value: 'noise', label: 'noise' },
    ],
  };
}

/**
 * A pixel value 0 (black) .. 1 (white) in network units, `[1, 1, 1, c]` · owned by the caller. Without preprocessing facts black is
 * 0, and there is no white: null.
 */
export function pixelInNetworkUnits(request: ExplanationRequest, value: number): Tensor4D | null {
  const channels = request.input.shape[3];
  const { pixels } = request;
  if (pixels === undefined) return value === 0 ? zeros([1, 1, 1, channels]) : null;
  const { mean: means, std, range } = pixels;
  return tensor(Array.from({ length: channels }, (_, channel) => {
    const [low, high] = [range?.low[channel] ?? 0, range?.high[channel] ?? 255];
    return (low * (1 - value) + high * value - (means[channel] ?? 0)) / (std[channel] ?? 1);
  }), [1, 1, 1, channels]);
}

/** Least and largest value a pixel can have: of the preprocessing (of an array: that it has), else of each picture itself. `[1 or n, 1, 1, c or 1]` · owned by the caller. */
export function boundsOf(request: ExplanationRequest): readonly [low: Tensor4D, high: Tensor4D] {
  const black = pixelInNetworkUnits(request, 0);
  const white = pixelInNetworkUnits(request, 1);
  if (black !== null && white !== null) return [black, white];
  black?.dispose();
  return [min(request.input, [1, 2, 3], true), max(request.input, [1, 2, 3], true)];
}

/** Separable Gaussian blur that keeps its brightness at the borders, a direction at a time. @returns shape of `picture` · owned by the caller */
export function* blurPicture(picture: Tensor4D, sigmaPx: number): Generator<number, Tensor4D, void> {
  const channels = picture.shape[3];
  const radius = Math.max(1, Math.ceil(2.5 * sigmaPx));
  const taps = Array.from({ length: 2 * radius + 1 }, (_, index) => Math.exp(-(((index - radius) / sigmaPx) ** 2) / 2));
  const held: Tensor4D[] = [];
  const keep = (make: () => Tensor4D): Tensor4D => {
    const made = tidy(make);
    held.push(made);
    return made;
  };
  const spread = (values: Tensor4D, shape: readonly [number, number]): Tensor4D => keep(() => {
    const kernel: Tensor4D = tensor(taps.flatMap((tap) => Array.from({ length: channels }, () => tap)), [...shape, channels, 1]);
    return depthwiseConv2d(values, kernel, 1, 'same');
  });
  try {
    const down = spread(picture, [taps.length, 1]);
    yield 0.25;
    const soft = spread(down, [1, taps.length]);
    yield 0.5;
    // What the border lets in of a picture that is 1 everywhere.
    const downOfOnes = spread(keep(() => onesLike(picture)), [taps.length, 1]);
    yield 0.75;
    const share = spread(downOfOnes, [1, taps.length]);
    return tidy(() => div(soft, share));
  } finally {
    for (const made of held) made.dispose();
  }
}

function makeBaseline(request: ExplanationRequest, choice: string): Tensor {
  const { input } = request;
  switch (choice) {
    case 'mean': return mean(input, [1, 2], true);
    case 'noise': {
      const [low, high] = boundsOf(request);
      const seed = request.parameters['seed'];
      const [, h, w, c] = input.shape;
      return add(low, mul(sub(high, low), randomUniform([1, h, w, c], 0, 1, 'float32', typeof seed === 'number' ? seed : 1)));
    }
    default: return pixelInNetworkUnits(request, 0) ?? zeros([1, 1, 1, 1]);
  }
}

/**
 * The picture with "nothing there", of the input's shape: as given, one number everywhere, or made as the setting says. A blur of a
 * large picture takes long, so there are pauses.
 *
 * @returns `[n, h, w, c]` f32 · owned by the caller
 * @throws AppError 'input-mismatch' when a given one has another size, 'explain-unsupported' for an unknown name or a number that is not finite
 */
export function* createBaseline(request: ExplanationRequest, description: ChoiceParameter): Generator<number, Tensor4D, void> {
  const { input, given, parameters } = request;
  if (given?.baseline !== undefined) {
    const { shape } = given.baseline;
    if (shape.slice(1).join() !== input.shape.slice(1).join() || (shape[0] !== 1 && shape[0] !== input.shape[0])) {
      throw new AppError('input-mismatch', `the baseline is [${shape.join(', ')}], the input [${input.shape.join(', ')}]`);
    }
    return broadcast(given.baseline, input.shape);
  }
  const value = parameters[description.name];
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new AppError('explain-unsupported', `${description.name} must be a finite number, not ${value}`);
    return tidy(() => add(zeros(input.shape), value) as Tensor4D);
  }
  const choice = readChoice(parameters, description);
  if (choice === 'blur') return yield* blurPicture(input, Math.max(1, Math.min(input.shape[1], input.shape[2]) / 12));
  return tidy(() => broadcast(makeBaseline(request, choice), input.shape));
}

/** `broadcastTo` always makes a tensor of its own here: tfjs copies with clone() where the shape is already there. */
function broadcast(value: Tensor, shape: readonly [number, number, number, number]): Tensor4D {
  return broadcastTo(value, [...shape]);
}
