import type { Constant } from './onnx-constant';
import { shapeOf } from './onnx-layout';
import type { OnnxValue } from './onnx-scope';
import { booleanOf, numberOf, numbersOf, textOf } from './tfjs-graph-nodes';
import { wholes, type TensorFlowReader, type TensorFlowScope } from './tfjs-graph-operators';

function sizesOf(scope: TensorFlowScope, index: number): readonly number[] {
  const value = scope.value(index);
  if (value?.kind !== 'constant' && value?.kind !== 'placed') return scope.refuse('the shape of this input');
  return value.kind === 'constant' ? value.constant.shape : shapeOf(value.placed);
}

const reduce = (opType: string): TensorFlowReader => (scope) => {
  const rank = sizesOf(scope, 0).length;
  const axes = scope.whole(1).map((axis) => scope.axis(axis, rank));
  const keepdims = Number(booleanOf(scope.tensorFlow, 'keep_dims', booleanOf(scope.tensorFlow, 'keepdims', false)));
  return scope.become(opType, [scope.input(0)], { axes, keepdims });
};

const concat: TensorFlowReader = (scope) => {
  const last = scope.node.inputs.length - 1;
  const [axis = 0] = scope.tensorFlow.op === 'Concat' ? scope.whole(0) : scope.whole(last);
  return scope.become('Concat', scope.tensorFlow.op === 'Concat' ? scope.node.inputs.slice(1) : scope.node.inputs.slice(0, last), { axis });
};

/** Names of the outputs of a node with several. */
function outputNames(scope: TensorFlowScope, count: number): readonly string[] {
  if (!(count >= 1) || count > 1024) scope.reject(`${count} parts`);
  return Array.from({ length: count }, (_, index) => (index === 0 ? scope.id : `${scope.id}:${index}`));
}

const split: TensorFlowReader = (scope) => {
  const [axis = 0] = scope.whole(0);
  const total = sizesOf(scope, 1)[scope.axis(axis, sizesOf(scope, 1).length)] ?? 0;
  const names = outputNames(scope, numberOf(scope.tensorFlow, 'num_split', 1));
  return scope.become('Split', [scope.input(1), wholes(...names.map(() => total / names.length))], { axis }, names);
};

const splitV: TensorFlowReader = (scope) => {
  const sizes = scope.whole(1);
  const [axis = 0] = scope.whole(2);
  const total = sizesOf(scope, 0)[scope.axis(axis, sizesOf(scope, 0).length)] ?? 0;
  const known = sizes.filter((size) => size >= 0).reduce((sum, size) => sum + size, 0);
  return scope.become('Split', [scope.input(0), wholes(...sizes.map((size) => (size < 0 ? total - known : size)))], { axis }, outputNames(scope, sizes.length));
};

const slice: TensorFlowReader = (scope) => {
  const sizes = sizesOf(scope, 0);
  const begin = scope.whole(1);
  const extent = scope.whole(2);
  const ends = begin.map((from, axis) => ((extent[axis] ?? -1) < 0 ? sizes[axis] ?? 0 : from + (extent[axis] ?? 0)));
  return scope.become('Slice', [scope.input(0), wholes(...begin), wholes(...ends), wholes(...begin.map((_, axis) => axis)), wholes(...begin.map(() => 1))]);
};

/** NumPy's brackets: masks mark what is left out (`:`), taken whole (`...`), made (`newaxis`) or dropped (a single index). */
const stridedSlice: TensorFlowReader = (scope) => {
  const node = scope.tensorFlow;
  const sizes = sizesOf(scope, 0);
  const [begin, end, strides] = [scope.whole(1), scope.whole(2), scope.whole(3)];
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((key) => numberOf(node, key, 0));
  const has = (mask: number, index: number): boolean => (((masks[mask] ?? 0) >> index) & 1) === 1;
  const made = begin.filter((_, index) => has(3, index)).length;
  const starts: number[] = [];
  const ends: number[] = [];
  const axes: number[] = [];
  const steps: number[] = [];
  const dropped: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let place = 0;
  begin.forEach((from, index) => {
    if (has(2, index)) {
      const whole = sizes.length - (begin.length - 1 - made);
      axis += whole;
      place += whole;
      return;
    }
    if (has(3, index)) {
      added.push(place);
      place += 1;
      return;
    }
    const size = sizes[axis] ?? scope.reject(`more indices than the ${sizes.length} axes`);
    const step = strides[index] ?? 1;
    const single = has(4, index);
    const start = single ? (from < 0 ? from + size : from) : has(0, index) ? (step > 0 ? 0 : size - 1) : from;
    starts.push(start);
    ends.push(single ? start + 1 : has(1, index) ? (step > 0 ? size : -size - 1) : end[index] ?? size);
    axes.push(axis);
    steps.push(single ? 1 : step);
    if (single) dropped.push(axis);
    else place += 1;
    axis += 1;
  });
  const inputs = [scope.input(0), wholes(...starts), wholes(...ends), wholes(...axes), wholes(...steps)];
  if (dropped.length === 0 && added.length === 0) return scope.become('Slice', inputs);
  let name = scope.before('part', 'Slice', inputs);
  if (added.length === 0) return scope.become('Squeeze', [name], { axes: dropped });
  if (dropped.length > 0) name = scope.before('fewer axes', 'Squeeze', [name], { axes: dropped });
  return scope.become('Unsqueeze', [name, wholes(...added)]);
};

