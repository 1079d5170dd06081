import { concat, minimum, relu, reshape, reverse, split, tensor1d, transpose, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Activation, Operation } from '../../graph/ops';
import { dilatedExtent, noPadding } from '../../graph/padding';
import { convolve, takeMask, type Geometry, type MaskedStep } from './convolve';
import { drain } from '../in-steps';
import { borrowNativeKernels, unlimited } from '../native/native-kernels';
import { mergeColumns, packPhases, packTurned, panelChannels } from '../native/pack-kernel';
import { viewOnCpu } from '../readback';
import type { BackwardStep, ForwardStep, Kernel, StepWeights } from './kernel';
import { backwardLinearInSteps, type LinearMap, type WeightSign } from './linear-rules';
import { canSplitIntoPhases, transposeByPhases } from './phase-convolution';
import { fitTo, insertZeros, mapSizeOf, needsDilatedKernel, padOrCrop, splitCrop, transposedPadding, writeOutDilation } from './spatial';

type Convolution = Extract<Operation, { op: 'conv2d' }>;

/** Kernel with the weights of one sign, cached. */
export function signedKernel(weights: StepWeights, sign: WeightSign): Tensor {
  if (sign === 'all') return weights.get('kernel');
  return weights.derive(`kernel ${sign}`, () => (sign === 'positive' ? relu(weights.get('kernel')) : minimum(weights.get('kernel'), 0)));
}

/** Kernel and geometry as tfjs accepts them. */
export function forwardKernel<G extends Geometry>(weights: StepWeights, sign: WeightSign, geometry: G): readonly [Tensor, G] {
  const kernel = signedKernel(weights, sign);
  const { strides, dilations } = geometry;
  if (!needsDilatedKernel(strides, dilations)) return [kernel, geometry];
  return [weights.derive(`dilated ${sign}`, () => writeOutDilation(kernel, dilations)), { ...geometry, dilations: [1, 1] }];
}

function flippedKernel(weights: StepWeights, sign: WeightSign, group: number, groups: number): Tensor {
  return weights.derive(`flipped ${sign} ${group}`, () => tidy(() => {
    const kernel = signedKernel(weights, sign);
    const own = groups === 1 ? kernel : split(kernel, groups, 3)[group] ?? kernel;
    return transpose(reverse(own, [0, 1]), [0, 1, 3, 2]);
  }));
}

function applyGrouped(input: Tensor, weights: StepWeights, sign: WeightSign, operation: Convolution, bias: Tensor | null, activation: Activation | null): Tensor {
  const { groups } = operation;
  const [kernel, geometry] = forwardKernel(weights, sign, operation);
  if (groups === 1) return convolve(input, kernel, geometry, bias, activation, weights, sign);
  return tidy(() => {
    const biases = bias === null ? null : split(bias, groups, 0);
    const parts = split(input, groups, 3);
    return concat(parts.map((part, group) => {
      const own = weights.derive(`group ${sign} ${group}`, () => tidy(() => (split(kernel, groups, 3)[group] ?? kernel).clone()));
      return convolve(part, own, geometry, biases?.[group] ?? null, activation, weights, `${sign} group ${group}`);
    }), 3);
  });
}

function transposeOne(
  upstream: Tensor, weights: StepWeights, sign: WeightSign, group: number, operation: Convolution, inputSize: readonly [number, number],
): Tensor {
  const flipped = flippedKernel(weights, sign, group, operation.groups);
  const key = `flipped ${sign} ${group}`;
  const [kh = 1, kw = 1] = flipped.shape;
  const plain = { strides: [1, 1], dilations: operation.dilations } as const;
  const { padding, strides } = operation;
  if (kh === 1 && kw === 1) {
    // A 1x1 kernel commutes with the zeros: convolve the small map, then spread it.
    const small = convolve(upstream, flipped, { ...plain, padding: noPadding }, null, null, weights, key);
    return fitTo(insertZeros(small, strides), inputSize, [padding.top, padding.left]);
  }
  const spread = Math.max(...strides) === 1 ? upstream : insertZeros(upstream, strides);
  const extent = [dilatedExtent(kh, operation.dilations[0]), dilatedExtent(kw, operation.dilations[1])] as const;
  const border = splitCrop(transposedPadding(inputSize, mapSizeOf(spread), extent, padding));
  return convolve(padOrCrop(spread, border.crop), flipped, { ...plain, padding: border.padding }, null, null, weights, key);
}

