import type { WeightArray } from '../graph/network-graph';
import type { Padding } from '../graph/ops';
import { noPadding, resolveSamePadding } from '../graph/padding';
import { countElements } from '../graph/shapes';
import { gather } from './gather-values';
import { shapeOf, sizeOf, type Placed } from './onnx-layout';
import type { NodeReader, NodeScope } from './onnx-scope';

const pointwise = { strides: [1, 1], dilations: [1, 1], padding: noPadding, groups: 1 } as const;

/** Height, width and channels of a map. */
export function mapSize(scope: NodeScope, map: Placed): readonly [number, number, number] {
  const [height = 1, width = 1, channels = 1] = scope.shared.builder.shapeOf(map.id);
  return [height, width, channels];
}

/** `pads` or `auto_pad` of a sliding window, in pixels. Refuses a border that would be large enough to hurt. */
export function readPads(
  scope: NodeScope, size: readonly [number, number, number], window: readonly [number, number],
  strides: readonly [number, number], dilations: readonly [number, number],
): Padding {
  const mode = scope.text('auto_pad', 'NOTSET');
  const list = scope.wholeNumbers(-1, 'pads') ?? [];
  if ([...strides, ...window, ...dilations].some((value) => value < 1)) scope.reject('a window, stride or dilation below 1');
  let padding = noPadding;
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    const upper = resolveSamePadding([size[0], size[1]], window, strides, dilations);
    padding = mode === 'SAME_UPPER' ? upper : { top: upper.bottom, bottom: upper.top, left: upper.right, right: upper.left };
  } else if (mode !== 'NOTSET' && mode !== 'VALID' && mode !== '') scope.refuse(`auto_pad '${mode}'`);
  else if (mode !== 'VALID' && list.length > 0) {
    const [top = 0, left = 0, bottom = 0, right = 0] = list;
    if (list.length !== 4) scope.refuse(`'pads' of ${list.length} numbers, only two-dimensional pictures are read`);
    if (list.some((value) => value < 0)) scope.refuse('negative padding');
    padding = { top, bottom, left, right };
  }
  countElements([size[0] + padding.top + padding.bottom, size[1] + padding.left + padding.right, size[2]], scope.where);
  return padding;
}

/** Conv: `[m, c/groups, kh, kw]` becomes `[kh, kw, c/groups, m]`, or a depthwise kernel where every channel is its own group. */
export const readConv: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const size = mapSize(scope, map);
  const weight = scope.constant(1);
  const [filters = 0, perGroup = 0, kh = 0, kw = 0] = weight.shape;
  if (weight.shape.length !== 4 || weight.values.length === 0) scope.refuse(`a weight of shape [${weight.shape.join(', ')}], only two-dimensional pictures are read`);
  const groups = scope.int('group', 1);
  const window = scope.pair('kernel_shape', [kh, kw]);
  if (window[0] !== kh || window[1] !== kw) scope.reject(`kernel_shape [${window.join(', ')}] and a weight [${weight.shape.join(', ')}]`);
  if (groups < 1 || perGroup * groups !== size[2] || filters % groups !== 0) {
    scope.reject(`a weight [${weight.shape.join(', ')}] with ${groups} group(s) for an input of ${size[2]} channels`);
  }
  const strides = scope.pair('strides', [1, 1]);
  const dilations = scope.pair('dilations', [1, 1]);
  const padding = readPads(scope, size, window, strides, dilations);
  scope.shared.budget.spend(weight.values.length, scope.where);
  const values = gather(weight.values, [
    { size: kh, step: kw }, { size: kw, step: 1 }, { size: perGroup, step: kh * kw }, { size: filters, step: perGroup * kh * kw },
  ], scope.where);
  const bias = scope.optional(2);
  const biasPart = bias === null ? {} : { bias: scope.vector(bias, filters) };
  if (groups > 1 && perGroup === 1) {
    const kernel = { shape: [kh, kw, size[2], filters / groups], values };
    return [scope.layouts.placeMap(scope.add({ op: 'depthwise-conv2d', strides, dilations, padding }, [map.id], { kernel, ...biasPart }))];
  }
  const kernel = { shape: [kh, kw, perGroup, filters], values };
  return [scope.layouts.placeMap(scope.add({ op: 'conv2d', strides, dilations, padding, groups }, [map.id], { kernel, ...biasPart }))];
};

