import type { NetworkCard } from '../contract/card';
import type { FoldedLayer, LayerInfo } from '../contract/events';
import type { LayerId } from '../contract/ids';
import type { Executor, PlanMode } from '../engine/executor.interface';
import { describeLayers, findLastSpatialLayer } from '../graph/layer-facts';
import type { NetworkGraph } from '../graph/network-graph';

/** A network ready to run, with the facts that the loop needs of every layer. */
export interface LiveNetwork {
  readonly card: NetworkCard;
  /** Owned: disposed with the network. */
  readonly executor: Executor;
  readonly layers: ReadonlyMap<LayerId, LayerInfo>;
  /** Layers that the logits depend on. */
  readonly explainable: ReadonlySet<LayerId>;
  /** The last spatial layer before the logits; null when there is none. */
  readonly explanationLayer: LayerId | null;
}

/** Takes the executor over and works out the facts of its graph. */
export function createLiveNetwork(card: NetworkCard, executor: Executor): LiveNetwork {
  const { graph } = executor;
  const layers = new Map(describeLayers(graph, graph.nodes.map((node) => node.id)).map((info) => [info.id, info]));
  const explainable = findAncestors(graph, graph.logits);
  const explanationLayer = findLastSpatialLayer(graph, executor.layers('live').filter((id) => explainable.has(id)));
  return { card, executor, layers, explainable, explanationLayer };
}

/** What a `network` event lists: the layers that exist in this mode, in order. */
export function listLayerInfos(network: LiveNetwork, mode: PlanMode): readonly LayerInfo[] {
  return describeLayers(network.executor.graph, network.executor.layers(mode));
}

/** The layers that {@link listLayerInfos} leaves out. */
export function listFolded(network: LiveNetwork, mode: PlanMode): readonly FoldedLayer[] {
  const listed = new Set(network.executor.layers(mode));
  return [...network.layers.values()].filter(({ id }) => !listed.has(id)).map(({ id, shape }) => ({ id, shape }));
}

/** The node and every node whose value it depends on. */
function findAncestors(graph: NetworkGraph, node: LayerId): ReadonlySet<LayerId> {
  const found = new Set([node]);
  // Topological order: every reader comes after what it reads.
  for (const candidate of [...graph.nodes].reverse()) {
    if (found.has(candidate.id)) for (const input of candidate.inputs) found.add(input);
  }
  return found;
}
