import type { LayerId } from '../contract/ids';
import type { GraphNode, NetworkGraph, ProbabilityRule } from './network-graph';

const renames: ReadonlySet<string> = new Set(['identity', 'flatten', 'reshape']);

/** The node whose values the output only renames (MobileNet v1 ends in softmax, reshape); undefined for an unknown output. */
function findSource(nodes: ReadonlyMap<LayerId, GraphNode>, output: LayerId): GraphNode | undefined {
  let node = nodes.get(output);
  while (node !== undefined && renames.has(node.operation.op)) node = nodes.get(node.inputs[0] ?? '');
  return node;
}

/** The softmax, log-softmax or sigmoid that makes the output, apart from what only renames its values; null: there is none. */
export function findEnding(nodes: ReadonlyMap<LayerId, GraphNode>, output: LayerId): GraphNode | null {
  const node = findSource(nodes, output);
  if (node === undefined) return null;
  const { operation } = node;
  const ends = operation.op === 'softmax' || operation.op === 'log-softmax' || (operation.op === 'activation' && operation.activation.kind === 'sigmoid');
  return ends ? node : null;
}

/**
 * The logits of a network and how they become probabilities: the input of a final softmax or sigmoid, else the output. A hard sigmoid
 * stays: it clips, and where it does the answer no longer depends on its input (docs/adr/0007).
 */
export function findAnswer(nodes: ReadonlyMap<LayerId, GraphNode>, output: LayerId): Pick<NetworkGraph, 'logits' | 'probabilities'> {
  const ending = findEnding(nodes, output);
  const logits = ending?.inputs[0] ?? output;
  const answers = nodes.get(logits)?.outputShape.reduce((product, size) => product * size, 1) ?? 0;
  if (ending !== null) return { logits, probabilities: ending.operation.op === 'activation' || answers === 1 ? 'sigmoid' : 'softmax' };
  const last = findSource(nodes, output)?.operation;
  if (last?.op === 'activation' && last.activation.kind === 'hard-sigmoid') return { logits, probabilities: 'as-they-are' };
  return { logits, probabilities: answers === 1 ? 'sigmoid' : 'softmax' };
}

/**
 * Probabilities of one picture's logits.
 *
 * @param logits  one for each class · borrowed
 * @returns       one for each class, f64; NaN where a logit is not finite (softmax: all of them)
 */
export function toProbabilities(logits: Float32Array, rule: ProbabilityRule): Float64Array {
  if (rule === 'as-they-are') return Float64Array.from(logits);
  if (rule === 'sigmoid') return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > largest) largest = logit;
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  let total = 0;
  for (const power of powers) total += power;
  return powers.map((power) => power / total);
}