/** A dense layer on `[n, k]`; the kernel's rows follow the order in which the k values are stored (h, w, c after a Flatten). */
function addDense(scope: NodeScope, value: Placed, weights: ArrayLike<number>, rowStep: number, columnStep: number, units: number, bias: WeightArray | null): readonly Placed[] {
  const [pictures = [], features = []] = value.logical;
  if (pictures[0] === scope.layouts.batch && pictures.length > 1) {
    // Pixels laid out as rows of a matrix: a dense layer at every place, a 1x1 convolution.
    const rows = scope.layouts.arrange(value, [pictures.slice(1), [], features], scope.where);
    scope.shared.budget.spend(weights.length, scope.where);
    const inputs = sizeOf(features);
    const kernel = { shape: [1, 1, inputs, units], values: gather(weights, [{ size: inputs, step: rowStep }, { size: units, step: columnStep }], scope.where) };
    const id = scope.add({ op: 'conv2d', ...pointwise }, [rows.id], { kernel, ...(bias === null ? {} : { bias }) });
    const made = units === 1 ? [] : [{ size: units }];
    return [{ id, stored: [pictures.slice(1), [], made], logical: [pictures, made] }];
  }
  scope.layouts.requireBatchFirst(value, scope.where);
  const vector = scope.layouts.arrange(value, [value.stored.flat()], scope.where);
  const steps = new Map<unknown, number>();
  let step = rowStep;
  for (const atom of [...vector.logical[1] ?? []].reverse()) {
    steps.set(atom, step);
    step *= atom.size;
  }
  scope.shared.budget.spend(weights.length, scope.where);
  const rows = (vector.stored[0] ?? []).map((atom) => ({ size: atom.size, step: steps.get(atom) ?? 0 }));
  const count = rows.reduce((product, row) => product * row.size, 1);
  const kernel = { shape: [count, units], values: gather(weights, [...rows, { size: units, step: columnStep }], scope.where) };
  return [scope.layouts.place(scope.add({ op: 'dense' }, [vector.id], { kernel, ...(bias === null ? {} : { bias }) }), [1], 2)];
}

/** Gemm: `alpha * A * B + beta * C` with constant B and C. */
export const readGemm: NodeReader = (scope) => {
  const value = scope.placed(0);
  const weight = scope.constant(1);
  const transposed = scope.int('transB', 0) !== 0;
  const [a = 0, b = 0] = weight.shape;
  const [rows, units] = transposed ? [b, a] : [a, b];
  if (scope.int('transA', 0) !== 0) scope.refuse('a transposed first input');
  const sizes = shapeOf(value);
  if (weight.shape.length !== 2 || sizes.length !== 2 || sizes[1] !== rows) {
    scope.reject(`an input [${sizes.join(', ')}] and a weight [${weight.shape.join(', ')}]`);
  }
  const alpha = scope.float('alpha', 1);
  const beta = scope.float('beta', 1);
  const constant = scope.optional(2);
  let bias: WeightArray | null = null;
  if (constant !== null) {
    const { values } = constant;
    if (values.length !== 1 && (values.length !== units || constant.shape.at(-1) !== units)) scope.reject(`a bias [${constant.shape.join(', ')}] for ${units} units`);
    bias = { shape: [units], values: Float32Array.from({ length: units }, (_, unit) => beta * (values[values.length === 1 ? 0 : unit] ?? 0)) };
  }
  const scaled = alpha === 1 ? weight.values : weight.values.map((one) => one * alpha);
  return addDense(scope, value, scaled, transposed ? 1 : units, transposed ? rows : 1, units, bias);
};

/** MatMul with a constant on the right: a dense layer, or a 1x1 convolution where it works along the last of several axes. */
export const readMatMul: NodeReader = (scope) => {
  const value = scope.placed(0);
  const weight = scope.constant(1);
  const sizes = shapeOf(value);
  const [rows = 0, units = 0] = weight.shape;
  if (weight.shape.length !== 2) scope.refuse(`a second input of shape [${weight.shape.join(', ')}]`);
  if (sizes.at(-1) !== rows) scope.reject(`an input [${sizes.join(', ')}] and a weight [${weight.shape.join(', ')}]`);
  if (sizes.length === 2) return addDense(scope, value, weight.values, units, 1, units, null);
  if (sizes.length !== 3 && sizes.length !== 4) scope.refuse(`an input of ${sizes.length} axes`);
  scope.layouts.requireBatchFirst(value, scope.where);
  const axes = value.logical.slice(1);
  const rowsOfPixels = scope.layouts.arrange(value, sizes.length === 4 ? axes : [[], ...axes], scope.where);
  scope.shared.budget.spend(weight.values.length, scope.where);
  const kernel = { shape: [1, 1, rows, units], values: Float32Array.from(weight.values) };
  const id = scope.add({ op: 'conv2d', ...pointwise }, [rowsOfPixels.id], { kernel });
  const made = scope.layouts.place(id, [1, 2, 3], 4);
  return [sizes.length === 4 ? made : { ...made, logical: [made.logical[0] ?? [], made.logical[2] ?? [], made.logical[3] ?? []] }];
};

/** BatchNormalization with its stored statistics. */
export const readBatchNormalization: NodeReader = (scope) => {
  if (scope.node.outputs.slice(1).some((name) => name !== '')) scope.refuse('training outputs');
  if (scope.int('spatial', 1) === 0) scope.refuse('statistics for every place (spatial = 0)');
  const input = scope.placed(0);
  const rank = input.logical.length;
  if (rank !== 2 && rank !== 4) scope.refuse(`an input of ${rank} axes`);
  const value = rank === 4 ? scope.layouts.asMap(input, scope.where) : scope.layouts.arrange(input, [input.stored.flat()], scope.where);
  const channels = shapeOf(value)[1] ?? 0;
  const aligned = (index: number): WeightArray => {
    const vector = scope.vector(scope.constant(index), channels);
    const shape = rank === 4 ? [1, channels, 1, 1] : [1, channels];
    return { shape: [channels], values: scope.layouts.alignConstant({ shape, values: vector.values }, value, scope.where).values };
  };
  const weights = { gamma: aligned(1), beta: aligned(2), mean: aligned(3), variance: aligned(4) };
  return [scope.layouts.moved(value, scope.add({ op: 'batch-norm', epsilon: scope.float('epsilon', 1e-5) }, [value.id], weights))];
};
