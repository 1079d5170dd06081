import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { Executor } from '../engine/executor.interface';
import { findLastSpatialLayer } from '../graph/layer-facts';
import type { GraphNode, NetworkGraph } from '../graph/network-graph';
import { scoreLayerOf, type ScoreTarget } from './score-target';

/** The nodes a score depends on, its own layer last; topological order. Every class when no target is given. */
export function nodesBefore(graph: NetworkGraph, target?: ScoreTarget): readonly GraphNode[] {
  const top = target === undefined ? graph.logits : scoreLayerOf(graph, target);
  const reached = new Set([top]);
  const found: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!reached.has(node.id)) continue;
    found.push(node);
    for (const input of node.inputs) reached.add(input);
  }
  return found.reverse();
}

const functionNames: Readonly<Record<string, string>> = {
  'leaky-relu': 'leaky ReLU', 'elu': 'ELU', 'sigmoid': 'sigmoid', 'tanh': 'tanh', 'hard-sigmoid': 'hard sigmoid',
  'hard-swish': 'hard swish', 'silu': 'SiLU', 'gelu': 'GELU', 'clip': 'a clip that is no ReLU6',
};

/** Guided backpropagation and deconvnet say what happens at a ReLU and at nothing else. */
export function findRectifierLimit(name: string, graph: NetworkGraph, target?: ScoreTarget): string | null {
  let rectifiers = 0;
  for (const { operation } of nodesBefore(graph, target)) {
    if (operation.op === 'prelu') return `${name} is defined for ReLU; this network uses PReLU.`;
    if (operation.op !== 'activation') continue;
    const { activation } = operation;
    const rectifies = activation.kind === 'relu' || activation.kind === 'relu6' || (activation.kind === 'clip' && activation.min === 0);
    if (!rectifies) return `${name} is defined for ReLU; this network uses ${functionNames[activation.kind] ?? activation.kind}.`;
    rectifiers += 1;
  }
  return rectifiers === 0 ? `${name} changes what happens at a ReLU; there is none before this score.` : null;
}

/** Layer norm, group norm and instance norm in plain words. */
export const statisticsName = 'a normalisation by the picture\'s own statistics';

/** Layer-wise relevance propagation has rules for sums, not for products of two branches. */
export function findRelevanceLimit(graph: NetworkGraph, target?: ScoreTarget): string | null {
  for (const { operation } of nodesBefore(graph, target)) {
    if (operation.op === 'multiply') return 'Relevance has no rule for a product of two branches, which this network has.';
    if (operation.op === 'group-norm') return `Relevance has no rule for ${statisticsName}, which this network has.`;
    if (operation.op === 'divide') return 'Relevance has no rule for a quotient of two branches, which this network has.';
  }
  return null;
}

/** Its values stand for places of the picture: more than one. */
export function hasPlace(node: GraphNode): boolean {
  const [height = 1, width = 1] = node.outputShape;
  return node.outputShape.length === 3 && height * width > 1;
}

/** Layer maps need a layer with a place in the picture before the score. */
export function findPlaceLimit(graph: NetworkGraph, target?: ScoreTarget): string | null {
  const before = nodesBefore(graph, target).slice(0, -1);
  return before.some((node) => node.operation.op !== 'input' && hasPlace(node)) ? null : 'No layer before this score has a place in the picture.';
}

/**
 * The asked layer of a CAM method, else the last spatial one before the score: there the maps are nearest to the decision
 * and still have a place.
 *
 * @throws AppError 'explain-unsupported' where there is none, or where the score does not depend on the asked one
 */
export function chooseLayer(executor: Executor, target: ScoreTarget, asked: LayerId | null): LayerId {
  const { graph } = executor;
  const before = nodesBefore(graph, target);
  const known = new Map(before.map((node) => [node.id, node]));
  if (asked !== null) {
    if (!graph.nodes.some((node) => node.id === asked)) throw new AppError('layer-unknown', `'${asked}'`);
    const node = known.get(asked);
    if (node === undefined) throw new AppError('explain-unsupported', 'The score does not depend on this layer.');
    if (node.outputShape.length !== 3) throw new AppError('explain-unsupported', 'This layer has no place in the picture.');
    return asked;
  }
  const top = scoreLayerOf(graph, target);
  const chosen = findLastSpatialLayer(graph, executor.layers('live').filter((id) => known.has(id) && id !== top))
    ?? findLastSpatialLayer(graph, before.filter((node) => node.id !== top && node.operation.op !== 'input').map((node) => node.id));
  if (chosen === null) throw new AppError('explain-unsupported', 'No layer before this score has a place in the picture.');
  return chosen;
}

/** @throws AppError 'explain-unsupported' with the sentence, when there is one */
export function requireSupported(limit: string | null): void {
  if (limit !== null) throw new AppError('explain-unsupported', limit);
}
