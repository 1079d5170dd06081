import type { NetworkDescription, NodeDescription } from '../contract/api';
import type { LayerId } from '../contract/ids';

/** A handful of nodes that belong together whatever the network: a convolution with its padding, normalisation and activation. */
export interface Unit {
  /** In topological order. */
  readonly nodes: readonly NodeDescription[];
  /** The node that gives the unit its meaning. */
  readonly main: NodeDescription;
  /** Indices of the units it reads. */
  readonly inputs: readonly number[];
}

const linear: ReadonlySet<string> = new Set(['conv2d', 'depthwise-conv2d', 'dense']);
const trailing: ReadonlySet<string> = new Set([
  'batch-norm', 'scale', 'prelu', 'identity', 'relu', 'relu6', 'clip', 'leaky-relu', 'elu', 'sigmoid', 'tanh', 'hard-sigmoid', 'hard-swish', 'silu', 'gelu',
  'local-response-norm', 'group-norm',
]);
const leading: ReadonlySet<string> = new Set([...trailing, 'pad']);

/** Cuts a network into units, in topological order. Every node is in exactly one. */
export function findUnits({ nodes }: Pick<NetworkDescription, 'nodes'>): readonly Unit[] {
  const readers = new Map<LayerId, NodeDescription[]>();
  for (const node of nodes) for (const input of new Set(node.inputs)) readers.set(input, [...readers.get(input) ?? [], node]);
  const soleReader = (node: NodeDescription): NodeDescription | null => {
    const list = readers.get(node.id) ?? [];
    return list.length === 1 && list[0]?.inputs.length === 1 ? list[0] : null;
  };
  const taken = new Set<LayerId>();
  const chains: NodeDescription[][] = [];
  for (const node of nodes) {
    if (taken.has(node.id)) continue;
    const chain = [node];
    // What comes before a convolution with nothing between (padding; normalisation of pre-activation networks) belongs to it.
    if (leading.has(node.op)) {
      for (let next = soleReader(node); next !== null; next = soleReader(next)) {
        chain.push(next);
        if (!leading.has(next.op)) break;
      }
      if (!linear.has(chain.at(-1)?.op ?? '')) chain.length = 1;
    }
    if (node.op !== 'input') {
      for (let next = soleReader(chain.at(-1) ?? node); next !== null && trailing.has(next.op) && !taken.has(next.id); next = soleReader(next)) chain.push(next);
    }
    for (const { id } of chain) taken.add(id);
    chains.push(chain);
  }
  // A chain ends where it is read, so sorting by the last node keeps producers before their readers.
  const place = new Map(nodes.map((node, index) => [node.id, index]));
  chains.sort((a, b) => (place.get(a.at(-1)?.id ?? '') ?? 0) - (place.get(b.at(-1)?.id ?? '') ?? 0));
  const unitOf = new Map<LayerId, number>();
  chains.forEach((chain, index) => { for (const { id } of chain) unitOf.set(id, index); });
  return chains.map((chain, index) => {
    const inputs = new Set(chain.flatMap((node) => node.inputs.flatMap((input) => unitOf.get(input) ?? [])));
    inputs.delete(index);
    const main = chain.find((node) => linear.has(node.op)) ?? chain[0];
    if (main === undefined) throw new Error('a unit without nodes');
    return { nodes: chain, main, inputs: [...inputs] };
  });
}

/** A part of the network with one way in and one way out: everything between a fork and the place where its branches meet again. */
export interface Region {
  /** Index of the unit whose value is read by several; not part of the region. */
  readonly fork: number;
  /** Index of the unit where the branches meet; its last. */
  readonly join: number;
  /** Indices of its units, the join included, in order. */
  readonly units: readonly number[];
}

/** All single-entry, single-exit regions; two of them are either apart or one within the other. */
export function findRegions(units: readonly Unit[]): readonly Region[] {
  const count = units.length;
  const readers: number[][] = units.map(() => []);
  units.forEach((unit, index) => { for (const input of unit.inputs) readers[input]?.push(index); });
  // The unit after all others stands for the end of the network, the one before for its beginning.
  const after = findImmediate(count, (index) => (readers[index]?.length ? readers[index] ?? [] : [count]), 'descending');
  const before = findImmediate(count, (index) => { const inputs = units[index]?.inputs ?? []; return inputs.length > 0 ? inputs : [-1]; }, 'ascending');
  const regions: Region[] = [];
  for (let fork = 0; fork < count; fork += 1) {
    if ((readers[fork]?.length ?? 0) < 2) continue;
    const join = after[fork] ?? count;
    if (join >= count || before[join] !== fork) continue;
    const inside: number[] = [];
    for (let index = fork + 1; index <= join; index += 1) if (isWithin(index, fork, before)) inside.push(index);
    if (inside.length > 1) regions.push({ fork, join, units: inside });
  }
  return regions;
}

/** Immediate (post-)dominators of a graph without cycles, in one pass: the nearest common ancestor of all neighbours. */
function findImmediate(count: number, neighbours: (index: number) => readonly number[], order: 'ascending' | 'descending'): readonly number[] {
  const found: number[] = Array.from({ length: count }, () => -1);
  const end = order === 'ascending' ? -1 : count;
  const isFarther = (a: number, b: number): boolean => (order === 'ascending' ? a > b : a < b);
  const meet = (a: number, b: number): number => {
    let [left, right] = [a, b];
    while (left !== right) {
      while (left !== right && left !== end && isFarther(left, right)) left = found[left] ?? end;
      while (left !== right && right !== end && isFarther(right, left)) right = found[right] ?? end;
    }
    return left;
  };
  for (let step = 0; step < count; step += 1) {
    const index = order === 'ascending' ? step : count - 1 - step;
    found[index] = neighbours(index).reduce(meet);
  }
  return found;
}

function isWithin(index: number, fork: number, before: readonly number[]): boolean {
  let at = index;
  while (at > fork) at = before[at] ?? -1;
  return at === fork;
}
