import { noPadding } from '../graph/padding';
import type { Operation } from '../graph/ops';
import type { OperatorReader, OperatorScope, TfliteValue } from './tflite-scope';

const maxSlices = 256;

/** A value in another shape, as the file counts it (a leading 1 is the batch). */
export function reshapeTo(scope: OperatorScope, value: TfliteValue, shape: readonly number[], name: 'layer' | 'before'): TfliteValue {
  const batched = shape.length > 1 && shape[0] === 1;
  const wanted = batched ? shape.slice(1) : shape.length === 0 ? [1] : shape;
  const stored = scope.shared.builder.shapeOf(value.id);
  const same = stored.join() === wanted.join();
  if (same && name === 'before') return { id: value.id, batched };
  const operation: Operation = same ? { op: 'identity' } : wanted.length === 1 ? { op: 'flatten' } : { op: 'reshape', shape: wanted };
  if (operation.op === 'flatten' && stored.reduce((product, size) => product * size, 1) !== wanted[0]) scope.reject(`[${stored.join(', ')}] cannot become [${shape.join(', ')}]`);
  const { id } = name === 'layer' ? scope.add(operation, [value]) : scope.addBefore(operation, [value]);
  return { id, batched };
}

function resolveOpen(scope: OperatorScope, shape: readonly number[], value: TfliteValue): readonly number[] {
  const open = shape.filter((size) => size < 0).length;
  if (open === 0) return shape;
  const count = scope.shapeOf(value).reduce((product, size) => product * size, 1);
  const known = shape.reduce((product, size) => (size < 0 ? product : product * size), 1);
  if (open > 1 || known < 1 || count % known !== 0) return scope.reject(`[${scope.shapeOf(value).join(', ')}] cannot become [${shape.join(', ')}]`);
  return shape.map((size) => (size < 0 ? count / known : size));
}

/** RESHAPE to a stored shape; where the file computes the shape, to the one it notes down for the output. */
export const readReshape: OperatorReader = (scope) => {
  const input = scope.value(0);
  const stored = scope.optional(1) === null ? scope.operator.options?.ints(0) ?? [] : scope.wholes(1);
  return [reshapeTo(scope, input, resolveOpen(scope, stored.length > 0 ? stored : scope.output.shape, input), 'layer')];
};

/** SQUEEZE of the given axes, else of all that are 1. */
export const readSqueeze: OperatorReader = (scope) => {
  const input = scope.value(0);
  const shape = scope.shapeOf(input);
  const given = (scope.operator.options?.ints(0) ?? []).map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (given.some((axis) => shape[axis] !== 1)) scope.reject(`axes [${given.join(', ')}] of [${shape.join(', ')}] are not 1`);
  return [reshapeTo(scope, input, shape.filter((size, axis) => (given.length === 0 ? size !== 1 : !given.includes(axis))), 'layer')];
};

/** EXPAND_DIMS anywhere but before the batch. */
export const readExpandDims: OperatorReader = (scope) => {
  const input = scope.value(0);
  const shape = [...scope.shapeOf(input)];
  const given = scope.number(1);
  const axis = given < 0 ? given + shape.length + 1 : given;
  if (!Number.isInteger(axis) || axis < 0 || axis > shape.length) scope.reject(`axis ${given}`);
  if (input.batched && axis === 0) scope.refuse('an axis before the batch');
  shape.splice(axis, 0, 1);
  return [reshapeTo(scope, input, shape, 'layer')];
};

/** TRANSPOSE with a stored order that leaves the batch first. */
export const readTranspose: OperatorReader = (scope) => {
  const input = scope.value(0);
  const given = scope.wholes(1);
  if (input.batched && given[0] !== 0) scope.refuse('moving the batch');
  const permutation = input.batched ? given.slice(1).map((axis) => axis - 1) : given;
  return [scope.add({ op: 'transpose', permutation }, [input])];
};

/** CONCATENATION of values that all have a batch or all have none. */
export const readConcatenation: OperatorReader = (scope) => {
  const values = scope.operator.inputs.map((_, index) => scope.value(index));
  const [first] = values;
  if (first === undefined || values.some((value) => value.batched !== first.batched)) return scope.reject('inputs that do not fit');
  return [scope.addFused(1, { op: 'concat', axis: scope.axis(first, scope.option(0, 0)) }, values)];
};

interface Cut { readonly axis: number; readonly start: number; readonly size: number; readonly step: number }

/** Every `step`-th row or column: a pooling window of one pixel. */
function skip(scope: OperatorScope, value: TfliteValue, axis: number, step: number): TfliteValue {
  if (axis > 1) scope.refuse(`every ${step}-th channel`);
  scope.map(value);
  return scope.addBefore({ op: 'max-pool', window: [1, 1], strides: axis === 0 ? [step, 1] : [1, step], padding: noPadding }, [value]);
}

