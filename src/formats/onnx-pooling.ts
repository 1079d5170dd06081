import type { LayerId } from '../contract/ids';
import type { Padding } from '../graph/ops';
import { dilatedExtent, noPadding } from '../graph/padding';
import { mapSize, readPads } from './onnx-linear';
import { sizeOf, type Placed } from './onnx-layout';
import type { NodeReader, NodeScope } from './onnx-scope';
import { settle } from './onnx-views';

/** Extra pixels at the end of one axis so that rounding down counts the windows that ONNX counts with `ceil_mode`. */
function ceilExtra(sizePx: number, before: number, after: number, extentPx: number, stride: number): number {
  let windows = Math.ceil((sizePx + before + after - extentPx) / stride) + 1;
  // A window that would start in the border behind the picture is left out.
  if ((windows - 1) * stride >= sizePx + before) windows -= 1;
  return Math.max((windows - 1) * stride + extentPx - (sizePx + before + after), 0);
}

/** Longest border that is written out as copies of single lines. */
const maxCopiedLines = 64;

/** MaxPool and AveragePool. */
export const readPool: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const size = mapSize(scope, map);
  const window = scope.pair('kernel_shape', [0, 0]);
  const strides = scope.pair('strides', [1, 1]);
  if (scope.pair('dilations', [1, 1]).some((dilation) => dilation !== 1)) scope.refuse('a window with holes (dilations)');
  const padding = readPads(scope, size, window, strides, [1, 1]);
  const ceil = scope.int('ceil_mode', 0) !== 0;
  const extra = ceil
    ? [ceilExtra(size[0], padding.top, padding.bottom, dilatedExtent(window[0], 1), strides[0]), ceilExtra(size[1], padding.left, padding.right, dilatedExtent(window[1], 1), strides[1])] as const
    : [0, 0] as const;
  const reach = (border: Padding): Padding => ({ ...border, bottom: border.bottom + extra[0], right: border.right + extra[1] });
  if (scope.node.opType === 'MaxPool') {
    if (scope.node.outputs.slice(1).some((name) => name !== '')) scope.refuse('the indices as second output');
    return [scope.layouts.placeMap(scope.add({ op: 'max-pool', window, strides, padding: reach(padding) }, [map.id]))];
  }
  const padded = padding.top + padding.bottom + padding.left + padding.right > 0;
  if (scope.int('count_include_pad', 0) === 0 || !padded) {
    return [scope.layouts.placeMap(scope.add({ op: 'average-pool', window, strides, padding: reach(padding), countPadding: false }, [map.id]))];
  }
  if (extra[0] === 0 && extra[1] === 0) return [scope.layouts.placeMap(scope.add({ op: 'average-pool', window, strides, padding, countPadding: true }, [map.id]))];
  // The file's padding counts, what rounding up adds does not: make the first part of the picture.
  const larger = scope.addBefore({ op: 'pad', padding, value: 0 }, [map.id]);
  return [scope.layouts.placeMap(scope.add({ op: 'average-pool', window, strides, padding: reach(noPadding), countPadding: false }, [larger]))];
};

/** GlobalAveragePool and GlobalMaxPool: over height and width, which stay as axes of size 1. */
export const readGlobalPool: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const op = scope.node.opType === 'GlobalMaxPool' ? 'global-max-pool' : 'global-average-pool';
  return [scope.layouts.placeMap(scope.add({ op, keepDims: true }, [map.id]))];
};

/** A mean over the last axis is remembered: of the picture it may be the mean of a layer norm, of squared distances its variance. */
function rememberMean(scope: NodeScope, input: Placed, axes: ReadonlySet<number>, keep: boolean): void {
  const last = input.logical.length - 1;
  if (scope.node.opType !== 'ReduceMean' || !keep || axes.size !== 1 || !axes.has(last)) return;
  const origin = scope.shared.origins.get(input.id);
  const isVariance = origin?.by === 'squared' && origin.axis === last;
  scope.shared.origins.set(scope.id, isVariance ? { by: 'variance', source: origin.source, factor: 1, axis: last } : { by: 'mean', source: input.id, factor: 1, axis: last });
}

