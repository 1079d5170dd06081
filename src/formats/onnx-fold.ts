import { countElements } from '../graph/shapes';
import { isRealType, type Constant } from './onnx-constant';
import { gatherInto, type Walk } from './gather-values';
import type { NodeScope } from './onnx-scope';

type Folder = (scope: NodeScope) => Constant;

const isWhole = (constant: Constant): boolean => constant.values instanceof Float64Array;

/** Row-major steps of a shape. */
function stepsOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

/** New array of the same kind as `like`. @throws AppError 'format-too-large' */
function make(scope: NodeScope, like: Constant, shape: readonly number[]): Float32Array | Float64Array {
  const count = shape.includes(0) ? 0 : countElements(shape, scope.where);
  scope.shared.budget.spend(count, scope.where);
  return isWhole(like) ? new Float64Array(count) : new Float32Array(count);
}

/** Reads a constant along axes given by size and step; keeps the kind. */
function pick(scope: NodeScope, source: Constant, axes: readonly Walk[], start = 0): Constant {
  const shape = axes.map((axis) => axis.size);
  const values = make(scope, source, shape);
  if (values.length > 0) gatherInto(values, source.values, axes, start);
  return { shape, values };
}

function reshaped(scope: NodeScope, constant: Constant, shape: readonly number[]): Constant {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== constant.values.length || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    scope.reject(`[${constant.shape.join(', ')}] cannot become [${shape.join(', ')}]`);
  }
  return { shape, values: constant.values };
}

function broadcast(scope: NodeScope, constants: readonly Constant[]): readonly Constant[] {
  const rank = Math.max(...constants.map((constant) => constant.shape.length));
  const aligned = constants.map((constant) => [...Array.from({ length: rank - constant.shape.length }, () => 1), ...constant.shape]);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const sizes = aligned.map((own) => own[axis] ?? 1).filter((size) => size !== 1);
    if (sizes.some((size) => size !== sizes[0])) scope.reject(`constants ${constants.map((constant) => `[${constant.shape.join(', ')}]`).join(' and ')} do not broadcast`);
    return sizes[0] ?? 1;
  });
  return constants.map((constant, which) => {
    const own = aligned[which] ?? [];
    const steps = stepsOf(own);
    return pick(scope, constant, shape.map((size, axis) => ({ size, step: own[axis] === 1 ? 0 : steps[axis] ?? 0 })));
  });
}

function binary(combine: (a: number, b: number, whole: boolean) => number, gives: 'same' | 'whole' = 'same'): Folder {
  return (scope) => {
    const [a, b] = broadcast(scope, [scope.constant(0), scope.constant(1)]);
    if (a === undefined || b === undefined) return scope.reject('two inputs are due');
    const whole = isWhole(a) && isWhole(b);
    const values = whole || gives === 'whole' ? new Float64Array(a.values.length) : new Float32Array(a.values.length);
    for (let index = 0; index < values.length; index += 1) values[index] = combine(a.values[index] ?? 0, b.values[index] ?? 0, whole);
    return { shape: a.shape, values };
  };
}

function unary(change: (value: number) => number): Folder {
  return (scope) => {
    const input = scope.constant(0);
    const values = make(scope, input, input.shape);
    for (let index = 0; index < values.length; index += 1) values[index] = change(input.values[index] ?? 0);
    return { shape: input.shape, values };
  };
}

const same: Folder = (scope) => scope.constant(0);

const cast: Folder = (scope) => {
  const input = scope.constant(0);
  const real = isRealType(scope.int('to', 1));
  if (real !== isWhole(input)) return input;
  scope.shared.budget.spend(input.values.length, scope.where);
  return { shape: input.shape, values: real ? Float32Array.from(input.values) : Float64Array.from(input.values, Math.trunc) };
};

const gatherConstant: Folder = (scope) => {
  const data = scope.constant(0);
  const indices = scope.constant(1);
  const axis = scope.axis(scope.int('axis', 0), data.shape.length);
  const size = data.shape[axis] ?? 0;
  const inner = data.shape.slice(axis + 1).reduce((product, one) => product * one, 1);
  const outer = data.shape.slice(0, axis).reduce((product, one) => product * one, 1);
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  const values = make(scope, data, shape);
  let next = 0;
  for (let block = 0; block < outer; block += 1) {
    for (const value of indices.values) {
      const index = value < 0 ? value + size : value;
      if (!(index >= 0 && index < size)) scope.reject(`index ${value} of an axis of ${size}`);
      for (let place = 0; place < inner; place += 1) values[next++] = data.values[(block * size + index) * inner + place] ?? 0;
    }
  }
  return { shape, values };
};

