import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import { isFoldable } from '../graph/fold-batch-norm';
import type { GraphNode, NetworkGraph } from '../graph/network-graph';
import type { Activation, Operation } from '../graph/ops';
import type { PlanMode } from './executor.interface';
import { isFusable } from './kernels/activation';

/** One kernel call. */
export interface PlanStep {
  /** Name of the value it makes: the last of the nodes it covers. */
  readonly id: LayerId;
  /** The node that gives operation and weights. */
  readonly node: GraphNode;
  readonly operation: Operation;
  /** Folded into the weights (live), or null. */
  readonly batchNorm: GraphNode | null;
  /** Fused into the kernel, or null. */
  readonly activation: Activation | null;
  readonly inputs: readonly LayerId[];
  /** Without the batch axis. */
  readonly outputShape: readonly number[];
  /** LRP only, in an unfolded plan: this batch norm is taken as part of the step before it. */
  readonly foldsForRelevance: GraphNode | null;
}

/** What to run, in order, to get certain values of a graph. Pure description: no tensors. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** Node → the value that holds it, for nodes that compute nothing (dropout). */
  readonly alias: ReadonlyMap<LayerId, LayerId>;
  /** Values (and the input) that exist while this plan runs. */
  readonly values: ReadonlySet<LayerId>;
}

interface Usage {
  /** Needed nodes by id. */
  readonly needed: ReadonlyMap<LayerId, GraphNode>;
  /** Value → nodes that read it. */
  readonly readers: ReadonlyMap<LayerId, readonly GraphNode[]>;
}

/** Nodes that compute nothing stand for their input. */
function resolveAliases(graph: NetworkGraph): ReadonlyMap<LayerId, LayerId> {
  const alias = new Map<LayerId, LayerId>();
  for (const node of graph.nodes) {
    const source = node.inputs[0];
    if (node.operation.op === 'identity' && source !== undefined) alias.set(node.id, alias.get(source) ?? source);
  }
  return alias;
}

function findUsage(graph: NetworkGraph, alias: ReadonlyMap<LayerId, LayerId>, wanted: ReadonlySet<LayerId>): Usage {
  const needed = new Map<LayerId, GraphNode>();
  const readers = new Map<LayerId, GraphNode[]>();
  const reached = new Set(wanted);
  for (const node of [...graph.nodes].reverse()) {
    if (!reached.has(node.id) || alias.has(node.id)) continue;
    needed.set(node.id, node);
    for (const input of node.inputs) {
      const source = alias.get(input) ?? input;
      reached.add(source);
      const list = readers.get(source);
      if (list === undefined) readers.set(source, [node]);
      else if (!list.includes(node)) list.push(node);
    }
  }
  return { needed, readers };
}

function withPadding(operation: Operation, padding: GraphNode): Operation {
  if ((operation.op !== 'conv2d' && operation.op !== 'depthwise-conv2d') || padding.operation.op !== 'pad') return operation;
  const inner = operation.padding;
  const outer = padding.operation.padding;
  return { ...operation, padding: {
    top: inner.top + outer.top, bottom: inner.bottom + outer.bottom, left: inner.left + outer.left, right: inner.right + outer.right,
  } };
}

/**
 * Compiles the steps that make `wanted` values. In `live` mode a batch norm is folded into the layer before it, an
 * activation is fused into its layer and zero padding into its convolution, each only where nobody wants the value between.
 *
 * @param wanted  node ids that must exist as values; the input may be among them
 * @throws AppError 'layer-unknown' for a name that is not in the graph
 */
export function compilePlan(graph: NetworkGraph, mode: PlanMode, wanted: ReadonlySet<LayerId>): Plan {
  const known = new Set(graph.nodes.map((node) => node.id));
  for (const id of wanted) if (!known.has(id)) throw new AppError('layer-unknown', `'${id}'`);
  const alias = resolveAliases(graph);
  const resolve = (id: LayerId): LayerId => alias.get(id) ?? id;
  const visible = new Set([...wanted].map(resolve));
  const { needed, readers } = findUsage(graph, alias, visible);

  /** The only reader of a value nobody wants to see. */
  const soleReader = (id: LayerId): GraphNode | null => {
    const list = readers.get(id) ?? [];
    return list.length === 1 && !visible.has(id) ? list[0] ?? null : null;
  };

  const steps: PlanStep[] = [];
  const absorbed = new Set<LayerId>();
  const pads = new Map<LayerId, GraphNode>();
  for (const node of graph.nodes) {
    if (!needed.has(node.id) || absorbed.has(node.id) || node.operation.op === 'input') continue;
    let operation: Operation = node.operation;
    let inputs = node.inputs.map(resolve);
    if (mode === 'live' && operation.op === 'pad' && operation.value === 0) {
      const reader = soleReader(node.id);
      if (reader !== null && (reader.operation.op === 'conv2d' || reader.operation.op === 'depthwise-conv2d')) {
        pads.set(node.id, node);
        continue;
      }
    }
    const pad = pads.get(inputs[0] ?? '');
    if (pad !== undefined) {
      operation = withPadding(operation, pad);
      inputs = pad.inputs.map(resolve);
    }
    let last = node;
    let batchNorm: GraphNode | null = null;
    let activation: Activation | null = null;
    let foldsForRelevance: GraphNode | null = null;
    if (isFoldable(node)) {
      const next = (readers.get(node.id) ?? []).length === 1 ? readers.get(node.id)?.[0] ?? null : null;
      if (next?.operation.op === 'batch-norm') {
        if (mode === 'live' && soleReader(node.id) === next) {
          batchNorm = next;
          last = next;
          absorbed.add(next.id);
        } else foldsForRelevance = next;
      }
      const following = mode === 'live' ? soleReader(last.id) : null;
      if (following?.operation.op === 'activation' && isFusable(following.operation.activation)) {
        activation = following.operation.activation;
        last = following;
        absorbed.add(following.id);
      }
    }
    steps.push({ id: last.id, node, operation, batchNorm, activation, inputs, outputShape: last.outputShape, foldsForRelevance });
  }
  return { steps, alias, values: new Set([graph.input, ...steps.map((step) => step.id)]) };
}

const layoutOperations: ReadonlySet<string> = new Set(['identity', 'flatten', 'reshape', 'input', 'pad', 'slice', 'transpose']);

/** Values of a mode's plan that are worth a place in the layer rail: nothing that only moves or renames values. */
export function listLayers(graph: NetworkGraph, mode: PlanMode): readonly LayerId[] {
  const plan = compilePlan(graph, mode, new Set([graph.output, graph.logits]));
  const output = plan.alias.get(graph.output) ?? graph.output;
  return plan.steps.filter((step) => !layoutOperations.has(step.operation.op) || step.id === output).map((step) => step.id);
}