/** ReduceMean, ReduceMax and ReduceSum over any axes but the batch. */
export const readReduce: NodeReader = (scope) => {
  const input = scope.placed(0);
  const rank = input.logical.length;
  const keep = scope.int('keepdims', 1) !== 0;
  const opType = scope.node.opType;
  const given = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'axes');
  if ((given === null || given.length === 0) && scope.int('noop_with_empty_axes', 0) !== 0) return [scope.layouts.moved(input, scope.add({ op: 'identity' }, [input.id]))];
  const axes = new Set((given ?? []).map((axis) => scope.axis(axis, rank)));
  if (axes.size === 0 || axes.has(0)) scope.refuse('a reduction over the pictures of a batch');
  scope.layouts.requireBatchFirst(input, scope.where);
  rememberMean(scope, input, axes, keep);
  const op = opType === 'ReduceMax' ? 'global-max-pool' : 'global-average-pool';
  const count = [...axes].reduce((product, axis) => product * sizeOf(input.logical[axis] ?? []), 1);
  const logical = input.logical.flatMap((axis, index) => (axes.has(index) ? (keep ? [[]] : []) : [axis]));
  const order = scope.layouts.findOrder(input);
  const spatial = order !== null && rank === 4 && axes.size === 2 && axes.has(order[0] ?? 0) && axes.has(order[1] ?? 0);
  if (spatial && opType !== 'ReduceSum') {
    const id = scope.add({ op, keepDims: keep }, [input.id]);
    const channels = input.stored[2] ?? [];
    return [{ id, stored: keep ? [[], [], channels] : [channels], logical }];
  }
  // Any other reduction is the mean of a map whose height holds the axes to reduce and whose channels hold the rest.
  const reduced = new Set([...axes].flatMap((axis) => input.logical[axis] ?? []));
  const all = input.stored.flat();
  const rest = all.filter((atom) => !reduced.has(atom));
  const map = scope.layouts.arrange(input, [all.filter((atom) => reduced.has(atom)), [], rest], scope.where);
  let id = scope.addBefore({ op, keepDims: false }, [map.id]);
  if (opType === 'ReduceSum') id = scope.addBefore({ op: 'scale' }, [id], { factor: { shape: [1], values: Float32Array.of(count) } });
  return settle(scope, { id, stored: [rest], logical });
};

/** LRN over the channels. */
export const readLrn: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const size = scope.int('size', 0);
  if (size < 1 || size > 4096) scope.reject(`a normalisation over ${size} channels`);
  return [scope.layouts.placeMap(scope.add({
    op: 'local-response-norm', size, alpha: scope.float('alpha', 1e-4), beta: scope.float('beta', 0.75), bias: scope.float('bias', 1),
  }, [map.id]))];
};

/** Widens one axis of a value by so many lines: `addWider` is given a map whose height is that axis. */
function widenAxis(scope: NodeScope, value: Placed, axis: number, addedLines: number, addWider: (map: LayerId, size: number) => LayerId): Placed {
  const own = value.logical[axis] ?? [];
  const others = value.stored.flat().filter((atom) => !own.includes(atom));
  const map = scope.layouts.arrange(value, [own, [], others], scope.where);
  const id = addWider(map.id, sizeOf(own));
  const wider = [{ size: sizeOf(own) + addedLines }];
  return { id, stored: [wider, [], others], logical: value.logical.map((atoms, index) => (index === axis ? wider : atoms)) };
}