const concat: Folder = (scope) => {
  const parts = scope.node.inputs.map((_, index) => scope.constant(index));
  const first = parts[0] ?? scope.reject('no inputs');
  const axis = scope.axis(scope.int('axis', 0), first.shape.length);
  if (parts.some((part) => part.shape.length !== first.shape.length || part.shape.some((size, own) => own !== axis && size !== first.shape[own]))) scope.reject('constants that do not join');
  const shape = first.shape.map((size, own) => (own === axis ? parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0) : size));
  const values = make(scope, first, shape);
  const outer = first.shape.slice(0, axis).reduce((product, size) => product * size, 1);
  let next = 0;
  for (let block = 0; block < outer; block += 1) {
    for (const part of parts) {
      const length = part.values.length / outer;
      for (let place = 0; place < length; place += 1) values[next++] = part.values[block * length + place] ?? 0;
    }
  }
  return { shape, values };
};

const unsqueeze: Folder = (scope) => {
  const input = scope.constant(0);
  const axes = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'axes') ?? [];
  const rank = input.shape.length + axes.length;
  const added = new Set(axes.map((axis) => scope.axis(axis, rank)));
  const sizes = [...input.shape];
  return reshaped(scope, input, Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : sizes.shift() ?? 1)));
};

const squeeze: Folder = (scope) => {
  const input = scope.constant(0);
  const axes = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'axes');
  const gone = new Set((axes ?? []).map((axis) => scope.axis(axis, input.shape.length)));
  return reshaped(scope, input, input.shape.filter((size, axis) => (axes === null || axes.length === 0 ? size !== 1 : !gone.has(axis))));
};

const reshape: Folder = (scope) => {
  const input = scope.constant(0);
  const target = (scope.wholeNumbers(1, 'shape') ?? []).map((size, axis) => (size === 0 ? input.shape[axis] ?? 0 : size));
  const known = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  return reshaped(scope, input, target.map((size) => (size === -1 ? input.values.length / known : size)));
};

const flatten: Folder = (scope) => {
  const input = scope.constant(0);
  const axis = scope.int('axis', 1);
  const rows = input.shape.slice(0, axis).reduce((product, size) => product * size, 1);
  return reshaped(scope, input, [rows, input.values.length / rows]);
};

const transpose: Folder = (scope) => {
  const input = scope.constant(0);
  const rank = input.shape.length;
  const given = scope.wholeNumbers(-1, 'perm') ?? [];
  const order = given.length === 0 ? input.shape.map((_, axis) => rank - 1 - axis) : given.map((axis) => scope.axis(axis, rank));
  if (order.length !== rank || new Set(order).size !== rank) scope.reject(`order [${order.join(', ')}] of ${rank} axes`);
  const steps = stepsOf(input.shape);
  return pick(scope, input, order.map((axis) => ({ size: input.shape[axis] ?? 1, step: steps[axis] ?? 0 })));
};

const slice: Folder = (scope) => {
  const input = scope.constant(0);
  const old = scope.opset < 10;
  const starts = scope.wholeNumbers(old ? -1 : 1, 'starts') ?? [];
  const ends = scope.wholeNumbers(old ? -1 : 2, 'ends') ?? [];
  const axes = scope.wholeNumbers(old ? -1 : 3, 'axes');
  const steps = old ? null : scope.wholeNumbers(4, 'steps');
  const strides = stepsOf(input.shape);
  const parts = input.shape.map((size, axis) => ({ size, step: strides[axis] ?? 1 }));
  let offset = 0;
  starts.forEach((from, index) => {
    const axis = scope.axis(axes === null || axes.length === 0 ? index : axes[index] ?? 0, input.shape.length);
    const size = input.shape[axis] ?? 0;
    const step = steps?.[index] ?? 1;
    if (step === 0) scope.reject('step 0');
    const place = (value: number, low: number, high: number): number => Math.min(Math.max(value < 0 ? value + size : value, low), high);
    const start = step > 0 ? place(from, 0, size) : place(from, 0, size - 1);
    const end = step > 0 ? place(ends[index] ?? size, 0, size) : place(ends[index] ?? -size - 1, -1, size - 1);
    parts[axis] = { size: Math.max(Math.ceil((end - start) / step), 0), step: (strides[axis] ?? 1) * step };
    offset += start * (strides[axis] ?? 1);
  });
  return pick(scope, input, parts, offset);
};

