import { countElements } from '../graph/shapes';
import { isRealType, nameOfType } from './onnx-constant';
import { shapeOf, sizeOf, type Atom, type Placed } from './onnx-layout';
import type { NodeReader, NodeScope } from './onnx-scope';

type Axes = readonly (readonly Atom[])[];

/**
 * Gives a value the node's name where nothing is computed; what has become a vector is stored as one, and a picture whose axes
 * were really mixed (channel shuffle) is put in order, so that the layer shows what the file says.
 */
function named(scope: NodeScope, value: Placed): readonly Placed[] {
  const { layouts } = scope;
  const isPicture = value.logical.length === 4 && value.logical[0]?.[0] === layouts.batch;
  if (isPicture && layouts.findOrder(value) === null) return named(scope, layouts.asMap(value, scope.where));
  if (value.logical.length <= 2 && value.stored.length > 1) {
    return [{ id: scope.add({ op: 'flatten' }, [value.id]), stored: [value.stored.flat()], logical: value.logical }];
  }
  return [{ ...value, id: scope.add({ op: 'identity' }, [value.id]) }];
}

/** Brings a value that was computed in an odd arrangement back to NHWC (or plain order) under the node's name. */
export function settle(scope: NodeScope, value: Placed): readonly Placed[] {
  return named(scope, scope.layouts.ordered(value, scope.layouts.usualOrder(value.logical.length), scope.where));
}

function splitAtom(value: Placed, atom: Atom, first: Atom, second: Atom): Placed {
  const replace = (axes: Axes): Axes => axes.map((axis) => axis.flatMap((one) => (one === atom ? [first, second] : [one])));
  return { id: value.id, stored: replace(value.stored), logical: replace(value.logical) };
}

/** Regroups the atoms of a tensor into axes of other sizes; null where an axis would have to be cut across. */
function regroup(value: Placed, target: readonly number[], batch: Atom): Placed | null {
  let current = value;
  const waiting = [...value.logical.flat()];
  const logical: (readonly Atom[])[] = [];
  for (const size of target) {
    const taken: Atom[] = [];
    let rest = size;
    while (waiting[0] === batch && (batch.size === 1 || rest > 1) && rest % batch.size === 0) {
      taken.push(batch);
      waiting.shift();
      rest /= batch.size;
    }
    while (rest > 1) {
      const [atom] = waiting;
      if (atom === undefined || atom === batch) return null;
      if (rest % atom.size === 0) {
        taken.push(atom);
        waiting.shift();
        rest /= atom.size;
        continue;
      }
      if (atom.size % rest !== 0) return null;
      const first = { size: rest };
      const second = { size: atom.size / rest };
      current = splitAtom(current, atom, first, second);
      taken.push(first);
      waiting[0] = second;
      rest = 1;
    }
    logical.push(taken);
  }
  return waiting.length > 0 ? null : { id: current.id, stored: current.stored, logical };
}

/** A tensor under another shape of as many elements; moves data only where axes are cut across. */
function reshapeTo(scope: NodeScope, value: Placed, target: readonly number[]): Placed {
  countElements(target, scope.where);
  const { batch } = scope.layouts;
  const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  if (product(target) !== product(shapeOf(value))) scope.reject(`[${shapeOf(value).join(', ')}] cannot become [${target.join(', ')}]`);
  const regrouped = regroup(value, target, batch);
  if (regrouped !== null) return regrouped;
  scope.layouts.requireBatchFirst(value, scope.where);
  const plain = scope.layouts.arrange(value, [value.logical.slice(1).flat()], scope.where);
  const whole = [{ size: sizeOf(plain.stored[0] ?? []) }];
  return regroup({ id: plain.id, stored: [whole], logical: [[batch], whole] }, target, batch) ?? scope.refuse('a reshape that mixes the pictures of a batch');
}

/** Reshape with 0 (keep) and -1 (the rest). */
export const readReshape: NodeReader = (scope) => {
  const value = scope.placed(0);
  const sizes = shapeOf(value);
  const list = scope.wholeNumbers(1, 'shape') ?? scope.reject('no shape');
  const keepZero = scope.int('allowzero', 0) === 0;
  const target = list.map((size, axis) => (size === 0 && keepZero ? sizes[axis] ?? scope.reject(`shape [${list.join(', ')}]`) : size));
  const open = target.indexOf(-1);
  if (open >= 0) {
    const known = target.reduce((product, size, axis) => (axis === open ? product : product * size), 1);
    target[open] = sizes.reduce((product, size) => product * size, 1) / known;
  }
  if (target.some((size) => !Number.isSafeInteger(size) || size < 1)) scope.reject(`[${sizes.join(', ')}] cannot become [${list.join(', ')}]`);
  return named(scope, reshapeTo(scope, value, target));
};

