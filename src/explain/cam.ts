import { mul, tidy } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphNode, NetworkGraph } from '../graph/network-graph';
import { weighByMeanGradient } from './grad-cam';
import { onePass } from './one-pass';
import type { ScoreTarget } from './score-target';

function isWholeMapAverage(node: GraphNode, input: GraphNode | undefined): boolean {
  if (node.operation.op === 'global-average-pool') return true;
  return node.operation.op === 'average-pool' && input !== undefined
    && node.operation.window[0] === input.outputShape[0] && node.operation.window[1] === input.outputShape[1]
    && Object.values(node.operation.padding).every((pixels) => pixels === 0);
}

/** What may stand beside the dense layer: it moves values, or multiplies and adds constants, as a bias that is a step of its own does. */
const beside: ReadonlySet<string> = new Set(['identity', 'flatten', 'reshape', 'transpose', 'scale', 'batch-norm']);

/** The layer whose maps a global average pool and at most one dense layer turn into the logits; null where there is none. */
function findAveragedLayer(graph: NetworkGraph): LayerId | null {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  let node = nodes.get(graph.logits);
  let denseLayers = 0;
  while (node !== undefined) {
    const input: GraphNode | undefined = nodes.get(node.inputs[0] ?? '');
    if (isWholeMapAverage(node, input)) return input?.id ?? null;
    const { op } = node.operation;
    const onePlace = op === 'conv2d' && input !== undefined && input.outputShape[0] === 1 && input.outputShape[1] === 1;
    if (op === 'dense' || onePlace) denseLayers += 1;
    else if (!beside.has(op)) return null;
    if (denseLayers > 1) return null;
    node = input;
  }
  return null;
}

function findLimit(graph: NetworkGraph, target?: ScoreTarget): string | null {
  if (target?.kind === 'unit') return 'CAM explains classes; for a unit use Grad-CAM.';
  return findAveragedLayer(graph) === null ? 'CAM needs a global average pool that meets one dense layer; this network ends otherwise.' : null;
}

/**
 * CAM: `Σ_k w_k A_k` with the class's own weights, `[n, h', w']`, signed, no ReLU and no rescaling; its mean over the places plus
 * the bias is the logit. Exact where a global average pool meets one dense layer (or where the pool itself gives the logits), also
 * where constants are multiplied and added on the way: the gradient holds the factors, the bias all that is added.
 * Grad-CAM at that layer is its positive part divided by the number of places.
 *
 * @see Zhou, Khosla, Lapedriza, Oliva, Torralba 2016, arXiv:1512.04150, eq. 2
 */
export const cam = onePass({
  id: 'cam', name: 'CAM', kind: 'layer', signed: true, pixel: 'only', meaning: 'evidence', parameters: [],
  definition: 'The last maps, weighted by the class\'s own weights in the final dense layer. Their mean, plus a constant of the class, is the score.',
  paper: { authors: 'Zhou, Khosla, Lapedriza, Oliva, Torralba', year: 2016, title: 'Learning deep features for discriminative localization', arxiv: '1512.04150', doi: null, equation: 'eq. 2' },
}, {
  supports: findLimit,
  layerFor: ({ graph }) => {
    const layer = findAveragedLayer(graph);
    if (layer === null) throw new AppError('explain-unsupported', findLimit(graph) ?? '');
    return layer;
  },
  // Above the pool everything is linear and the same at every place: the gradient is w / (h w).
  combine: (activation, gradient) => tidy(() => mul(weighByMeanGradient(activation, gradient), (activation.shape[1] ?? 1) * (activation.shape[2] ?? 1))),
});
