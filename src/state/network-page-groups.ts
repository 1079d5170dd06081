import type { NetworkDescription, NodeDescription } from '../contract/api';
import type { LayerId, MapShape } from '../contract/ids';
import { commonPrefix, shortName } from './layer-names';
import { findRegions, findUnits, type Region, type Unit } from './network-page-units';

export type GroupKind =
  | 'step' | 'residual' | 'inverted-residual' | 'separable' | 'squeeze-excite' | 'dense' | 'fire' | 'inception' | 'branches' | 'stage' | 'part';

export interface LayerItem {
  readonly kind: 'layer';
  readonly id: LayerId;
  readonly node: NodeDescription;
}

/** Several layers drawn as one until they are opened. */
export interface GroupItem {
  readonly kind: 'group';
  /** Unique, and the same for the same network: the name of its last node with its nesting. */
  readonly id: string;
  readonly group: GroupKind;
  readonly name: string;
  readonly children: readonly Item[];
  /** All layers within, in topological order. */
  readonly nodes: readonly NodeDescription[];
}

export type Item = LayerItem | GroupItem;

/** From here on a list of blocks is put into stages of one resolution. */
const stagesFrom = 9;
/** A list of blocks longer than this is cut into parts, so that opening something never shows hundreds at once. */
const longestList = 24;
const partLength = 12;
/** A large region that holds this share of the network is no detail to be closed, it is the network (a U-shaped one). */
const largestShare = 0.6;
const largeRegion = 10;

/**
 * The network as nested blocks: layers into steps (convolution, normalisation, activation), steps into blocks by structure
 * (shortcuts, branches, depthwise pairs), blocks into stages of one resolution. What was no fork in the graph stays a plain list.
 */
export function groupNetwork(description: Pick<NetworkDescription, 'nodes'>): readonly Item[] {
  const units = findUnits(description);
  const regions = findRegions(units).filter((region) => region.units.length <= Math.max(largeRegion, units.length * largestShare));
  const order = new Map(description.nodes.map((node, index) => [node.id, index]));
  const sorted = [...regions].sort((a, b) => b.units.length - a.units.length || a.fork - b.fork);
  const all = Array.from({ length: units.length }, (_, index) => index);
  const blocks = takeSqueezes(pairDepthwise(nest(all, sorted, units, order)), order);
  const staged = blocks.length < stagesFrom ? blocks : putIntoStages(blocks, order);
  return distinguish(shorten(staged, order));
}

/** Every group, outer ones first. */
export function listGroups(items: readonly Item[]): readonly GroupItem[] {
  return items.flatMap((item) => (item.kind === 'group' ? [item, ...listGroups(item.children)] : []));
}

/** The groups that a layer lies in, outermost first; null: it is not here. */
export function findPath(items: readonly Item[], layer: LayerId): readonly GroupItem[] | null {
  for (const item of items) {
    if (item.kind === 'layer' && item.id === layer) return [];
    if (item.kind !== 'group' || !item.nodes.some(({ id }) => id === layer)) continue;
    const deeper = findPath(item.children, layer);
    if (deeper !== null) return [item, ...deeper];
  }
  return null;
}

export const nodesOf = (item: Item): readonly NodeDescription[] => (item.kind === 'layer' ? [item.node] : item.nodes);

/** The layer that gives an item its meaning: itself, or the convolution of a step; null: a block has no such one. */
export function mainNodeOf(item: Item): NodeDescription | null {
  if (item.kind === 'layer') return item.node;
  if (item.group !== 'step') return null;
  return item.nodes.find((node) => ['conv2d', 'depthwise-conv2d', 'dense'].includes(node.op)) ?? item.nodes[0] ?? null;
}

type Order = ReadonlyMap<LayerId, number>;