function applyCuts(scope: OperatorScope, input: TfliteValue, cuts: readonly Cut[]): TfliteValue {
  let value = input;
  for (const { axis, start, size, step } of cuts) {
    const whole = scope.shared.builder.shapeOf(value.id)[axis];
    if (start > 0 || size !== whole) value = scope.addBefore({ op: 'slice', axis, start, size }, [value]);
    if (step > 1) value = skip(scope, value, axis, step);
  }
  return value;
}

/** Cuts along the file's axes as cuts of the graph; the batch has to stay whole. */
function placeCuts(scope: OperatorScope, input: TfliteValue, starts: readonly number[], sizes: readonly number[], steps: readonly number[]): readonly Cut[] {
  return scope.shapeOf(input).flatMap((whole, index) => {
    const [start = 0, size = whole, step = 1] = [starts[index], sizes[index], steps[index]];
    if (start === 0 && size === whole && step === 1) return [];
    return [{ axis: scope.axis(input, index), start, size, step }];
  });
}

/** SLICE with stored begin and size; -1 is the rest. */
export const readSlice: OperatorReader = (scope) => {
  const input = scope.value(0);
  const shape = scope.shapeOf(input);
  const [starts, sizes] = [scope.wholes(1), scope.wholes(2)];
  if (starts.length !== shape.length || sizes.length !== shape.length) scope.reject(`a part [${sizes.join(', ')}] of [${shape.join(', ')}]`);
  const filled = sizes.map((size, axis) => (size === -1 ? (shape[axis] ?? 0) - (starts[axis] ?? 0) : size));
  return [scope.add({ op: 'identity' }, [applyCuts(scope, input, placeCuts(scope, input, starts, filled, []))])];
};

/** STRIDED_SLICE forwards, with its masks for begin, end and single places; no ellipsis, no new axis. */
export const readStridedSlice: OperatorReader = (scope) => {
  const input = scope.value(0);
  const shape = scope.shapeOf(input);
  const [begin, end, steps] = [scope.wholes(1), scope.wholes(2), scope.wholes(3)];
  const [beginMask, endMask, ellipsis, newAxis, shrink] = [0, 1, 2, 3, 4].map((slot) => scope.option(slot, 0));
  if (ellipsis !== 0 || newAxis !== 0) scope.refuse('an ellipsis or a new axis in a part');
  if (begin.length > shape.length || end.length !== begin.length || steps.length !== begin.length) scope.reject('begin, end and strides do not fit');
  const has = (mask: number | undefined, axis: number): boolean => ((mask ?? 0) & (1 << axis)) !== 0;
  const starts: number[] = [];
  const sizes: number[] = [];
  begin.forEach((from, axis) => {
    const whole = shape[axis] ?? 1;
    const step = steps[axis] ?? 1;
    if (step < 1) scope.refuse(`stride ${step}`);
    const place = (value: number): number => Math.min(Math.max(value < 0 ? value + whole : value, 0), whole);
    const start = has(beginMask, axis) ? 0 : place(from);
    const stop = has(shrink, axis) ? start + 1 : has(endMask, axis) ? whole : place(end[axis] ?? whole);
    if (stop <= start || stop > whole) scope.reject(`an empty part ${start} to ${stop} of axis ${axis}`);
    starts.push(start);
    sizes.push(stop - start);
  });
  const value = applyCuts(scope, input, placeCuts(scope, input, starts, sizes, steps));
  const kept = scope.shapeOf(value).filter((_, axis) => !has(shrink, axis));
  return [reshapeTo(scope, value, kept, 'layer')];
};

/** SPLIT into equal parts and SPLIT_V into given ones. */
export const readSplit: OperatorReader = (scope) => {
  const equal = scope.operator.name === 'SPLIT';
  const input = scope.value(equal ? 1 : 0);
  const axis = scope.axis(input, scope.number(equal ? 0 : 2));
  const whole = scope.shared.builder.shapeOf(input.id)[axis] ?? 0;
  const { outputs } = scope.operator;
  const given = equal ? outputs.map(() => whole / outputs.length) : scope.wholes(1);
  const known = given.reduce((sum, size) => sum + Math.max(size, 0), 0);
  const sizes = given.map((size) => (size === -1 ? whole - known : size));
  if (sizes.length !== outputs.length || sizes.reduce((sum, size) => sum + size, 0) !== whole) scope.reject(`parts [${given.join(', ')}] of an axis of ${whole} for ${outputs.length} outputs`);
  let start = 0;
  return sizes.map((size, index) => {
    const name = scope.shared.builder.freeName(scope.shared.model.tensor(outputs[index] ?? -1).name);
    const id = scope.shared.builder.add(name, { op: 'slice', axis, start, size }, [input.id]);
    start += size;
    return { id, batched: input.batched };
  });
};

