import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import { findAnswer } from './answer';
import type { GraphNode, NetworkGraph, Shape } from './network-graph';
import type { Operation } from './ops';
import { countElements, inferShape, maxElements } from './shapes';

const maxNodes = 20_000;

/**
 * Collects nodes in topological order and infers every shape as they come; what all importers end in.
 * Errors name the node: 'format-malformed', 'format-too-large', 'graph-unsupported', 'input-unsupported'.
 */
export class GraphBuilder {
  readonly #nodes = new Map<LayerId, GraphNode>();
  #input: LayerId | null = null;
  #weightElements = 0;

  constructor(private readonly name: string, private readonly format: string) {}

  has(id: LayerId): boolean {
    return this.#nodes.has(id);
  }

  /** Shape of a node's value without the batch axis. @throws AppError 'format-malformed' for an unknown name */
  shapeOf(id: LayerId): Shape {
    return this.#get(id).outputShape;
  }

  /** A name that is still free: `id` itself or `id:1`, `id:2`, … */
  freeName(id: LayerId): LayerId {
    let name = id;
    for (let count = 1; this.#nodes.has(name); count += 1) name = `${id}:${count}`;
    return name;
  }

  /** The one input, `[h, w, c]`. @returns its id @throws AppError 'input-unsupported' for a second one or another rank */
  addInput(id: LayerId, shape: readonly number[]): LayerId {
    if (this.#input !== null) throw new AppError('input-unsupported', `more than one input: '${this.#input}' and '${id}'`);
    if (shape.length !== 3) throw new AppError('input-unsupported', `input '${id}' has shape [${shape.join(', ')}], a picture [h, w, c] is needed`);
    countElements(shape, id);
    this.#store({ id, operation: { op: 'input' }, inputs: [], weights: {}, outputShape: [...shape] });
    this.#input = id;
    return id;
  }

  /** Appends a node; its arrays are kept, not copied. @returns its id @throws AppError as {@link inferShape}, 'format-malformed' for a name that is taken or an input that is unknown */
  add(id: LayerId, operation: Operation, inputs: readonly LayerId[], weights: GraphNode['weights'] = {}): LayerId {
    const outputShape = inferShape(operation, inputs.map((input) => this.shapeOf(input)), weights, id);
    for (const weight of Object.values(weights)) this.#weightElements += weight.values.length;
    if (this.#weightElements > maxElements) throw new AppError('format-too-large', `more than ${maxElements} weights (1 GB)`);
    this.#store({ id, operation, inputs: [...inputs], weights, outputShape });
    return id;
  }

  /** The finished graph. @throws AppError 'graph-unsupported' without input, or when the output is not a vector of classes after all */
  build(output: LayerId): NetworkGraph {
    if (this.#input === null) throw new AppError('graph-unsupported', 'the network has no input');
    const [height = 0, width = 0, channels = 0] = this.shapeOf(this.#input);
    this.#get(output);
    return {
      name: this.name, format: this.format, nodes: this.#findNeeded(output), input: this.#input, output,
      ...findAnswer(this.#nodes, output), inputShape: [height, width, channels],
    };
  }

  /** Nodes that the output depends on; importers leave some behind where several of a file's nodes became one of ours. */
  #findNeeded(output: LayerId): readonly GraphNode[] {
    const needed = new Set<LayerId>([output]);
    const nodes = [...this.#nodes.values()];
    for (const node of [...nodes].reverse()) if (needed.has(node.id)) for (const input of node.inputs) needed.add(input);
    return nodes.filter((node) => needed.has(node.id) || node.id === this.#input);
  }

  #get(id: LayerId): GraphNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new AppError('format-malformed', `node '${id}' is used before it is defined, or never defined`);
    return node;
  }

  #store(node: GraphNode): void {
    if (this.#nodes.has(node.id)) throw new AppError('format-malformed', `two nodes are named '${node.id}'`);
    if (this.#nodes.size >= maxNodes) throw new AppError('format-too-large', `more than ${maxNodes} nodes`);
    this.#nodes.set(node.id, node);
  }
}
