import { AppError } from '../contract/errors';

/** What a node reads and computes: names of values, or their numbers. '' is none. */
export interface NodeValues<Node, Value> {
  readonly inputs: (node: Node) => readonly Value[];
  readonly outputs: (node: Node) => readonly Value[];
}

/**
 * Nodes that a value depends on, in the file's order.
 *
 * @throws AppError 'format-malformed' when two nodes compute the same value
 */
export function listNeeded<Node, Value extends string | number>(nodes: readonly Node[], output: Value, values: NodeValues<Node, Value>): readonly Node[] {
  const producers = new Map<Value, Node>();
  for (const node of nodes) {
    for (const value of values.outputs(node)) {
      if (value === '') continue;
      if (producers.has(value)) throw new AppError('format-malformed', `two nodes compute ${typeof value === 'number' ? `tensor ${value}` : `'${value}'`}`);
      producers.set(value, node);
    }
  }
  const needed = new Set<Node>();
  const waiting = [output];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const node = producers.get(value);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    waiting.push(...values.inputs(node));
  }
  return nodes.filter((node) => needed.has(node));
}
