import type { WeightArray } from '../graph/network-graph';
import type { Activation } from '../graph/ops';
import type { TfliteConstant } from './tflite-constant';
import type { OperatorReader, OperatorScope, TfliteValue } from './tflite-scope';

const largest = 3.4028234663852886e38;

/** A constant as it broadcasts against a value of the graph, which has no batch axis. */
export function dropLeadingOnes(scope: OperatorScope, constant: TfliteConstant, value: TfliteValue): WeightArray {
  const rank = scope.shared.builder.shapeOf(value.id).length;
  const extra = Math.max(constant.shape.length - rank, 0);
  if (constant.shape.slice(0, extra).some((size) => size !== 1)) scope.refuse(`a constant [${constant.shape.join(', ')}] larger than [${scope.shapeOf(value).join(', ')}]`);
  const shape = constant.shape.slice(extra);
  if (constant.values.length === 0) scope.reject('an empty constant');
  // The graph's constants have at least one axis.
  return { shape: shape.length === 0 ? [1] : shape, values: constant.values };
}

function mapConstant(weight: WeightArray, change: (value: number) => number): WeightArray {
  return { shape: weight.shape, values: weight.values.map(change) };
}

function withConstant(scope: OperatorScope, value: TfliteValue, constant: WeightArray, constantIsLeft: boolean): TfliteValue {
  const scale = { op: 'scale' } as const;
  switch (scope.operator.name) {
    case 'ADD': return scope.addFused(0, scale, [value], { offset: constant });
    case 'MUL': return scope.addFused(0, scale, [value], { factor: constant });
    case 'SUB': return constantIsLeft
      ? scope.addFused(0, scale, [value], { factor: { shape: [1], values: Float32Array.of(-1) }, offset: constant })
      : scope.addFused(0, scale, [value], { offset: mapConstant(constant, (entry) => -entry) });
    default: return constantIsLeft ? scope.refuse('a constant divided by a value') : scope.addFused(0, scale, [value], { factor: mapConstant(constant, (entry) => 1 / entry) });
  }
}

const binary = { ADD: 'add', SUB: 'subtract', MUL: 'multiply', DIV: 'divide' } as const;

/** ADD, SUB, MUL and DIV of two values, or of a value and a constant. */
export const readBinary: OperatorReader = (scope) => {
  const [left, right] = [scope.computed(0), scope.computed(1)];
  if (left !== null && right !== null) {
    const op = binary[scope.operator.name as keyof typeof binary];
    const [a, b] = [scope.shapeOf(left), scope.shapeOf(right)];
    // Shapes align at their last axes: a value without batch may be the smaller one, not the larger.
    if (left.batched !== right.batched && (left.batched ? b.length >= a.length : a.length >= b.length)) scope.refuse(`[${a.join(', ')}] and [${b.join(', ')}], only one of which has a batch`);
    const sum = scope.addFused(0, { op }, [left, right]);
    return [{ ...sum, batched: left.batched || right.batched }];
  }
  const value = left ?? scope.value(1);
  return [withConstant(scope, value, dropLeadingOnes(scope, scope.constant(left === null ? 0 : 1), value), left === null)];
};

/** ADD_N: a sum of any number of values. */
export const readSum: OperatorReader = (scope) => [scope.add({ op: 'add' }, scope.operator.inputs.map((_, index) => scope.value(index)))];

/** A reader for an activation function. */
export function activationReader(read: (scope: OperatorScope) => Activation): OperatorReader {
  return (scope) => [scope.add({ op: 'activation', activation: read(scope) }, [scope.value(0)])];
}

/** MAXIMUM and MINIMUM with one number are one-sided clips. */
export const readLimit: OperatorReader = (scope) => {
  const place = scope.computed(0) === null ? 1 : 0;
  const limit = scope.number(1 - place);
  const value = scope.value(place);
  if (scope.operator.name === 'MINIMUM') return [scope.add({ op: 'activation', activation: { kind: 'clip', min: -largest, max: limit } }, [value])];
  return [scope.add({ op: 'activation', activation: limit === 0 ? { kind: 'relu' } : { kind: 'clip', min: limit, max: largest } }, [value])];
};

/** NEG: times -1. */
export const readNegative: OperatorReader = (scope) => [scope.add({ op: 'scale' }, [scope.value(0)], { factor: { shape: [1], values: Float32Array.of(-1) } })];

/** SOFTMAX over the last axis. */
export const readSoftmax: OperatorReader = (scope) => {
  const beta = scope.operator.options?.float(0, 0) ?? 0;
  const input = scope.value(0);
  // 0 is what a file says that leaves it out; TFLite runs such files as 1.
  if (beta === 0 || beta === 1) return [scope.add({ op: 'softmax' }, [input])];
  if (!Number.isFinite(beta)) return scope.reject(`beta ${beta}`);
  return [scope.add({ op: 'softmax' }, [scope.addBefore({ op: 'scale' }, [input], { factor: { shape: [1], values: Float32Array.of(beta) } })])];
};

/** QUANTIZE, DEQUANTIZE and CAST: numbers here are real ones already. */
export const readRename: OperatorReader = (scope) => {
  const value = scope.computed(0);
  return value === null ? scope.constant(0) : [scope.add({ op: 'identity' }, [value])];
};