function nest(indices: readonly number[], regions: readonly Region[], units: readonly Unit[], order: Order): readonly Item[] {
  const items: Item[] = [];
  const taken = new Set<number>();
  const here = new Set(indices);
  const within = regions.filter((region) => region.units.every((index) => here.has(index)));
  // Largest first: a region inside another is found again when that one is nested.
  const outermost = within.filter((region) => !within.some((other) => other !== region && other.units.length > region.units.length && region.units.every((index) => other.units.includes(index))));
  const regionAt = new Map<number, Region>();
  for (const region of outermost) for (const index of region.units) if (!regionAt.has(index)) regionAt.set(index, region);
  for (const index of indices) {
    if (taken.has(index)) continue;
    const region = regionAt.get(index);
    if (region === undefined || region.units.length === indices.length) {
      const unit = units[index];
      if (unit !== undefined) items.push(makeStep(unit));
      continue;
    }
    for (const inner of region.units) taken.add(inner);
    const children = nest(region.units, regions.filter((other) => other.units.length < region.units.length), units, order);
    items.push(makeGroup(nameRegion(region, units), children, order));
  }
  return items;
}

function makeStep(unit: Unit): Item {
  const [only] = unit.nodes;
  const children = unit.nodes.map((node): LayerItem => ({ kind: 'layer', id: node.id, node }));
  if (unit.nodes.length === 1 && only !== undefined) return { kind: 'layer', id: only.id, node: only };
  return { kind: 'group', id: `step ${unit.main.id}`, group: 'step', name: unit.main.id, children, nodes: unit.nodes };
}

function makeGroup(group: GroupKind, children: readonly Item[], order: Order, name?: string): GroupItem {
  const nodes = children.flatMap(nodesOf).sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { kind: 'group', id: `${group} ${nodes.at(-1)?.id ?? ''}`, group, name: name ?? nameBlock(group, nodes), children, nodes };
}

function nameRegion(region: Region, units: readonly Unit[]): GroupKind {
  const inside = region.units.map((index) => units[index]).filter((unit) => unit !== undefined);
  const join = units[region.join];
  const ops = inside.flatMap((unit) => unit.nodes.map(({ op }) => op));
  switch (join?.main.op) {
    case 'multiply': return 'squeeze-excite';
    case 'add': return ops.includes('depthwise-conv2d') ? 'inverted-residual' : 'residual';
    case 'concat': {
      if (join.inputs.includes(region.fork)) return 'dense';
      const concats = inside.filter((unit) => unit.main.op === 'concat').length;
      if (concats > 1 && inside.length > 6) return 'dense';
      return inside.length === 3 ? 'fire' : inside.length > 5 ? 'inception' : 'branches';
    }
    default: return 'branches';
  }
}

/** A depthwise convolution and the 1 × 1 that follows (and the one that widened before it) are one idea: MobileNet's. */
function pairDepthwise(items: readonly Item[]): readonly Item[] {
  const result: Item[] = [];
  const order = new Map(items.flatMap(nodesOf).map((node, index) => [node.id, index]));
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (item === undefined) continue;
    let end = at;
    if (isStepOf(item, 'depthwise-conv2d')) {
      end = at + 1;
      const squeeze = items[end];
      if (squeeze?.kind === 'group' && squeeze.group === 'squeeze-excite') end += 1;
    }
    const next = items[end];
    if (end === at || next === undefined || !isPointwise(next)) {
      result.push(item);
      continue;
    }
    const before = result.at(-1);
    const widened = before !== undefined && isPointwise(before) && channelsOf(next) < channelsOf(before);
    if (widened) result.pop();
    result.push(makeGroup(widened ? 'inverted-residual' : 'separable', [...(widened ? [before] : []), ...items.slice(at, end + 1)], order));
    at = end;
  }
  return result;
}

/** The 1 × 1 that narrows before two parallel convolutions belongs to their fire module. */
function takeSqueezes(items: readonly Item[], order: Order): readonly Item[] {
  const result: Item[] = [];
  for (const item of items) {
    const before = result.at(-1);
    if (item.kind === 'group' && item.group === 'fire' && before !== undefined && isPointwise(before)) {
      result.pop();
      result.push(makeGroup('fire', [before, ...item.children], order));
    } else result.push(item);
  }
  return result;
}

