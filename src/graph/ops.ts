/** Pixels added around a map. Explicit, never a word: importers resolve 'same' and 'valid' against the known input size. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A function of each value by itself. */
export type Activation =
  | { readonly kind: 'relu' } | { readonly kind: 'relu6' }
  | { readonly kind: 'clip'; readonly min: number; readonly max: number }
  | { readonly kind: 'leaky-relu'; readonly slope: number }
  | { readonly kind: 'elu'; readonly alpha: number }
  | { readonly kind: 'sigmoid' } | { readonly kind: 'tanh' }
  | { readonly kind: 'hard-sigmoid'; readonly slope: number; readonly offset: number }
  | { readonly kind: 'hard-swish' } | { readonly kind: 'silu' } | { readonly kind: 'gelu'; readonly approximate: boolean };

/**
 * The closed union of operations. All tensors NHWC; kernels HWIO (`[kh, kw, cin/groups, cout]`), depthwise
 * `[kh, kw, cin, multiplier]`, dense `[cin, cout]`. Axes (concat, slice, transpose) and shapes do not count the batch axis.
 * local-response-norm divides alpha by its size, as ONNX and PyTorch do (TensorFlow does not).
 */
export type Operation =
  | { readonly op: 'input' }
  | { readonly op: 'conv2d'; readonly strides: readonly [number, number]; readonly dilations: readonly [number, number];
      readonly padding: Padding; readonly groups: number }            // weights: kernel, bias?
  | { readonly op: 'depthwise-conv2d'; readonly strides: readonly [number, number]; readonly dilations: readonly [number, number];
      readonly padding: Padding }                                      // weights: kernel, bias?
  | { readonly op: 'dense' }                                           // weights: kernel, bias?
  | { readonly op: 'batch-norm'; readonly epsilon: number }            // weights: gamma?, beta?, mean, variance
  | { readonly op: 'activation'; readonly activation: Activation }
  | { readonly op: 'prelu' }                                           // weights: slope, broadcast over n,h,w
  | { readonly op: 'softmax' } | { readonly op: 'log-softmax' }        // over the last axis
  | { readonly op: 'add' } | { readonly op: 'multiply' } | { readonly op: 'subtract' } | { readonly op: 'divide' }
  | { readonly op: 'scale' }                                           // weights: factor?, offset? (constants, broadcast)
  | { readonly op: 'concat'; readonly axis: number }
  | { readonly op: 'max-pool'; readonly window: readonly [number, number]; readonly strides: readonly [number, number];
      readonly padding: Padding }
  | { readonly op: 'average-pool'; readonly window: readonly [number, number]; readonly strides: readonly [number, number];
      readonly padding: Padding; readonly countPadding: boolean }
  | { readonly op: 'global-average-pool'; readonly keepDims: boolean }
  | { readonly op: 'global-max-pool'; readonly keepDims: boolean }
  | { readonly op: 'pad'; readonly padding: Padding; readonly value: number }
  | { readonly op: 'reshape'; readonly shape: readonly number[] }      // without the batch axis
  | { readonly op: 'flatten' }
  | { readonly op: 'slice'; readonly axis: number; readonly start: number; readonly size: number }
  | { readonly op: 'resize'; readonly height: number; readonly width: number; readonly method: 'nearest' | 'bilinear';
      readonly halfPixelCentres: boolean; readonly alignCorners: boolean }
  | { readonly op: 'local-response-norm'; readonly size: number; readonly alpha: number; readonly beta: number; readonly bias: number }
  | { readonly op: 'group-norm'; readonly groups: number; readonly epsilon: number;
      /** True: statistics of each place by itself (layer norm); false: over the whole map as well (instance norm, group norm). */
      readonly eachPlace: boolean }                                    // weights: gamma?, beta? per channel
  | { readonly op: 'transpose'; readonly permutation: readonly number[] }
  | { readonly op: 'identity' };

/** The operations' names, e.g. `conv2d`. */
export type OperationName = Operation['op'];
