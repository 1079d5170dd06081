import { noPadding } from '../graph/padding';
import { gather } from './gather-values';
import type { Constant } from './onnx-constant';
import { shapeOf, sizeOf, type Placed } from './onnx-layout';
import type { NodeReader, NodeScope } from './onnx-scope';
import { alignBranches } from './onnx-elementwise';
import { settle } from './onnx-views';

/** The value with its axes stored whole, in NHWC order unless it lies in another already. */
function inWholeAxes(scope: NodeScope, value: Placed): { readonly value: Placed; readonly order: readonly number[] } {
  const order = scope.layouts.findOrder(value) ?? scope.layouts.usualOrder(value.logical.length);
  return { value: scope.layouts.ordered(value, order, scope.where), order };
}

/** A constant beside branches: zero times a line of a branch, plus the constant, so that every picture of a batch has it. */
function placeConstant(scope: NodeScope, constant: Constant, branch: Placed, axis: number): Placed {
  const { value, order } = inWholeAxes(scope, branch);
  const line = sliceAxis(scope, value, order, axis, 0, 1, null);
  const rank = branch.logical.length;
  if (constant.shape.length !== rank || (constant.shape[0] ?? 1) !== 1) scope.refuse(`a constant [${constant.shape.join(', ')}] joined to [${shapeOf(branch).join(', ')}]`);
  const steps = constant.shape.map((_, own) => constant.shape.slice(own + 1).reduce((product, size) => product * size, 1));
  const axes = order.map((own) => ({ size: constant.shape[own] ?? 1, step: steps[own] ?? 1 }));
  scope.shared.budget.spend(constant.values.length, scope.where);
  const offset = { shape: axes.map(({ size }) => size), values: gather(constant.values, axes, scope.where) };
  const id = scope.addBefore({ op: 'scale' }, [line.id], { factor: { shape: [1], values: Float32Array.of(0) }, offset });
  return scope.layouts.place(id, order, rank);
}

/** Concat of branches, and of constants with them. */
export const readConcat: NodeReader = (scope) => {
  const inputs = scope.node.inputs.map((_, index) => scope.value(index));
  const branch = inputs.find((input) => input?.kind === 'placed')?.placed ?? scope.placed(0);
  const joined = scope.axis(scope.int('axis', 1), branch.logical.length);
  if (joined === 0) scope.refuse('joining the pictures of a batch');
  if (inputs.length > 4096) scope.reject(`${inputs.length} inputs`);
  const values = inputs.map((input, index) => (input?.kind === 'constant' ? placeConstant(scope, input.constant, branch, joined) : scope.placed(index)));
  const rank = values[0]?.logical.length ?? 0;
  const axis = scope.axis(scope.int('axis', 1), rank);
  const branches = alignBranches(scope, values);
  // Branches that lie alike but not in whole axes have to be brought into some order first.
  const order = branches.order ?? inWholeAxes(scope, branches.aligned[0] ?? scope.placed(0)).order;
  const aligned = branches.aligned.map((value) => scope.layouts.ordered(value, order, scope.where));
  const id = scope.add({ op: 'concat', axis: order.indexOf(axis) }, aligned.map((value) => value.id));
  return [scope.layouts.place(id, order, rank)];
};

/** Part of one axis, under a name of its own or on the way. */
function sliceAxis(scope: NodeScope, value: Placed, order: readonly number[], axis: number, start: number, size: number, name: string | null): Placed {
  const operation = { op: 'slice', axis: order.indexOf(axis), start, size } as const;
  const id = name === null ? scope.addBefore(operation, [value.id]) : scope.shared.builder.add(name, operation, [value.id]);
  return scope.layouts.place(id, order, value.logical.length);
}

interface Cut { readonly axis: number; readonly start: number; readonly end: number; readonly step: number }

function readCuts(scope: NodeScope, sizes: readonly number[]): readonly Cut[] {
  const old = scope.opset < 10;
  const starts = scope.wholeNumbers(old ? -1 : 1, 'starts') ?? scope.reject('no starts');
  const ends = scope.wholeNumbers(old ? -1 : 2, 'ends') ?? scope.reject('no ends');
  const axes = scope.wholeNumbers(old ? -1 : 3, 'axes');
  const steps = old ? null : scope.wholeNumbers(4, 'steps');
  if (starts.length !== ends.length) scope.reject(`${starts.length} starts and ${ends.length} ends`);
  return starts.map((from, index) => {
    const axis = scope.axis(axes === null || axes.length === 0 ? index : axes[index] ?? scope.reject('too few axes'), sizes.length);
    const size = sizes[axis] ?? 1;
    const step = steps?.[index] ?? 1;
    if (step < 1) scope.refuse(`step ${step}`);
    const place = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
    const start = place(from);
    const end = place(ends[index] ?? size);
    if (end <= start) scope.reject(`an empty part ${start} to ${end} of axis ${axis}`);
    return { axis, start, end, step };
  });
}

