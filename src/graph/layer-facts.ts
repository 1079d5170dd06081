import type { LayerInfo } from '../contract/events';
import type { LayerId, MapShape } from '../contract/ids';
import { costOf } from './costs';
import type { GraphNode, NetworkGraph } from './network-graph';
import type { Activation } from './ops';
import { computeReceptiveFields } from './receptive-field';

function isNonNegative(activation: Activation): boolean {
  switch (activation.kind) {
    case 'relu': case 'relu6': case 'sigmoid': case 'hard-sigmoid': return true;
    case 'clip': return activation.min >= 0;
    default: return false;
  }
}

/** Nodes whose values cannot be negative, whatever the picture. */
function findNonNegative(graph: NetworkGraph): ReadonlySet<LayerId> {
  const found = new Set<LayerId>();
  for (const node of graph.nodes) {
    const { operation } = node;
    const allInputs = node.inputs.length > 0 && node.inputs.every((id) => found.has(id));
    const kept = operation.op === 'softmax' || (operation.op === 'activation' && isNonNegative(operation.activation))
      || (allInputs && ['max-pool', 'average-pool', 'global-average-pool', 'global-max-pool', 'concat', 'add', 'multiply', 'identity',
        'flatten', 'reshape', 'slice', 'resize', 'transpose', 'pad', 'activation', 'local-response-norm'].includes(operation.op)
        && !(operation.op === 'pad' && operation.value < 0));
    if (kept) found.add(node.id);
  }
  return found;
}

function mapShapeOf(node: GraphNode): MapShape {
  const [height = 1, width = 1, channels = 1] = node.outputShape;
  return node.outputShape.length === 3 ? [height, width, channels] : [1, 1, node.outputShape.reduce((product, size) => product * size, 1)];
}

function hasPlace(node: GraphNode): boolean {
  const [height, width] = mapShapeOf(node);
  return height * width > 1;
}

/**
 * What the page says about each layer. A layer that stands for several nodes (a convolution with its folded batch norm and
 * fused activation) carries the parameters and multiply-adds of all of them.
 *
 * @param layers  ids of nodes, in topological order, as `executor.layers(mode)` gives them
 */
export function describeLayers(graph: NetworkGraph, layers: readonly LayerId[]): readonly LayerInfo[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const fields = computeReceptiveFields(graph);
  const nonNegative = findNonNegative(graph);
  const listed = new Set(layers);
  const counted = new Set<LayerId>();

  /** Everything between a layer and the listed layers before it, each node once. */
  const collect = (id: LayerId, isLayer: boolean): { parameters: number; multiplyAdds: number } => {
    const node = nodes.get(id);
    if (node === undefined || counted.has(id) || (!isLayer && listed.has(id))) return { parameters: 0, multiplyAdds: 0 };
    counted.add(id);
    const total = { ...costOf(node) };
    for (const input of node.inputs) {
      const before = collect(input, false);
      total.parameters += before.parameters;
      total.multiplyAdds += before.multiplyAdds;
    }
    return total;
  };

  return layers.flatMap((id) => {
    const node = nodes.get(id);
    if (node === undefined) return [];
    const { operation } = node;
    const spatial = hasPlace(node);
    return [{
      id, name: id, op: operation.op === 'activation' ? operation.activation.kind : operation.op, shape: mapShapeOf(node), spatial,
      signed: !nonNegative.has(id), receptiveField: spatial ? fields.get(id) ?? null : null, ...collect(id, true),
    }];
  });
}

/** The last layer that still has a place in the picture: where Grad-CAM looks by default. Null when there is none. */
export function findLastSpatialLayer(graph: NetworkGraph, layers: readonly LayerId[]): LayerId | null {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return layers.filter((id) => {
    const node = nodes.get(id);
    return node !== undefined && hasPlace(node);
  }).at(-1) ?? null;
}
