import { AppError } from '../contract/errors';
import type { GraphNode, NetworkGraph } from './network-graph';
import { inferShape } from './shapes';

/**
 * Checks what every reader of a graph relies on: unique ids, topological order, one input node, known output and logits,
 * stored shapes equal to the inferred ones.
 *
 * @throws AppError 'graph-unsupported' | 'format-malformed' | 'format-too-large', naming the node
 */
export function validateGraph(graph: NetworkGraph): void {
  const seen = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    if (seen.has(node.id)) throw new AppError('graph-unsupported', `two nodes are named '${node.id}'`);
    const shapes = node.inputs.map((id) => {
      const input = seen.get(id);
      if (input === undefined) throw new AppError('graph-unsupported', `node '${node.id}' reads '${id}' before it is computed`);
      return input.outputShape;
    });
    if (node.operation.op === 'input') {
      if (node.id !== graph.input) throw new AppError('graph-unsupported', `second input '${node.id}'`);
      if (node.outputShape.join() !== graph.inputShape.join()) throw new AppError('graph-unsupported', `input shape of '${node.id}'`);
    } else {
      const shape = inferShape(node.operation, shapes, node.weights, node.id);
      if (shape.join() !== node.outputShape.join()) {
        throw new AppError('graph-unsupported', `'${node.id}' says [${node.outputShape.join(', ')}], computes [${shape.join(', ')}]`);
      }
    }
    seen.set(node.id, node);
  }
  for (const id of [graph.input, graph.output, graph.logits]) {
    if (!seen.has(id)) throw new AppError('graph-unsupported', `node '${id}' does not exist`);
  }
}
