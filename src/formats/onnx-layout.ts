import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { WeightArray } from '../graph/network-graph';
import { gather } from './gather-values';
import type { Constant } from './onnx-constant';

/** One indivisible axis; compared by identity. Axes of size 1 have none. */
export interface Atom {
  readonly size: number;
}

type Axes = readonly (readonly Atom[])[];

/**
 * Where an ONNX tensor lies: `stored` are the axes of the graph node's value (NHWC, without the batch), `logical` the axes of the
 * tensor as the file sees them (NCHW, batch included), both written in the same atoms. Transpose, Flatten and Reshape only
 * rewrite `logical`; nothing moves until an operation needs its axes in another order.
 */
export interface Placed {
  readonly id: LayerId;
  readonly stored: Axes;
  readonly logical: Axes;
}

const maxTransposeRank = 5;

/** Number of elements along one axis. */
export function sizeOf(axis: readonly Atom[]): number {
  return axis.reduce((product, atom) => product * atom.size, 1);
}

function sameAtoms(a: readonly Atom[], b: readonly Atom[]): boolean {
  return a.length === b.length && a.every((atom, index) => atom === b[index]);
}

function sameAxes(a: Axes, b: Axes): boolean {
  return a.length === b.length && a.every((axis, index) => sameAtoms(axis, b[index] ?? []));
}

function fail(where: string, message: string): never {
  throw new AppError('graph-unsupported', `${where}: ${message}`);
}

/** All orders of the axes 1 to `rank - 1`, NHWC and the plain one first. */
function candidateOrders(rank: number): readonly (readonly number[])[] {
  const plain = Array.from({ length: rank - 1 }, (_, index) => index + 1);
  if (rank !== 4) return [plain];
  return [[2, 3, 1], plain, [1, 3, 2], [2, 1, 3], [3, 1, 2], [3, 2, 1]];
}

/** Size of every axis of an ONNX tensor, the batch included. */
export function shapeOf(value: Placed): readonly number[] {
  return value.logical.map(sizeOf);
}

/** Moves values of one graph between arrangements, as little as possible; adds the nodes that this takes. */
export class Layouts {
  readonly #arranged = new Map<string, LayerId>();

  /**
   * @param batch     the batch axis; its size is what the file says, 1 when it says nothing
   * @param mapOrder  which axes of a picture are height, width and channels: [2, 3, 1] in a file of NCHW operators, [1, 2, 3] in one of NHWC
   */
  constructor(private readonly builder: GraphBuilder, readonly batch: Atom, private readonly mapOrder: readonly number[] = [2, 3, 1]) {}

  /** The order in which a value of this many axes is best stored: a picture as `[h, w, c]`, anything else as the file has it. */
  usualOrder(rank: number): readonly number[] {
    return rank === 4 ? this.mapOrder : Array.from({ length: rank - 1 }, (_, index) => index + 1);
  }

  /** The value of a node whose stored axes are whole axes of the tensor: stored axis i is logical axis `order[i]`. */
  place(id: LayerId, order: readonly number[], rank: number): Placed {
    const stored = this.builder.shapeOf(id).map((size) => (size === 1 ? [] : [{ size }]));
    const logical: (readonly Atom[])[] = Array.from({ length: rank }, () => []);
    logical[0] = [this.batch];
    order.forEach((axis, index) => { logical[axis] = stored[index] ?? []; });
    return { id, stored, logical };
  }

  /** A map `[h, w, c]`, seen as the file's pictures are. */
  placeMap(id: LayerId): Placed {
    return this.place(id, this.mapOrder, 4);
  }

  /** The same arrangement under another node of the same shape (elementwise operations). */
  moved(value: Placed, id: LayerId): Placed {
    return { ...value, id };
  }

  /** The order in which whole logical axes are stored, or null when some are joined, split or mixed. */
  findOrder(value: Placed): readonly number[] | null {
    const { stored, logical } = value;
    if (stored.length !== logical.length - 1 || !sameAtoms(logical[0] ?? [], [this.batch])) return null;
    return candidateOrders(logical.length).find((order) => order.every((axis, index) => sameAtoms(stored[index] ?? [], logical[axis] ?? []))) ?? null;
  }

  /** @throws AppError 'graph-unsupported' when the batch is not an axis of its own */
  requireBatchFirst(value: Placed, where: string): void {
    const [first = [], ...others] = value.logical;
    if (!sameAtoms(first, [this.batch]) || others.some((axis) => axis.includes(this.batch))) {
      fail(where, `its input [${shapeOf(value).join(', ')}] mixes the pictures of a batch`);
    }
  }