function readBorders(scope: OperatorScope, input: TfliteValue): readonly (readonly [axis: number, before: number, after: number])[] {
  const list = scope.wholes(1);
  const rank = scope.shapeOf(input).length;
  if (list.length !== rank * 2 || list.some((size) => size < 0)) scope.reject(`paddings [${list.join(', ')}] for ${rank} axes`);
  return Array.from({ length: rank }, (_, axis) => [axis, list[axis * 2] ?? 0, list[axis * 2 + 1] ?? 0] as const)
    .filter(([, before, after]) => before + after > 0).map(([axis, before, after]) => [scope.axis(input, axis), before, after] as const);
}

/** PAD and PADV2 of a map: height and width directly, channels by way of a turned map. */
export const readPad: OperatorReader = (scope) => {
  const input = scope.value(0);
  scope.map(input);
  const fill = scope.operator.name === 'PADV2' ? scope.number(2) : 0;
  if (!Number.isFinite(fill)) scope.refuse(`padding with ${fill}`);
  const borders = new Map(readBorders(scope, input).map(([axis, ...border]) => [axis, border] as const));
  const [[top = 0, bottom = 0], [left = 0, right = 0]] = [borders.get(0) ?? [], borders.get(1) ?? []];
  const channels = borders.get(2);
  const padding = { op: 'pad', padding: { top, bottom, left, right }, value: fill } as const;
  if (channels === undefined) return [scope.add(padding, [input])];
  const [before, after] = channels;
  const placed = borders.size > 1 ? scope.addBefore(padding, [input]) : input;
  const turned = scope.addBefore({ op: 'transpose', permutation: [2, 0, 1] }, [placed]);
  const wider = scope.addBefore({ op: 'pad', padding: { ...noPadding, top: before, bottom: after }, value: fill }, [turned]);
  return [scope.add({ op: 'transpose', permutation: [1, 2, 0] }, [wider])];
};

/** MIRROR_PAD: the rows and columns beside the border, in reverse order, joined to the map. */
export const readMirrorPad: OperatorReader = (scope) => {
  let value = scope.value(0);
  const borders = readBorders(scope, value);
  // REFLECT leaves the border itself out, SYMMETRIC repeats it.
  const skipBorder = scope.optionByte(0, 0) === 0 ? 1 : 0;
  if (borders.reduce((sum, [, before, after]) => sum + before + after, 0) > maxSlices) scope.refuse(`more than ${maxSlices} mirrored rows and columns`);
  for (const [axis, before, after] of borders) {
    const whole = scope.shared.builder.shapeOf(value.id)[axis] ?? 0;
    if (Math.max(before, after) + skipBorder > whole) scope.reject(`${before} and ${after} mirrored of ${whole}`);
    const inner = value;
    const take = (start: number): TfliteValue => scope.addBefore({ op: 'slice', axis, start, size: 1 }, [inner]);
    const head = Array.from({ length: before }, (_, index) => take(before - 1 - index + skipBorder));
    const tail = Array.from({ length: after }, (_, index) => take(whole - 1 - index - skipBorder));
    value = scope.addBefore({ op: 'concat', axis }, [...head, inner, ...tail]);
  }
  return [scope.add({ op: 'identity' }, [value])];
};

const maxSizePx = 16_384;

/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR to a stored size. */
export const readResize: OperatorReader = (scope) => {
  const input = scope.value(0);
  scope.map(input);
  const [height = 0, width = 0] = scope.optional(1) === null ? scope.output.shape.slice(1, 3) : scope.wholes(1);
  if (height < 1 || width < 1 || height > maxSizePx || width > maxSizePx) scope.reject(`a resize to ${height} by ${width} pixels`);
  const bilinear = scope.operator.name === 'RESIZE_BILINEAR';
  const [alignCorners, halfPixelCentres] = (bilinear ? [2, 3] : [0, 1]).map((slot) => scope.operator.options?.flag(slot) ?? false);
  if (alignCorners === true && halfPixelCentres === true) scope.refuse('both align_corners and half_pixel_centers');
  return [scope.add({ op: 'resize', height, width, method: bilinear ? 'bilinear' : 'nearest', alignCorners: alignCorners ?? false, halfPixelCentres: halfPixelCentres ?? false }, [input])];
};
