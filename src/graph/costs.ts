import type { GraphNode, NetworkGraph } from './network-graph';

/** What a node weighs and works. */
export interface NodeCost {
  /** Stored numbers: weights, biases, statistics. */
  readonly parameters: number;
  /** Multiply-adds of convolutions and dense layers for one input; other operations count 0, as is customary. */
  readonly multiplyAdds: number;
}

/** What a node occupies while it runs, float32. */
export interface NodeMemory {
  /** Its output for one picture. */
  readonly activationBytes: number;
  /** Its stored numbers. */
  readonly weightBytes: number;
}

/** Parameters and multiply-adds of one node. */
export function costOf(node: GraphNode): NodeCost {
  const parameters = Object.values(node.weights).reduce((total, weight) => total + weight.values.length, 0);
  const kernel = node.weights.kernel;
  if (kernel === undefined) return { parameters, multiplyAdds: 0 };
  const [height = 1, width = 1] = node.operation.op === 'dense' ? [1, 1] : node.outputShape;
  // Every weight of a kernel is used once at each place of the output.
  return { parameters, multiplyAdds: kernel.values.length * height * width };
}

/** Bytes of one node's output and weights, whatever type its file stored: everything runs as float32. */
export function memoryOf(node: GraphNode): NodeMemory {
  const values = node.outputShape.reduce((product, size) => product * size, 1);
  return { activationBytes: values * Float32Array.BYTES_PER_ELEMENT, weightBytes: costOf(node).parameters * Float32Array.BYTES_PER_ELEMENT };
}

/** Parameters and multiply-adds of a whole network. */
export function totalCost(graph: NetworkGraph): NodeCost {
  return graph.nodes.map(costOf).reduce((total, cost) => ({
    parameters: total.parameters + cost.parameters, multiplyAdds: total.multiplyAdds + cost.multiplyAdds,
  }), { parameters: 0, multiplyAdds: 0 });
}
