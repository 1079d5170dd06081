import { AppError } from '../contract/errors';
import type { GraphNode, Shape } from './network-graph';
import type { Operation, Padding } from './ops';
import { countWindows, dilatedExtent } from './padding';

/** Largest activation or weight array we agree to allocate, in elements (1 GiB of float32). */
export const maxElements = 2 ** 28;

type Weights = GraphNode['weights'];

/** Number of elements of a shape (1 for `[]`). @throws AppError 'format-too-large' above {@link maxElements}, 'graph-unsupported' when a size is not a positive integer */
export function countElements(shape: readonly number[], where: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 1) throw new AppError('graph-unsupported', `${where}: size ${size} in shape [${shape.join(', ')}]`);
    count *= size;
    if (count > maxElements) throw new AppError('format-too-large', `${where}: shape [${shape.join(', ')}] has more than ${maxElements} elements`);
  }
  return count;
}

function fail(where: string, message: string): never {
  throw new AppError('graph-unsupported', `${where}: ${message}`);
}

function asMap(shape: Shape | undefined, where: string): readonly [number, number, number] {
  const [height, width, channels] = shape ?? [];
  if (shape?.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    return fail(where, `needs a [h, w, c] input, has [${(shape ?? []).join(', ')}]`);
  }
  return [height, width, channels];
}

function expectWeight(weights: Weights, role: keyof Weights, expected: readonly number[], where: string): void {
  const actual = weights[role];
  if (actual === undefined) throw new AppError('format-malformed', `${where}: weight '${role}' is missing`);
  if (actual.shape.length !== expected.length || actual.shape.some((size, axis) => size !== expected[axis])) {
    throw new AppError('format-malformed', `${where}: weight '${role}' is [${actual.shape.join(', ')}], expected [${expected.join(', ')}]`);
  }
  if (actual.values.length !== countElements(expected, where)) {
    throw new AppError('format-malformed', `${where}: weight '${role}' holds ${actual.values.length} values, its shape needs ${countElements(expected, where)}`);
  }
}

function expectOptional(weights: Weights, roles: readonly (keyof Weights)[], expected: readonly number[], where: string): void {
  for (const role of roles) if (weights[role] !== undefined) expectWeight(weights, role, expected, where);
}

function slide(
  map: readonly [number, number, number], window: readonly [number, number], strides: readonly [number, number],
  dilations: readonly [number, number], padding: Padding, where: string,
): readonly [number, number] {
  for (const value of [...window, ...strides, ...dilations]) {
    if (!Number.isSafeInteger(value) || value < 1) fail(where, `window, stride or dilation ${value}`);
  }
  for (const value of Object.values(padding)) if (!Number.isSafeInteger(value) || value < 0) fail(where, `padding ${value}`);
  const height = countWindows(map[0], padding.top + padding.bottom, dilatedExtent(window[0], dilations[0]), strides[0]);
  const width = countWindows(map[1], padding.left + padding.right, dilatedExtent(window[1], dilations[1]), strides[1]);
  if (height < 1 || width < 1) fail(where, `window ${window.join('x')} does not fit into ${map[0]}x${map[1]}`);
  return [height, width];
}