/** Where the border of one axis is copied from, outermost first. `symmetric` is TensorFlow's: the edge is repeated once. */
function mirrorSources(scope: NodeScope, mode: string, size: number, before: number, after: number): { readonly front: readonly number[]; readonly back: readonly number[] } {
  const source = (distance: number, atFront: boolean): number => {
    switch (mode) {
      case 'edge': return atFront ? 0 : size - 1;
      case 'reflect': return atFront ? distance : size - 1 - distance;
      case 'symmetric': return atFront ? distance - 1 : size - distance;
      case 'wrap': return atFront ? size - distance : distance - 1;
      default: return scope.refuse(`mode '${mode}'`);
    }
  };
  if (before + after > maxCopiedLines) scope.refuse(`a copied border of ${before + after} lines, at most ${maxCopiedLines} are read`);
  const front = Array.from({ length: before }, (_, index) => source(before - index, true));
  const back = Array.from({ length: after }, (_, index) => source(index + 1, false));
  if ([...front, ...back].some((place) => place < 0 || place >= size)) scope.refuse(`a border of ${before} and ${after} copied from an axis of ${size}`);
  return { front, back };
}

/** Widens one axis by copies of its own lines: slices, joined. */
function mirrorAxis(scope: NodeScope, value: Placed, mode: string, axis: number, before: number, after: number): Placed {
  return widenAxis(scope, value, axis, before + after, (map, size) => {
    const { front, back } = mirrorSources(scope, mode, size, before, after);
    const line = (start: number): LayerId => scope.addBefore({ op: 'slice', axis: 0, start, size: 1 }, [map]);
    return scope.addBefore({ op: 'concat', axis: 0 }, [...front.map(line), map, ...back.map(line)]);
  });
}

/** Pad with a constant, or with copies of the picture's own lines; negative numbers are not read. */
export const readPad: NodeReader = (scope) => {
  const input = scope.placed(0);
  const rank = input.logical.length;
  const given = scope.text('mode', 'constant');
  const mode = given === '' ? 'constant' : given;
  const list = scope.wholeNumbers(scope.opset < 11 ? -1 : 1, 'pads') ?? [];
  const constant = scope.opset < 11 ? null : scope.optional(2);
  const fill = scope.opset < 11 ? scope.float('value', 0) : constant?.values[0] ?? 0;
  const axes = (scope.inputCount > 3 ? scope.wholeNumbers(3, 'axes') : null) ?? Array.from({ length: rank }, (_, axis) => axis);
  if (list.length !== 2 * axes.length) scope.reject(`${list.length} paddings for ${axes.length} axes`);
  if (!Number.isFinite(fill)) scope.refuse(`padding with ${fill}`);
  const borders = new Map<number, readonly [number, number]>();
  axes.forEach((value, index) => {
    const border = [list[index] ?? 0, list[index + axes.length] ?? 0] as const;
    if (border[0] < 0 || border[1] < 0) scope.refuse('negative padding');
    if (border[0] + border[1] > 0) borders.set(scope.axis(value, rank), border);
  });
  if (borders.has(0)) scope.refuse('padding of the batch');
  scope.layouts.requireBatchFirst(input, scope.where);
  if (mode !== 'constant') {
    let mirrored = input;
    for (const [axis, [before, after]] of borders) mirrored = mirrorAxis(scope, mirrored, mode, axis, before, after);
    return settle(scope, mirrored);
  }
  const order = scope.layouts.findOrder(input) ?? [];
  const [rows = 0, columns = 0, channels = 0] = order;
  if (rank === 4 && order.length === 3 && !borders.has(channels)) {
    const [top, bottom] = borders.get(rows) ?? [0, 0];
    const [left, right] = borders.get(columns) ?? [0, 0];
    return [scope.layouts.place(scope.add({ op: 'pad', padding: { top, bottom, left, right }, value: fill }, [input.id]), order, 4)];
  }
  let value = input;
  for (const [axis, [before, after]] of borders) {
    const padding = { ...noPadding, top: before, bottom: after };
    value = widenAxis(scope, value, axis, before + after, (map) => scope.addBefore({ op: 'pad', padding, value: fill }, [map]));
  }
  return settle(scope, value);
};