const pad: TensorFlowReader = (scope) => {
  const list = scope.constant(1);
  const rank = list.shape[0] ?? 0;
  const at = (axis: number, side: number): number => list.values[axis * 2 + side] ?? 0;
  const order = Array.from({ length: rank }, (_, axis) => axis);
  const pads = wholes(...order.map((axis) => at(axis, 0)), ...order.map((axis) => at(axis, 1)));
  if (scope.tensorFlow.op !== 'MirrorPad') return scope.become('Pad', [scope.input(0), pads, ...(scope.node.inputs[2] === undefined ? [] : [scope.input(2)])]);
  return scope.become('Pad', [scope.input(0), pads], { mode: textOf(scope.tensorFlow, 'mode', 'REFLECT') === 'REFLECT' ? 'reflect' : 'symmetric' });
};

const pack: TensorFlowReader = (scope) => {
  const axis = numberOf(scope.tensorFlow, 'axis', 0);
  const rank = sizesOf(scope, 0).length + 1;
  const own = scope.axis(axis, rank);
  const parts = scope.node.inputs.map((input, index) => scope.before(`part ${index}`, 'Unsqueeze', [input, wholes(own)]));
  return scope.become('Concat', parts, { axis: own });
};

const gather: TensorFlowReader = (scope) => {
  const [axis = 0] = scope.node.inputs[2] === undefined ? [0] : scope.whole(2);
  return scope.become('Gather', [scope.input(0), scope.input(1)], { axis });
};

const identity: TensorFlowReader = (scope) => scope.become('Identity', [scope.input(0)]);

const transpose: TensorFlowReader = (scope) => scope.become('Transpose', [scope.input(0)], { perm: scope.whole(1) });

const squeeze: TensorFlowReader = (scope) => {
  const given = numbersOf(scope.tensorFlow, 'squeeze_dims');
  const axes = given.length > 0 ? given : numbersOf(scope.tensorFlow, 'axis');
  return scope.become('Squeeze', [scope.input(0)], axes.length === 0 ? {} : { axes });
};

const expandDims: TensorFlowReader = (scope) => {
  const [axis = 0] = scope.whole(1);
  return scope.become('Unsqueeze', [scope.input(0), wholes(axis)]);
};

/** Fill of a constant shape: the value, repeated. */
const fill: TensorFlowReader = (scope) => scope.become('Expand', [scope.input(1), scope.input(0)]);

/** Operators that move, cut, join and reshape. */
export const movingReaders: ReadonlyMap<string, TensorFlowReader> = new Map<string, TensorFlowReader>([
  ...['Identity', 'StopGradient', 'PreventGradient', 'CheckNumerics', 'Snapshot', 'EnsureShape', 'PlaceholderWithDefault'].map((op) => [op, identity] as const),
  ['Reshape', (scope) => scope.become('Reshape', [scope.input(0), scope.input(1)])], ['Transpose', transpose], ['Squeeze', squeeze], ['ExpandDims', expandDims],
  ['Shape', (scope): readonly OnnxValue[] => scope.become('Shape', [scope.input(0)])], ['Size', (scope) => scope.become('Size', [scope.input(0)])],
  ['Rank', (scope) => [{ kind: 'constant', constant: { shape: [], values: Float64Array.of(sizesOf(scope, 0).length) } satisfies Constant }]],
  ['ConcatV2', concat], ['Concat', concat], ['Split', split], ['SplitV', splitV], ['Slice', slice], ['StridedSlice', stridedSlice],
  ['Pad', pad], ['PadV2', pad], ['MirrorPad', pad], ['Pack', pack], ['GatherV2', gather], ['Gather', gather], ['Fill', fill],
  ['Range', (scope) => scope.become('Range', [scope.input(0), scope.input(1), scope.input(2)])],
  ['Mean', reduce('ReduceMean')], ['Max', reduce('ReduceMax')], ['Sum', reduce('ReduceSum')], ['Prod', reduce('ReduceProd')],
]);