/** The gradient by our own kernels, where they are in use and the geometry suits them; else null. */
function transposeNatively(
  upstream: Tensor, weights: StepWeights, sign: WeightSign, operation: Convolution, inputSize: readonly [number, number], step: MaskedStep,
): Tensor | null {
  const native = borrowNativeKernels();
  const { strides, dilations, padding } = operation;
  if (native === null || operation.groups > 1) return null;
  const kernel = signedKernel(weights, sign);
  const [kh = 1, kw = 1, cin = 1] = kernel.shape;
  if (Math.max(...strides) === 1) {
    const border = transposedPadding(inputSize, mapSizeOf(upstream), [dilatedExtent(kh, dilations[0]), dilatedExtent(kw, dilations[1])], padding);
    if (Math.min(...Object.values(border)) < 0) return null;
    const packed = weights.derive(`packed turned ${sign}`, () => tensor1d(packTurned(viewOnCpu(kernel), kernel.shape)));
    const finish = { ...unlimited, mask: takeMask(step) };
    return native.convolve(upstream, packed, [kh, kw, kernel.shape[3] ?? 1, cin], { strides, dilations, padding: border }, finish);
  }
  if (Math.max(...dilations) > 1) return null;
  const [sh, sw] = strides;
  const merges = sw > 1 && cin * sw <= panelChannels && kw > 1 && padding.left % sw === 0 && inputSize[1] % sw === 0;
  // Width and padding are not the weights': a padding before is part of this convolution in one plan and a step of its own in the other.
  const packed = weights.derive(`packed ${merges ? 'merged ' : ''}phases ${sign}`, () => {
    const { values, shape } = mergeColumns(viewOnCpu(kernel), kernel.shape, merges ? sw : 1);
    return tensor1d(packPhases(values, shape, [sh, merges ? 1 : sw]));
  });
  const mask = takeMask(step);
  if (!merges) return native.convolveBack(upstream, packed, kernel.shape, operation, inputSize, mask);
  const wide = native.convolveBack(upstream, packed, [kh, Math.ceil(kw / sw), sw * cin, kernel.shape[3] ?? 1], {
    strides: [sh, 1], dilations, padding: { ...padding, left: padding.left / sw },
  }, [inputSize[0], inputSize[1] / sw], mask);
  const result = reshape(wide, [wide.shape[0] ?? 1, ...inputSize, cin]);
  wide.dispose();
  return result;
}

function linearMap(weights: StepWeights, operation: Convolution, inputSize: readonly [number, number], step: MaskedStep): LinearMap {
  const bias = weights.has('bias') ? weights.get('bias') : null;
  const { groups } = operation;
  return {
    bias,
    apply: (input, sign, withBias) => applyGrouped(input, weights, sign, operation, withBias ? bias : null, null),
    transpose: (upstream, sign) => transposeNatively(upstream, weights, sign, operation, inputSize, step) ?? tidy(() => {
      if (groups === 1 && canSplitIntoPhases(operation, weights.array('kernel').shape)) return transposeByPhases(upstream, weights, sign, operation, inputSize);
      if (groups === 1) return transposeOne(upstream, weights, sign, 0, operation, inputSize);
      const parts = split(upstream, groups, 3);
      return concat(parts.map((part, group) => transposeOne(part, weights, sign, group, operation, inputSize)), 3);
    }),
  };
}

function* passBack(step: BackwardStep<Convolution>): Generator<number, readonly Tensor[], void> {
  const [input] = step.inputs as readonly [Tensor];
  return [yield* backwardLinearInSteps(linearMap(step.weights, step.operation, mapSizeOf(input), step), step.rule, () => input, step.upstream)];
}

/**
 * Convolution, grouped too. Its gradient is again a convolution: of the upstream (zeros inserted for a stride) with the
 * kernel flipped and its channels swapped, because tfjs's own gradient kernel is many times slower on WASM.
 */
export const convolutionKernel: Kernel<Convolution> = {
  forward: (step: ForwardStep<Convolution>) => {
    const [input] = step.inputs as readonly [Tensor];
    return applyGrouped(input, step.weights, 'all', step.operation, step.weights.has('bias') ? step.weights.get('bias') : null, step.activation);
  },
  backward: (step: BackwardStep<Convolution>) => drain(passBack(step)),
  backwardInSteps: passBack,
};