const isStepOf = (item: Item, op: string): boolean => mainNodeOf(item)?.op === op;
const isPointwise = (item: Item): boolean => mainNodeOf(item)?.op === 'conv2d' && (mainNodeOf(item)?.settings.startsWith('1 × 1') ?? false);
const channelsOf = (item: Item): number => nodesOf(item).at(-1)?.shape[2] ?? 0;

/** Neighbours whose result has the same height and width form a stage. The input, and what has no place any more, stay as they are. */
function putIntoStages(items: readonly Item[], order: Order): readonly Item[] {
  const result: Item[] = [];
  let run: Item[] = [];
  const close = (): void => {
    const last = run.at(-1);
    const shape = last === undefined ? undefined : nodesOf(last).at(-1)?.shape;
    if (run.length > 1 && shape !== undefined) result.push(makeGroup('stage', run, order, nameStage(run, shape)));
    else result.push(...run);
    run = [];
  };
  for (const item of items) {
    const shape = nodesOf(item).at(-1)?.shape;
    const before = run.at(-1);
    const shapeBefore = before === undefined ? undefined : nodesOf(before).at(-1)?.shape;
    const spatial = shape !== undefined && shape[0] * shape[1] > 1 && nodesOf(item)[0]?.op !== 'input';
    if (!spatial || (shapeBefore !== undefined && (shapeBefore[0] !== shape[0] || shapeBefore[1] !== shape[1]))) close();
    if (spatial) run.push(item);
    else result.push(item);
  }
  close();
  return result;
}

/** Cuts lists that are too long to look at, level by level. */
function shorten(items: readonly Item[], order: Order): readonly Item[] {
  const shortened = items.map((item): Item => (item.kind === 'group' && item.children.length > 1 ? { ...item, children: shorten(item.children, order) } : item));
  if (shortened.length <= longestList) return shortened;
  const parts: Item[] = [];
  const length = Math.max(partLength, Math.ceil(shortened.length / longestList));
  for (let start = 0; start < shortened.length; start += length) {
    const slice = shortened.slice(start, start + length);
    const [only] = slice;
    if (slice.length === 1 && only !== undefined) parts.push(only);
    else parts.push(makeGroup('part', slice, order, `${start + 1} to ${start + slice.length} of ${shortened.length}`));
  }
  return parts;
}

/** A name that several blocks of one kind have tells nothing: each gets the name of its last step, a stage its size. */
function distinguish(items: readonly Item[]): readonly Item[] {
  const uses = new Map<string, number>();
  for (const { group, name } of listGroups(items)) uses.set(`${group} ${name}`, (uses.get(`${group} ${name}`) ?? 0) + 1);
  const rename = (item: Item): Item => {
    if (item.kind === 'layer') return item;
    const children = item.children.map(rename);
    if (item.group === 'step' || item.group === 'part' || (uses.get(`${item.group} ${item.name}`) ?? 0) < 2) return { ...item, children };
    const [height = 1, width = 1] = item.nodes.at(-1)?.shape ?? [];
    const lastStep = item.children.findLast((child) => child.kind === 'group');
    return { ...item, children, name: item.group === 'stage' ? `${width} × ${height} pixels` : lastStep?.name ?? item.nodes.at(-1)?.id ?? item.name };
  };
  return items.map(rename);
}

function nameStage(items: readonly Item[], shape: MapShape): string {
  const prefix = shortName(commonPrefix(items.flatMap(nodesOf).map(({ id }) => id)), 1);
  return /[a-z]{2}/i.test(prefix) ? prefix : `${shape[1]} × ${shape[0]} pixels`;
}

function nameBlock(group: GroupKind, nodes: readonly NodeDescription[]): string {
  const prefix = commonPrefix(nodes.map(({ id }) => id));
  return prefix === '' ? nodes.at(-1)?.id ?? group : prefix;
}