/** Flatten into two axes. */
export const readFlatten: NodeReader = (scope) => {
  const value = scope.placed(0);
  const rank = value.logical.length;
  const given = scope.int('axis', 1);
  const axis = given === rank ? rank : scope.axis(given, rank);
  return named(scope, { ...value, logical: [value.logical.slice(0, axis).flat(), value.logical.slice(axis).flat()] });
};

/** Transpose: only the logical order changes. */
export const readTranspose: NodeReader = (scope) => {
  const value = scope.placed(0);
  const rank = value.logical.length;
  const given = scope.wholeNumbers(-1, 'perm') ?? [];
  const order = given.length === 0 ? Array.from({ length: rank }, (_, index) => rank - 1 - index) : given.map((axis) => scope.axis(axis, rank));
  if (order.length !== rank || new Set(order).size !== rank) scope.reject(`order [${order.join(', ')}] of ${rank} axes`);
  return named(scope, { ...value, logical: order.map((axis) => value.logical[axis] ?? []) });
};

/** Squeeze: axes come as an attribute before opset 13. Without axes the batch stays. */
export const readSqueeze: NodeReader = (scope) => {
  const value = scope.placed(0);
  const rank = value.logical.length;
  const given = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'axes');
  const gone = new Set(given === null || given.length === 0
    ? value.logical.flatMap((atoms, axis) => (atoms.length === 0 ? [axis] : []))
    : given.map((axis) => scope.axis(axis, rank)));
  if ([...gone].some((axis) => sizeOf(value.logical[axis] ?? []) !== 1)) scope.reject(`axes [${[...gone].join(', ')}] of [${shapeOf(value).join(', ')}]`);
  const kept = value.logical.flatMap((atoms, axis) => (gone.has(axis) ? [] : [atoms]));
  const lost = [...gone].flatMap((axis) => value.logical[axis] ?? []);
  // A batch of one that is squeezed away is remembered at the front of what follows.
  if (lost.length > 0) {
    if (kept.length === 0) scope.refuse('a picture squeezed to a single number');
    kept[0] = [...lost, ...kept[0] ?? []];
  }
  return named(scope, { ...value, logical: kept });
};

/** Unsqueeze: axes come as an attribute before opset 13. */
export const readUnsqueeze: NodeReader = (scope) => {
  const value = scope.placed(0);
  const given = scope.wholeNumbers(scope.inputCount > 1 ? 1 : -1, 'axes') ?? scope.reject('no axes');
  const rank = value.logical.length + given.length;
  const added = new Set(given.map((axis) => scope.axis(axis, rank)));
  if (added.size !== given.length) scope.reject(`axes [${given.join(', ')}]`);
  const waiting = [...value.logical];
  return named(scope, { ...value, logical: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? [] : waiting.shift() ?? [])) });
};

/** What computes nothing when a network only runs: Identity, Dropout. */
export const readIdentity: NodeReader = (scope) => named(scope, scope.placed(0));

/** Cast between kinds of real numbers; to whole numbers it would cut off fractions. */
export const readCast: NodeReader = (scope) => {
  const to = scope.int('to', 1);
  return isRealType(to) ? named(scope, scope.placed(0)) : scope.refuse(`a cast to ${nameOfType(to)}`);
};

/** Expand to the shape that a value already has. */
export const readExpand: NodeReader = (scope) => {
  const value = scope.placed(0);
  const sizes = shapeOf(value);
  const target = scope.wholeNumbers(1, 'shape') ?? [];
  const extra = sizes.length - target.length;
  if (extra < 0 || target.some((size, axis) => size !== 1 && size !== sizes[axis + extra])) scope.refuse(`[${sizes.join(', ')}] repeated to [${target.join(', ')}]`);
  return named(scope, value);
};

/** DepthToSpace and SpaceToDepth: a reshape, a transpose and a reshape. */
export const readDepthSpace: NodeReader = (scope) => {
  const value = scope.placed(0);
  const block = scope.int('blocksize', 0);
  const [n = 1, c = 1, h = 1, w = 1] = shapeOf(value);
  if (value.logical.length !== 4 || block < 1) scope.reject(`blocks of ${block} in [${shapeOf(value).join(', ')}]`);
  const toSpace = scope.node.opType === 'DepthToSpace';
  const rowsFirst = scope.text('mode', 'DCR') !== 'CRD';
  const depth = c / (block * block);
  const cut = toSpace
    ? (rowsFirst ? [n, block, block, depth, h, w] : [n, depth, block, block, h, w])
    : [n, c, h / block, block, w / block, block];
  if (cut.some((size) => !Number.isInteger(size))) scope.reject(`blocks of ${block} in [${shapeOf(value).join(', ')}]`);
  const parts = reshapeTo(scope, value, cut);
  const order = toSpace ? (rowsFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]) : [0, 3, 5, 1, 2, 4];
  const moved = { ...parts, logical: order.map((axis) => parts.logical[axis] ?? []) };
  const target = toSpace ? [n, depth, h * block, w * block] : [n, c * block * block, h / block, w / block];
  return named(scope, reshapeTo(scope, moved, target));
};
