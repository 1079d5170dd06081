import { Graph, layout } from '@dagrejs/dagre';
import type { NodeDescription } from '../../contract/api';
import type { LayerId } from '../../contract/ids';
import { nodesOf, type GroupItem, type Item } from '../../state/network-page-groups';

/** A box of the drawing: a layer, a closed group, or the head of an open one. */
export interface Box {
  readonly item: Item;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Ids of the open groups around it. */
  readonly depth: number;
  readonly open: boolean;
}

/** The frame around an open group. */
export interface Frame {
  readonly id: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** True: there is a longer way between the same two boxes, this one passes it by. */
  readonly skip: boolean;
}

/** A drawing in its own pixels; boxes in topological order. */
export interface Drawing {
  readonly boxes: readonly Box[];
  readonly frames: readonly Frame[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

export const boxSize = { width: 196, height: 48 } as const;
const marginPx = 12;

interface Shown {
  readonly item: Item;
  readonly id: string;
  readonly parents: readonly GroupItem[];
  readonly open: boolean;
}

/** What is drawn when these groups are open: in the order of the network, the head of an open group before what is in it. */
export function listShown(items: readonly Item[], open: ReadonlySet<string>, parents: readonly GroupItem[] = []): readonly Shown[] {
  return items.flatMap((item): readonly Shown[] => {
    const isOpen = item.kind === 'group' && open.has(item.id);
    const self: Shown = { item, id: item.id, parents, open: isOpen };
    return item.kind === 'group' && isOpen ? [self, ...listShown(item.children, open, [...parents, item])] : [self];
  });
}

/** Links between boxes. What enters an open group enters through its head, unless several things enter at several places. */
export function linkBoxes(shown: readonly Shown[]): readonly { readonly from: string; readonly to: string }[] {
  const boxOf = new Map<LayerId, Shown>();
  for (const box of shown) if (!box.open) for (const { id } of nodesOf(box.item)) boxOf.set(id, box);
  const entersAtOnePlace = (nodes: readonly NodeDescription[]): boolean => {
    const within = new Set(nodes.map(({ id }) => id));
    const entries = nodes.flatMap((node) => node.inputs.filter((input) => !within.has(input)).map((input) => ({ source: boxOf.get(input)?.id, target: node.id })));
    return new Set(entries.map(({ source }) => source)).size === 1 || new Set(entries.map(({ target }) => target)).size === 1;
  };
  const throughHead = new Set(shown.filter((box) => box.open && entersAtOnePlace(nodesOf(box.item))).map(({ id }) => id));
  const links = new Map<string, { readonly from: string; readonly to: string }>();
  const link = (from: string, to: string): void => { if (from !== to) links.set(`${from}\n${to}`, { from, to }); };
  for (const box of shown) {
    if (box.open) continue;
    for (const input of new Set(nodesOf(box.item).flatMap((node) => node.inputs))) {
      const source = boxOf.get(input);
      if (source === undefined || source === box) continue;
      let from = source.id;
      for (const group of box.parents) {
        if (source.parents.includes(group) || !throughHead.has(group.id)) continue;
        link(from, group.id);
        from = group.id;
      }
      link(from, box.id);
    }
  }
  return [...links.values()];
}

/**
 * Lays the network out from top to bottom.
 *
 * @param open  ids of the groups drawn open
 */
export function layOutGraph(items: readonly Item[], open: ReadonlySet<string>): Drawing {
  const shown = listShown(items, open);
  const links = linkBoxes(shown);
  const graph = new Graph({ compound: true, multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 22, edgesep: 14, marginx: marginPx, marginy: marginPx });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of shown) {
    const parent = box.open ? box.id : box.parents.at(-1)?.id;
    if (box.open) {
      graph.setNode(frameOf(box.id), {});
      const around = box.parents.at(-1);
      if (around !== undefined) graph.setParent(frameOf(box.id), frameOf(around.id));
    }
    graph.setNode(box.id, { ...boxSize });
    if (parent !== undefined) graph.setParent(box.id, frameOf(parent));
  }
  for (const { from, to } of links) graph.setEdge(from, to, { weight: 1 });
  // A head that nothing enters still stands above what it heads.
  for (const box of shown) {
    if (!box.open || graph.hasNode(box.id) === false || (graph.outEdges(box.id) ?? []).length > 0) continue;
    const first = shown.find((other) => other.parents.at(-1)?.id === box.id);
    if (first !== undefined) graph.setEdge(box.id, first.id, { weight: 1, hidden: true });
  }
  layout(graph);
  const place = (id: string): { left: number; top: number; width: number; height: number } => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id) as { x?: number; y?: number; width?: number; height?: number };
    return { left: x - width / 2, top: y - height / 2, width, height };
  };
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const skips = findSkips(links);
  return {
    boxes: shown.map((box) => ({ item: box.item, ...place(box.id), depth: box.parents.length, open: box.open })),
    frames: shown.filter((box) => box.open).map((box) => ({ id: box.id, ...place(frameOf(box.id)), depth: box.parents.length })),
    edges: links.map(({ from, to }) => ({
      from, to, skip: skips.has(`${from}\n${to}`), points: (graph.edge(from, to) as { points?: readonly { x: number; y: number }[] }).points ?? [],
    })),
    width, height,
  };
}

const frameOf = (id: string): string => `frame of ${id}`;

/** Links whose two ends are also joined by a longer way. */
export function findSkips(links: readonly { readonly from: string; readonly to: string }[]): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  const entering = new Map<string, number>();
  for (const { from, to } of links) {
    next.set(from, [...next.get(from) ?? [], to]);
    entering.set(to, (entering.get(to) ?? 0) + 1);
  }
  const skips = new Set<string>();
  for (const { from, to } of links) {
    if ((entering.get(to) ?? 0) < 2 || (next.get(from)?.length ?? 0) < 2) continue;
    const seen = new Set<string>();
    const waiting = (next.get(from) ?? []).filter((id) => id !== to);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      for (const after of next.get(id) ?? []) waiting.push(after);
    }
    if (seen.has(to)) skips.add(`${from}\n${to}`);
  }
  return skips;
}
