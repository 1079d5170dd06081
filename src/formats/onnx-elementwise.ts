import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { Activation, Operation } from '../graph/ops';
import type { Constant } from './onnx-constant';
import { shapeOf, sizeOf, type Placed } from './onnx-layout';
import type { NodeReader, NodeScope, OnnxValue, PartOfGelu } from './onnx-scope';
import { readCentredQuotient } from './onnx-normalisation';
import { settle } from './onnx-views';

const largest = 3.4028234663852886e38;

function near(value: number | undefined, wanted: number): boolean {
  return value !== undefined && Math.abs(value - wanted) < 1e-4;
}

function scalarOf(constant: Constant): number | null {
  return constant.values.length === 1 ? constant.values[0] ?? null : null;
}

function addActivation(scope: NodeScope, activation: Activation, input = scope.placed(0)): readonly Placed[] {
  return [scope.layouts.moved(input, scope.add({ op: 'activation', activation }, [input.id]))];
}

/** A reader for an activation function whose settings are attributes. */
export function activationReader(read: (scope: NodeScope) => Activation): NodeReader {
  return (scope) => addActivation(scope, read(scope));
}

/** Sigmoid, remembered: times its input it is SiLU. */
export const readSigmoid: NodeReader = (scope) => {
  const input = scope.placed(0);
  scope.shared.origins.set(scope.id, { by: 'sigmoid', source: input.id, factor: 1 });
  return addActivation(scope, { kind: 'sigmoid' }, input);
};

/** HardSigmoid, remembered where it is the gate of a HardSwish. */
export const readHardSigmoid: NodeReader = (scope) => {
  const input = scope.placed(0);
  const slope = scope.float('alpha', 0.2);
  const offset = scope.float('beta', 0.5);
  if (near(slope, 1 / 6) && near(offset, 0.5)) scope.shared.origins.set(scope.id, { by: 'hard-swish-gate', source: input.id, factor: 1 });
  return addActivation(scope, { kind: 'hard-sigmoid', slope, offset }, input);
};

function clip(scope: NodeScope, min: number, max: number): readonly Placed[] {
  if (!(min <= max)) scope.reject(`limits ${min} and ${max}`);
  if (min === 0 && max >= largest) return addActivation(scope, { kind: 'relu' });
  if (min === 0 && max === 6) return addActivation(scope, { kind: 'relu6' });
  return addActivation(scope, { kind: 'clip', min: Math.max(min, -largest), max: Math.min(max, largest) });
}

/** Clip: limits are attributes before opset 11, inputs since. */
export const readClip: NodeReader = (scope) => {
  const limit = (index: number, name: string, missing: number): number => {
    if (scope.opset < 11) return scope.float(name, missing);
    const constant = scope.optional(index);
    return constant === null ? missing : scalarOf(constant) ?? scope.reject(`'${name}' is not one number`);
  };
  return clip(scope, limit(1, 'min', -largest), limit(2, 'max', largest));
};

/** Max and Min with one number are one-sided clips. */
export const readLimit: NodeReader = (scope) => {
  const limit = scope.inputCount === 2 ? scalarOf(scope.constant(1)) : null;
  if (limit === null) return scope.refuse('only read with one number as second input');
  return scope.node.opType === 'Max' ? clip(scope, limit, largest) : clip(scope, -largest, limit);
};

/** PRelu with a stored slope that broadcasts. */
export const readPRelu: NodeReader = (scope) => {
  const input = scope.placed(0);
  const slope = scope.layouts.alignConstant(scope.constant(1), input, scope.where);
  return [scope.layouts.moved(input, scope.add({ op: 'prelu' }, [input.id], { slope }))];
};