/** Every `step`-th row (or column): a pooling window of one pixel. */
function skip(scope: NodeScope, value: Placed, axis: number, step: number): Placed {
  const own = value.logical[axis] ?? [];
  const others = value.stored.flat().filter((atom) => !own.includes(atom));
  const map = scope.layouts.arrange(value, [own, [], others], scope.where);
  const id = scope.addBefore({ op: 'max-pool', window: [1, 1], strides: [step, 1], padding: noPadding }, [map.id]);
  const size = Math.ceil(sizeOf(own) / step);
  const fewer = size === 1 ? [] : [{ size }];
  return { id, stored: [fewer, [], others], logical: value.logical.map((atoms, index) => (index === axis ? fewer : atoms)) };
}

/** Slice along any axes but the batch, forwards. */
export const readSlice: NodeReader = (scope) => {
  const input = scope.placed(0);
  const sizes = shapeOf(input);
  const cuts = readCuts(scope, sizes).filter((cut) => cut.start > 0 || cut.end < (sizes[cut.axis] ?? 1) || cut.step > 1);
  if (cuts.length === 0) return [scope.layouts.moved(input, scope.add({ op: 'identity' }, [input.id]))];
  if (cuts.some((cut) => cut.axis === 0)) scope.refuse('a part of the batch');
  const { value: whole, order } = inWholeAxes(scope, input);
  const [only] = cuts;
  if (cuts.length === 1 && only !== undefined && only.step === 1) return [sliceAxis(scope, whole, order, only.axis, only.start, only.end - only.start, scope.id)];
  let value = whole;
  for (const { axis, start, end } of cuts) if (end - start < (shapeOf(value)[axis] ?? 1)) value = sliceAxis(scope, value, order, axis, start, end - start, null);
  for (const { axis, step } of cuts) if (step > 1) value = skip(scope, value, axis, step);
  return settle(scope, value);
};

/** Split into parts of given or equal sizes. */
export const readSplit: NodeReader = (scope) => {
  const { value, order } = inWholeAxes(scope, scope.placed(0));
  const sizes = shapeOf(value);
  const axis = scope.axis(scope.int('axis', 0), sizes.length);
  if (axis === 0) scope.refuse('a part of the batch');
  const total = sizes[axis] ?? 1;
  const { outputs } = scope.node;
  const given = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'split');
  const each = Math.ceil(total / outputs.length);
  const parts = given !== null && given.length > 0 ? given : outputs.map((_, index) => Math.min(each, total - index * each));
  if (parts.length !== outputs.length || parts.some((size) => size < 1) || parts.reduce((sum, size) => sum + size, 0) !== total) {
    scope.reject(`parts [${parts.join(', ')}] of an axis of ${total} for ${outputs.length} outputs`);
  }
  let start = 0;
  return parts.map((size, index) => {
    const name = outputs[index] ?? '';
    const part = sliceAxis(scope, value, order, axis, start, size, name === '' ? null : name);
    start += size;
    return part;
  });
};

/** Most single lines that a Gather is written out as. */
const maxPickedLines = 256;

/** Gather along one axis: one index, neighbouring ones, or any list (BGR for RGB) as slices, joined. */
export const readGather: NodeReader = (scope) => {
  const input = scope.placed(0);
  const rank = input.logical.length;
  const axis = scope.axis(scope.int('axis', 0), rank);
  const indices = scope.constant(1);
  const size = shapeOf(input)[axis] ?? 1;
  const list = Array.from(indices.values, (value) => (value < 0 ? value + size : value));
  const [first = 0] = list;
  if (axis === 0 || indices.shape.length > 1 || list.length === 0 || list.length > 4096) {
    scope.refuse('only one index, or a list of them, of an axis that is not the batch');
  }
  if (list.some((index) => !(index >= 0 && index < size))) scope.reject(`indices [${list.slice(0, 16).join(', ')}] of an axis of ${size}`);
  const { value, order } = inWholeAxes(scope, input);
  if (list.some((index, place) => index !== first + place)) {
    if (list.length > maxPickedLines) scope.refuse(`${list.length} indices that are no neighbours, at most ${maxPickedLines} are read`);
    const lines = list.map((index) => sliceAxis(scope, value, order, axis, index, 1, null).id);
    return [scope.layouts.place(scope.add({ op: 'concat', axis: order.indexOf(axis) }, lines), order, rank)];
  }
  const part = sliceAxis(scope, value, order, axis, first, list.length, null);
  return settle(scope, indices.shape.length === 1 ? part : { ...part, logical: part.logical.filter((_, index) => index !== axis) });
};
