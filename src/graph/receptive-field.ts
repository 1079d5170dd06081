import type { ReceptiveField } from '../contract/events';
import type { LayerId } from '../contract/ids';
import type { GraphNode, NetworkGraph } from './network-graph';
import type { Operation, Padding } from './ops';
import { dilatedExtent } from './padding';

const wholePixel: ReceptiveField = { sizePx: 1, stridePx: 1, startPx: 0 };

interface Window {
  readonly extent: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

function windowOf(operation: Operation, node: GraphNode): Window | null {
  switch (operation.op) {
    case 'conv2d': case 'depthwise-conv2d': {
      const [kh = 1, kw = 1] = node.weights.kernel?.shape ?? [];
      const extent = [dilatedExtent(kh, operation.dilations[0]), dilatedExtent(kw, operation.dilations[1])] as const;
      return { extent, strides: operation.strides, padding: operation.padding };
    }
    case 'max-pool': case 'average-pool': return { extent: operation.window, strides: operation.strides, padding: operation.padding };
    default: return null;
  }
}

/** One sliding window more: `size += (extent - 1) * stride`, and the start moves into the padding. The larger axis counts. */
function widen(field: ReceptiveField, window: Window): ReceptiveField {
  return {
    sizePx: field.sizePx + (Math.max(...window.extent) - 1) * field.stridePx,
    stridePx: field.stridePx * Math.max(...window.strides),
    startPx: field.startPx - Math.max(window.padding.top, window.padding.left) * field.stridePx,
  };
}

function unite(a: ReceptiveField, b: ReceptiveField): ReceptiveField {
  const startPx = Math.min(a.startPx, b.startPx);
  const endPx = Math.max(a.startPx + a.sizePx, b.startPx + b.sizePx);
  return { startPx, sizePx: endPx - startPx, stridePx: Math.max(a.stridePx, b.stridePx) };
}

function fieldOf(node: GraphNode, inputs: readonly (ReceptiveField | null)[], shapes: readonly (readonly number[])[]): ReceptiveField | null {
  const { operation } = node;
  if (operation.op === 'input') return wholePixel;
  const known = inputs.filter((field) => field !== null);
  // A branch that saw everything (squeeze and excitation) makes a unit depend on the whole picture in principle; what a
  // person wants outlined is the part with a place.
  const joined = known.length === 0 ? null : known.reduce(unite);
  if (joined === null || node.outputShape.length !== 3) return null;
  const window = windowOf(operation, node);
  if (window !== null) return widen(joined, window);
  switch (operation.op) {
    case 'pad': return { ...joined, startPx: joined.startPx - Math.max(operation.padding.top, operation.padding.left) * joined.stridePx };
    case 'slice': return operation.axis < 2 ? { ...joined, startPx: joined.startPx + operation.start * joined.stridePx } : joined;
    case 'resize': return { ...joined, stridePx: joined.stridePx * ((shapes[0]?.[0] ?? 1) / operation.height) };
    case 'global-average-pool': case 'global-max-pool': case 'dense': case 'flatten': case 'reshape': case 'transpose': return null;
    default: return joined;
  }
}

/**
 * Part of the input that one unit of each node can see; null where a unit sees everything (after a global pool or a dense
 * layer). Where branches meet, the union counts; where the axes differ, the larger one.
 *
 * @see Araujo, Norris, Sim 2019, "Computing receptive fields of convolutional neural networks", Distill, eq. 2 and 4
 */
export function computeReceptiveFields(graph: NetworkGraph): ReadonlyMap<LayerId, ReceptiveField | null> {
  const fields = new Map<LayerId, ReceptiveField | null>();
  const shapes = new Map(graph.nodes.map((node) => [node.id, node.outputShape]));
  for (const node of graph.nodes) {
    fields.set(node.id, fieldOf(node, node.inputs.map((id) => fields.get(id) ?? null), node.inputs.map((id) => shapes.get(id) ?? [])));
  }
  return fields;
}