  /** The value with stored axis i = logical axis `order[i]`. */
  ordered(value: Placed, order: readonly number[], where: string): Placed {
    this.requireBatchFirst(value, where);
    return this.arrange(value, order.map((axis) => value.logical[axis] ?? []), where);
  }

  /** The value as a map `[h, w, c]` of a picture. @throws AppError 'graph-unsupported' for another rank */
  asMap(value: Placed, where: string): Placed {
    if (value.logical.length !== 4) fail(where, `needs a picture of four axes, has [${shapeOf(value).join(', ')}]`);
    return this.ordered(value, this.mapOrder, where);
  }

  /** Stored axes exactly as wanted (the same atoms in any order and grouping); adds reshape and transpose nodes only where it must. */
  arrange(value: Placed, wanted: Axes, where: string): Placed {
    if (sameAxes(value.stored, wanted)) return value;
    const from = value.stored.flat();
    const to = wanted.flat();
    const places = to.map((atom) => from.indexOf(atom));
    // Atoms that stay neighbours move as one axis.
    const runs: { readonly start: number; size: number; end: number }[] = [];
    places.forEach((place, index) => {
      const last = runs.at(-1);
      const size = to[index]?.size ?? 1;
      if (last !== undefined && last.end === place) {
        last.end += 1;
        last.size *= size;
      } else runs.push({ start: place, end: place + 1, size });
    });
    if (runs.length > maxTransposeRank) fail(where, `a rearrangement of ${runs.length} axes`);
    const shape = wanted.map(sizeOf);
    const key = `${value.id} | ${runs.map((run) => `${run.start}:${run.size}`).join(' ')} | ${shape.join(' ')}`;
    let id = this.#arranged.get(key);
    if (id === undefined) {
      id = value.id;
      const inOldOrder = [...runs].sort((a, b) => a.start - b.start);
      if (runs.length > 1) {
        id = this.#reshape(value.id, id, inOldOrder.map((run) => run.size));
        id = this.builder.add(this.#freeName(value.id), { op: 'transpose', permutation: runs.map((run) => inOldOrder.indexOf(run)) }, [id]);
      }
      id = this.#reshape(value.id, id, shape);
      this.#arranged.set(key, id);
    }
    return { id, stored: wanted, logical: value.logical };
  }

  /**
   * A constant in the order in which a value is stored, broadcast axes kept at size 1.
   *
   * @returns its shape broadcasts to the value's stored shape
   * @throws AppError 'graph-unsupported' when it does not broadcast to the value, or differs between the pictures of a batch
   */
  alignConstant(constant: Constant, value: Placed, where: string): WeightArray {
    const rank = value.logical.length;
    const extra = constant.shape.length - rank;
    const sizes = shapeOf(value);
    const misfit = (): never => fail(where, `a constant [${constant.shape.join(', ')}] does not broadcast to [${sizes.join(', ')}]`);
    if (constant.shape.some((size, axis) => axis < extra && size !== 1)) misfit();
    const steps = new Map<Atom, number>();
    let step = 1;
    for (let axis = rank - 1; axis >= Math.max(-extra, 0); axis -= 1) {
      const size = constant.shape[axis + extra] ?? 1;
      if (size === 1) continue;
      if (size !== sizes[axis]) misfit();
      for (const atom of [...value.logical[axis] ?? []].reverse()) {
        if (atom === this.batch) misfit();
        steps.set(atom, step);
        step *= atom.size;
      }
    }
    const axes = value.stored.map((axis) => (axis.some((atom) => steps.has(atom)) ? axis : []));
    return { shape: axes.map(sizeOf), values: gather(constant.values, axes.flat().map((atom) => ({ size: atom.size, step: steps.get(atom) ?? 0 })), where) };
  }

  /**
   * A network's output with its numbers in the file's order: class 5 stays class 5 even where the last layer flattens a map.
   *
   * @throws AppError 'graph-unsupported' when its first axis is not the batch
   */
  settleOutput(value: Placed): Placed {
    if (value.logical[0]?.[0] !== this.batch) fail(`the output [${shapeOf(value).join(', ')}]`, 'it does not begin with the pictures of a batch');
    return value.logical.length > 2 ? value : this.arrange(value, [value.logical.flat().filter((atom) => atom !== this.batch)], 'output');
  }

  #reshape(base: LayerId, id: LayerId, shape: readonly number[]): LayerId {
    const current = this.builder.shapeOf(id);
    if (current.length === shape.length && current.every((size, axis) => size === shape[axis])) return id;
    return this.builder.add(this.#freeName(base), { op: 'reshape', shape }, [id]);
  }

  #freeName(base: LayerId): LayerId {
    return this.builder.freeName(`${base} (arranged)`);
  }
}