/** Selu: `gamma * elu(x, alpha)`. */
export const readSelu: NodeReader = (scope) => {
  const input = scope.placed(0);
  const curve = scope.addBefore({ op: 'activation', activation: { kind: 'elu', alpha: scope.float('alpha', 1.6732632423543772) } }, [input.id]);
  const factor = { shape: [1], values: Float32Array.of(scope.float('gamma', 1.0507009873554805)) };
  return [scope.layouts.moved(input, scope.add({ op: 'scale' }, [curve], { factor }))];
};

/** Softmax and LogSoftmax over one axis; before opset 13 over that axis and all after it. */
export const readSoftmax: NodeReader = (scope) => {
  const input = scope.placed(0);
  const rank = input.logical.length;
  const axis = scope.axis(scope.int('axis', scope.opset < 13 ? 1 : -1), rank);
  if (axis === 0) scope.refuse('softmax over the pictures of a batch');
  scope.layouts.requireBatchFirst(input, scope.where);
  const within = new Set(input.logical.slice(axis, scope.opset < 13 ? rank : axis + 1).flat());
  const isWithin = (atoms: readonly { readonly size: number }[]): boolean => atoms.length === within.size && atoms.every((atom) => within.has(atom));
  // The order inside the group does not matter to a softmax, so what lies last as a whole stays where it is.
  const op = scope.node.opType === 'LogSoftmax' ? 'log-softmax' : 'softmax';
  if (isWithin(input.stored.at(-1) ?? [])) return [scope.layouts.moved(input, scope.add({ op }, [input.id]))];
  const all = input.stored.flat();
  const others = all.filter((atom) => !within.has(atom));
  const group = all.filter((atom) => within.has(atom));
  const value = scope.layouts.arrange(input, others.length === 0 ? [group] : [others, group], scope.where);
  return settle(scope, scope.layouts.moved(value, scope.addBefore({ op }, [value.id])));
};

/** Erf, which exists only inside a GELU. */
export const readErf: NodeReader = (scope) => {
  const input = scope.placed(0);
  const origin = scope.shared.origins.get(input.id);
  if (origin?.by !== 'scale' || !near(origin.factor, Math.SQRT1_2)) return scope.refuse('Erf is only read as part of a GELU');
  return { kind: 'part-of-gelu', part: { source: scope.layouts.moved(input, origin.source), plusOne: false, halved: false, timesSource: false } };
};

function continueGelu(scope: NodeScope, part: PartOfGelu, other: OnnxValue | undefined): OnnxValue {
  const opType = scope.node.opType;
  const scalar = other?.kind === 'constant' ? scalarOf(other.constant) ?? undefined : undefined;
  const origin = other?.kind === 'placed' ? scope.shared.origins.get(other.placed.id) : undefined;
  let next: PartOfGelu | null = null;
  if (opType === 'Add' && near(scalar, 1) && !part.plusOne && !part.halved) next = { ...part, plusOne: true };
  else if (part.plusOne && !part.halved && ((opType === 'Mul' && near(scalar, 0.5)) || (opType === 'Div' && near(scalar, 2)))) next = { ...part, halved: true };
  else if (part.plusOne && !part.timesSource && opType === 'Mul' && other?.kind === 'placed') {
    if (other.placed.id === part.source.id) next = { ...part, timesSource: true };
    else if (!part.halved && origin?.by === 'scale' && origin.source === part.source.id && near(origin.factor, 0.5)) next = { ...part, timesSource: true, halved: true };
  }
  if (next === null) return scope.refuse('Erf is only read as part of a GELU');
  if (!next.halved || !next.timesSource) return { kind: 'part-of-gelu', part: next };
  const id = scope.add({ op: 'activation', activation: { kind: 'gelu', approximate: false } }, [next.source.id]);
  return { kind: 'placed', placed: scope.layouts.moved(next.source, id) };
}