const constantOfShape: Folder = (scope) => {
  const tensor = scope.node.attributes.get('value')?.tensor ?? null;
  const one: Constant = tensor === null ? { shape: [1], values: new Float32Array(1) } : scope.shared.decode(tensor);
  const shape = Array.from(scope.constant(0).values);
  return { shape, values: make(scope, one, shape).fill(one.values[0] ?? 0) };
};

const expand: Folder = (scope) => {
  const shape = scope.wholeNumbers(1, 'shape') ?? [];
  const whole: Constant = { shape, values: new Float64Array(0) };
  countElements(shape, scope.where);
  return broadcast(scope, [scope.constant(0), whole])[0] ?? whole;
};

const range: Folder = (scope) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => scope.constant(index).values[0] ?? 0);
  const count = Math.max(Math.ceil(((limit ?? 0) - (start ?? 0)) / (delta ?? 1)), 0);
  if (!Number.isSafeInteger(count)) scope.reject(`a range of ${count} numbers`);
  const values = make(scope, scope.constant(0), [count]);
  for (let index = 0; index < count; index += 1) values[index] = (start ?? 0) + index * (delta ?? 1);
  return { shape: [count], values };
};

const where: Folder = (scope) => {
  const [condition, yes, no] = broadcast(scope, [scope.constant(0), scope.constant(1), scope.constant(2)]);
  if (condition === undefined || yes === undefined || no === undefined) return scope.reject('three inputs are due');
  const values = make(scope, yes, yes.shape);
  for (let index = 0; index < values.length; index += 1) values[index] = (condition.values[index] !== 0 ? yes : no).values[index] ?? 0;
  return { shape: yes.shape, values };
};

const reduceAll = (combine: (total: number, value: number) => number, first: number): Folder => (scope) => {
  const input = scope.constant(0);
  const axes = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'axes');
  if (input.shape.length > 1 && axes !== null && axes.length !== 0 && axes.length !== input.shape.length) scope.refuse('part of the axes of a constant');
  const total = Array.from(input.values).reduce(combine, first);
  return { shape: scope.int('keepdims', 1) !== 0 ? input.shape.map(() => 1) : [], values: isWhole(input) ? Float64Array.of(total) : Float32Array.of(total) };
};

const folders: ReadonlyMap<string, Folder> = new Map<string, Folder>([
  ['Identity', same], ['Dropout', same], ['Cast', cast], ['Gather', gatherConstant], ['Concat', concat], ['Unsqueeze', unsqueeze], ['Squeeze', squeeze],
  ['Reshape', reshape], ['Flatten', flatten], ['Transpose', transpose], ['Slice', slice], ['ConstantOfShape', constantOfShape], ['Expand', expand],
  ['Range', range], ['Where', where],
  ['Add', binary((a, b) => a + b)], ['Sub', binary((a, b) => a - b)], ['Mul', binary((a, b) => a * b)],
  ['Div', binary((a, b, whole) => (whole ? Math.trunc(a / b) : a / b))], ['Mod', binary((a, b) => a - b * Math.floor(a / b))], ['Pow', binary((a, b) => a ** b)],
  ['Min', binary((a, b) => Math.min(a, b))], ['Max', binary((a, b) => Math.max(a, b))], ['Equal', binary((a, b) => Number(a === b), 'whole')],
  ['Greater', binary((a, b) => Number(a > b), 'whole')], ['Less', binary((a, b) => Number(a < b), 'whole')],
  ['Floor', unary(Math.floor)], ['Ceil', unary(Math.ceil)], ['Neg', unary((value) => -value)], ['Abs', unary(Math.abs)], ['Sqrt', unary(Math.sqrt)],
  ['Reciprocal', unary((value) => 1 / value)], ['Exp', unary(Math.exp)], ['Log', unary(Math.log)], ['Not', unary((value) => Number(value === 0))],
  ['ReduceProd', reduceAll((total, value) => total * value, 1)], ['ReduceSum', reduceAll((total, value) => total + value, 0)],
]);

/** True for operators whose result is computed at import when all their inputs are constants. */
export function isFolded(opType: string): boolean {
  return folders.has(opType);
}

/** The result of a node of constants. @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported', naming the node */
export function foldNode(scope: NodeScope): Constant {
  const fold = folders.get(scope.node.opType);
  return fold === undefined ? scope.refuse('not read for constants only') : fold(scope);
}
