import { findAnswer, findEnding } from './answer';
import type { GraphNode, NetworkGraph } from './network-graph';

/** A graph that ends in one answer, and the map it was made from. */
export interface PooledAnswer {
  readonly graph: NetworkGraph;
  /** Shape of the file's own output where that is a map, else null. */
  readonly map: readonly [height: number, width: number, channels: number] | null;
}

/**
 * One answer for a network whose output is a map (segmentation, dense detection): the mean of each channel over the picture, before
 * a final softmax or sigmoid, which is then taken of the means. So classes are channels, and explaining one explains its mean
 * score over all places: Seg-Grad-CAM with all pixels as its region, and a mean where the paper has a sum. Other networks are given back as they are.
 *
 * @see Vinogradova, Dibrov, Myers 2020, arXiv:2002.11434
 */
export function poolAnswer(graph: NetworkGraph): PooledAnswer {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const shape = nodes.get(graph.output)?.outputShape ?? [];
  const [height = 1, width = 1, channels = 1] = shape;
  if (shape.length !== 3 || height * width === 1) return { graph, map: null };

  const end = findEnding(nodes, graph.output);
  const scores = end === null ? graph.output : end.inputs[0] ?? graph.output;
  // The map stays the score's own where the ending only renames it: a reshape in between would mix its places.
  const usable = nodes.get(scores)?.outputShape.join() === shape.join() ? scores : graph.output;
  const names = new Set(nodes.keys());
  const name = (wanted: string): string => {
    let free = wanted;
    for (let count = 1; names.has(free); count += 1) free = `${wanted}:${count}`;
    names.add(free);
    return free;
  };
  const mean: GraphNode = {
    id: name('mean over the picture'), operation: { op: 'global-average-pool', keepDims: false }, inputs: [usable], weights: {}, outputShape: [channels],
  };
  const added: GraphNode[] = [mean];
  if (end !== null && usable === scores) {
    const operation = end.operation.op === 'log-softmax' ? { op: 'softmax' as const } : end.operation;
    added.push({ id: name('answer'), operation, inputs: [mean.id], weights: {}, outputShape: [channels] });
  }
  const output = added.at(-1) ?? mean;
  for (const node of added) nodes.set(node.id, node);
  return {
    graph: { ...graph, nodes: [...graph.nodes, ...added], output: output.id, ...findAnswer(nodes, output.id) },
    map: [height, width, channels],
  };
}