/** A picture's value and a constant: one factor, one offset. */
function addScale(scope: NodeScope, value: Placed, constant: Constant, constantFirst: boolean): readonly Placed[] {
  const opType = scope.node.opType;
  const aligned = scope.layouts.alignConstant(constant, value, scope.where);
  const mapped = (change: (one: number) => number): typeof aligned => ({ shape: aligned.shape, values: aligned.values.map(change) });
  const scalar = scalarOf(constant);
  const add = (weights: Parameters<NodeScope['add']>[2]): readonly Placed[] => [scope.layouts.moved(value, scope.add({ op: 'scale' }, [value.id], weights))];
  const remember = (factor: number): void => { scope.shared.origins.set(scope.id, { by: 'scale', source: value.id, factor }); };
  switch (opType) {
    case 'Add': case 'Sum': {
      const origin = scope.shared.origins.get(value.id);
      if (origin?.by === 'variance' && scalar !== null) scope.shared.origins.set(scope.id, { ...origin, by: 'raised', factor: scalar });
      return add({ offset: aligned });
    }
    case 'Sub': return add(constantFirst ? { factor: { shape: [1], values: Float32Array.of(-1) }, offset: aligned } : { offset: mapped((one) => -one) });
    case 'Mul':
      if (scalar !== null) remember(scalar);
      return add({ factor: aligned });
    default:
      if (constantFirst) return scope.refuse('a constant divided by a computed value');
      if (scalar !== null) remember(1 / scalar);
      return add({ factor: mapped((one) => 1 / one) });
  }
}

const branchOperations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['Add', { op: 'add' }], ['Sum', { op: 'add' }], ['Sub', { op: 'subtract' }], ['Mul', { op: 'multiply' }], ['Div', { op: 'divide' }],
]);

/** Where every atom lies, by position: two values with the same description can be combined element by element. */
function describe(value: Placed): string {
  const flat = value.stored.flat();
  return JSON.stringify([value.stored.map((axis) => axis.map((atom) => atom.size)), value.logical.map((axis) => axis.map((atom) => flat.indexOf(atom)))]);
}

/** Both values with their axes in the same order, the order of the larger one. */
export function alignBranches(scope: NodeScope, values: readonly Placed[]): { readonly aligned: readonly Placed[]; readonly order: readonly number[] | null } {
  const [first, ...others] = values;
  if (first === undefined) return scope.reject('no inputs');
  const rank = first.logical.length;
  if (others.some((other) => other.logical.length !== rank)) {
    throw new AppError('graph-unsupported', `${scope.where}: inputs ${values.map((value) => `[${shapeOf(value).join(', ')}]`).join(' and ')}`);
  }
  const size = (value: Placed): number => value.logical.reduce((product, axis) => product * sizeOf(axis), 1);
  const bySize = [...values].sort((a, b) => size(b) - size(a));
  const order = bySize.map((value) => scope.layouts.findOrder(value)).find((found) => found !== null) ?? null;
  if (others.every((other) => describe(other) === describe(first))) return { aligned: values, order: scope.layouts.findOrder(first) };
  const chosen = order ?? scope.layouts.usualOrder(rank);
  return { aligned: values.map((value) => scope.layouts.ordered(value, chosen, scope.where)), order: chosen };
}

/** `x - mean(x)`, and that times itself, are remembered: they are how a layer norm is written out. */
function rememberNorm(scope: NodeScope, left: Placed, right: Placed, source: LayerId, operation: Operation): void {
  const origin = scope.shared.origins.get(right.id);
  if (origin === undefined) return;
  if (operation.op === 'subtract' && origin.by === 'mean' && origin.source === left.id) scope.shared.origins.set(scope.id, { ...origin, source, by: 'centred' });
  if (operation.op === 'multiply' && origin.by === 'centred' && right.id === left.id) scope.shared.origins.set(scope.id, { ...origin, by: 'squared' });
}