/** Broadcast of two shapes by NumPy's rule, aligned at the last axis. @throws AppError 'graph-unsupported' */
function broadcastShapes(a: Shape, b: Shape, where: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return fail(where, `[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    return Math.max(left, right);
  });
}

function kernelShape(weights: Weights, rank: number, where: string): readonly number[] {
  const shape = weights.kernel?.shape;
  if (shape === undefined) throw new AppError('format-malformed', `${where}: weight 'kernel' is missing`);
  if (shape.length !== rank) throw new AppError('format-malformed', `${where}: kernel of rank ${shape.length}, expected ${rank}`);
  return shape;
}

function inferConvolution(operation: Extract<Operation, { op: 'conv2d' }>, input: Shape | undefined, weights: Weights, where: string): Shape {
  const map = asMap(input, where);
  const [kh = 0, kw = 0, perGroup = 0, filters = 0] = kernelShape(weights, 4, where);
  if (operation.groups < 1 || perGroup * operation.groups !== map[2] || filters % operation.groups !== 0) {
    throw new AppError('format-malformed', `${where}: kernel [${kh}, ${kw}, ${perGroup}, ${filters}] with ${operation.groups} group(s) does not fit ${map[2]} channels`);
  }
  expectWeight(weights, 'kernel', [kh, kw, perGroup, filters], where);
  expectOptional(weights, ['bias'], [filters], where);
  return [...slide(map, [kh, kw], operation.strides, operation.dilations, operation.padding, where), filters];
}

function inferDepthwise(operation: Extract<Operation, { op: 'depthwise-conv2d' }>, input: Shape | undefined, weights: Weights, where: string): Shape {
  const map = asMap(input, where);
  const [kh = 0, kw = 0, , multiplier = 0] = kernelShape(weights, 4, where);
  expectWeight(weights, 'kernel', [kh, kw, map[2], multiplier], where);
  expectOptional(weights, ['bias'], [map[2] * multiplier], where);
  return [...slide(map, [kh, kw], operation.strides, operation.dilations, operation.padding, where), map[2] * multiplier];
}

function inferConcat(axis: number, inputs: readonly Shape[], where: string): Shape {
  const [first, ...others] = inputs;
  if (first === undefined || axis < 0 || axis >= first.length) return fail(where, `concatenation along axis ${axis}`);
  let size = first[axis] ?? 0;
  for (const other of others) {
    if (other.length !== first.length || other.some((value, index) => index !== axis && value !== first[index])) {
      fail(where, `cannot join [${first.join(', ')}] and [${other.join(', ')}] along axis ${axis}`);
    }
    size += other[axis] ?? 0;
  }
  return first.map((value, index) => (index === axis ? size : value));
}

function expectArity(operation: Operation, inputs: readonly Shape[], where: string): void {
  const many = operation.op === 'add' || operation.op === 'multiply' || operation.op === 'concat';
  const expected = operation.op === 'input' ? 0 : operation.op === 'subtract' || operation.op === 'divide' ? 2 : 1;
  if (many ? inputs.length < 1 : inputs.length !== expected) fail(where, `'${operation.op}' with ${inputs.length} inputs`);
}

function infer(operation: Operation, inputs: readonly Shape[], weights: Weights, where: string): Shape {
  const input = inputs[0];
  const shape = input ?? [];
  const channels = shape.at(-1) ?? 0;
  switch (operation.op) {
    case 'input': return fail(where, 'the shape of an input is given, not inferred');
    case 'conv2d': return inferConvolution(operation, input, weights, where);
    case 'depthwise-conv2d': return inferDepthwise(operation, input, weights, where);
    case 'dense': {
      if (shape.length !== 1) fail(where, `dense layer on [${shape.join(', ')}]`);
      const units = kernelShape(weights, 2, where)[1] ?? 0;
      expectWeight(weights, 'kernel', [channels, units], where);
      expectOptional(weights, ['bias'], [units], where);
      return [units];
    }
    case 'batch-norm':
      expectWeight(weights, 'mean', [channels], where);
      expectWeight(weights, 'variance', [channels], where);
      expectOptional(weights, ['gamma', 'beta'], [channels], where);
      return shape;
    case 'prelu': {
      if (weights.slope === undefined) throw new AppError('format-malformed', `${where}: weight 'slope' is missing`);
      expectWeight(weights, 'slope', weights.slope.shape, where);
      if (broadcastShapes(shape, weights.slope.shape, where).some((size, axis) => size !== shape[axis])) fail(where, 'slope is larger than its input');
      return shape;
    }
    case 'scale': {
      let result = shape;
      for (const role of ['factor', 'offset'] as const) {
        const weight = weights[role];
        if (weight === undefined) continue;
        expectWeight(weights, role, weight.shape, where);
        result = broadcastShapes(result, weight.shape, where);
      }
      return result;
    }
    case 'group-norm':
      if (!operation.eachPlace) asMap(input, where);
      if (!Number.isSafeInteger(operation.groups) || operation.groups < 1 || channels % operation.groups !== 0) fail(where, `${operation.groups} groups of ${channels} channels`);
      expectOptional(weights, ['gamma', 'beta'], [channels], where);
      return shape;
    case 'activation': case 'softmax': case 'log-softmax': case 'identity': return shape;
    case 'local-response-norm': return asMap(input, where);
    case 'add': case 'multiply': case 'subtract': case 'divide':
      return inputs.reduce((left, right) => broadcastShapes(left, right, where));
    case 'concat': return inferConcat(operation.axis, inputs, where);
    case 'max-pool': case 'average-pool': {
      const map = asMap(input, where);
      const { padding, window } = operation;
      if (Math.max(padding.top, padding.bottom) >= window[0] || Math.max(padding.left, padding.right) >= window[1]) fail(where, 'padding as large as the pooling window');
      return [...slide(map, window, operation.strides, [1, 1], padding, where), map[2]];
    }
    case 'global-average-pool': case 'global-max-pool': {
      const map = asMap(input, where);
      return operation.keepDims ? [1, 1, map[2]] : [map[2]];
    }
    case 'pad': {
      const map = asMap(input, where);
      const { top, bottom, left, right } = operation.padding;
      return [map[0] + top + bottom, map[1] + left + right, map[2]];
    }
    case 'flatten': return [countElements(shape, where)];
    case 'reshape':
      if (countElements(operation.shape, where) !== countElements(shape, where)) fail(where, `[${shape.join(', ')}] cannot become [${operation.shape.join(', ')}]`);
      return operation.shape;
    case 'slice': {
      const size = shape[operation.axis];
      if (size === undefined || operation.start < 0 || operation.size < 1 || operation.start + operation.size > size) fail(where, 'slice outside its input');
      return shape.map((value, axis) => (axis === operation.axis ? operation.size : value));
    }
    case 'resize': return [operation.height, operation.width, asMap(input, where)[2]];
    case 'transpose': {
      const axes = [...operation.permutation].sort((a, b) => a - b);
      if (axes.length !== shape.length || axes.some((axis, index) => axis !== index)) fail(where, `permutation [${operation.permutation.join(', ')}]`);
      return operation.permutation.map((axis) => shape[axis] ?? 0);
    }
  }
}

/**
 * Shape of a node's value from the shapes of its inputs, all without the batch axis; checks weights on the way.
 *
 * @throws AppError 'graph-unsupported' (shapes do not fit), 'format-malformed' (weights do not fit), 'format-too-large'
 */
export function inferShape(operation: Operation, inputs: readonly Shape[], weights: Weights, where: string): Shape {
  expectArity(operation, inputs, where);
  const shape = infer(operation, inputs, weights, where);
  countElements(shape, where);
  return shape;
}