function addBranches(scope: NodeScope, left: Placed, right: Placed): readonly Placed[] {
  const operation = branchOperations.get(scope.node.opType) ?? scope.refuse('two computed inputs');
  if (operation.op === 'multiply') {
    for (const [value, gate] of [[left, right], [right, left]] as const) {
      const origin = scope.shared.origins.get(gate.id);
      if (origin === undefined || origin.source !== value.id || (origin.by !== 'sigmoid' && origin.by !== 'hard-swish-gate')) continue;
      return addActivation(scope, { kind: origin.by === 'sigmoid' ? 'silu' : 'hard-swish' }, value);
    }
  }
  const { aligned, order } = alignBranches(scope, [left, right]);
  const id = scope.add(operation, aligned.map((value) => value.id));
  rememberNorm(scope, left, right, (aligned[0] ?? left).id, operation);
  if (order === null) return [scope.layouts.moved(aligned[0] ?? left, id)];
  return [scope.layouts.place(id, order, left.logical.length)];
}

/** Sum of three or more branches of one shape. */
function sumMany(scope: NodeScope): readonly Placed[] {
  const values = scope.node.inputs.map((_, index) => scope.placed(index));
  const { aligned, order } = alignBranches(scope, values);
  const id = scope.add({ op: 'add' }, aligned.map((value) => value.id));
  const [first] = aligned;
  if (first === undefined) return scope.reject('no inputs');
  return [order === null ? scope.layouts.moved(first, id) : scope.layouts.place(id, order, first.logical.length)];
}

/** Add, Sub, Mul, Div (and Sum): with a constant a scale, between branches an operation of two inputs. */
export const readArithmetic: NodeReader = (scope) => {
  if (scope.inputCount === 1 && scope.node.opType === 'Sum') return [scope.layouts.moved(scope.placed(0), scope.add({ op: 'identity' }, [scope.placed(0).id]))];
  if (scope.inputCount > 2 && scope.node.opType === 'Sum') return sumMany(scope);
  if (scope.inputCount !== 2) return scope.refuse(`${scope.inputCount} inputs, two are read`);
  const left = scope.value(0);
  const right = scope.value(1);
  if (left?.kind === 'part-of-gelu') return continueGelu(scope, left.part, right);
  if (right?.kind === 'part-of-gelu') return scope.node.opType === 'Div' || scope.node.opType === 'Sub' ? scope.refuse('Erf is only read as part of a GELU') : continueGelu(scope, right.part, left);
  if (left?.kind === 'placed' && right?.kind === 'deviation' && scope.node.opType === 'Div') return readCentredQuotient(scope, left.placed, right.deviation);
  if (left?.kind === 'placed' && right?.kind === 'placed') return addBranches(scope, left.placed, right.placed);
  if (left?.kind === 'placed' && right?.kind === 'constant') return addScale(scope, left.placed, right.constant, false);
  if (left?.kind === 'constant' && right?.kind === 'placed') return addScale(scope, right.placed, left.constant, true);
  return left === undefined || right === undefined ? scope.reject('an input is missing') : scope.refuse('Sqrt is only read as part of a layer norm');
};

/** Neg: times -1. */
export const readNeg: NodeReader = (scope) => {
  const input = scope.placed(0);
  return [scope.layouts.moved(input, scope.add({ op: 'scale' }, [input.id], { factor: { shape: [1], values: Float32Array.of(-1) } }))];
};

/** Pow with the stored exponents 1, 2 and 3; GELU's tanh form uses the third. */
export const readPow: NodeReader = (scope) => {
  const input = scope.placed(0);
  const exponent = scalarOf(scope.constant(1));
  if (exponent !== 1 && exponent !== 2 && exponent !== 3) return scope.refuse(`the exponent ${String(exponent)}; 1, 2 and 3 are read`);
  const origin = scope.shared.origins.get(input.id);
  if (exponent === 2 && origin?.by === 'centred') scope.shared.origins.set(scope.id, { ...origin, by: 'squared' });
  return [scope.layouts.moved(input, scope.add({ op: 'multiply' }, Array.from({ length: exponent }, () => input.id)))];
};
