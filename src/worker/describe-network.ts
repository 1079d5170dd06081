import type { KernelReport, NetworkDescription, NodeDescription } from '../contract/api';
import { AppError } from '../contract/errors';
import type { LayerId, MapShape } from '../contract/ids';
import { costOf, memoryOf } from '../graph/costs';
import type { GraphNode, NetworkGraph } from '../graph/network-graph';
import type { Operation, Padding } from '../graph/ops';
import { computeReceptiveFields } from '../graph/receptive-field';

/** The whole graph in plain JSON, every node in topological order, with what each weighs, works and sees. */
export function describeNetwork(graph: NetworkGraph): NetworkDescription {
  const fields = computeReceptiveFields(graph);
  return {
    nodes: graph.nodes.map((node): NodeDescription => ({
      id: node.id, op: nameOperation(node.operation), inputs: [...node.inputs], shape: mapShapeOf(node), ...costOf(node), ...memoryOf(node),
      receptiveField: fields.get(node.id) ?? null, settings: describeSettings(node),
    })),
    input: graph.input, output: graph.output, logits: graph.logits, firstConvolution: findFirstConvolution(graph),
  };
}

/**
 * The kernels of a convolution as the file has them (transposed to HWIO by the importer, not folded).
 *
 * @returns a copy: `[kh, kw, cin / groups, cout]`, depthwise `[kh, kw, cin, multiplier]`
 * @throws AppError 'layer-unknown' when there is no such node, or it is no convolution
 */
export function readKernels(graph: NetworkGraph, layer: LayerId): KernelReport {
  const node = graph.nodes.find(({ id }) => id === layer);
  const kernel = node === undefined || node.operation.op === 'dense' ? undefined : node.weights.kernel;
  if (kernel === undefined) throw new AppError('layer-unknown', `'${layer}' has no kernels`);
  // The weights may be a view of one large buffer, all of which a structured clone would copy.
  return { shape: [...kernel.shape], values: kernel.values.slice() };
}

const passesPicture: ReadonlySet<string> = new Set(['identity', 'pad', 'scale', 'batch-norm', 'subtract', 'multiply', 'divide', 'add', 'resize', 'slice']);

/** The convolution that reads the picture itself, at most normalised or padded on the way. */
function findFirstConvolution(graph: NetworkGraph): LayerId | null {
  const pictures = new Set<LayerId>([graph.input]);
  for (const node of graph.nodes) {
    const { op } = node.operation;
    if (!node.inputs.some((input) => pictures.has(input))) continue;
    if ((op === 'conv2d' || op === 'depthwise-conv2d') && node.weights.kernel !== undefined) return node.id;
    if (passesPicture.has(op) && node.outputShape[2] === graph.inputShape[2]) pictures.add(node.id);
  }
  return null;
}

function mapShapeOf(node: GraphNode): MapShape {
  const [height = 1, width = 1, channels = 1] = node.outputShape;
  return node.outputShape.length === 3 ? [height, width, channels] : [1, 1, node.outputShape.reduce((product, size) => product * size, 1)];
}

function nameOperation(operation: Operation): string {
  return operation.op === 'activation' ? operation.activation.kind : operation.op;
}

function describeSettings(node: GraphNode): string {
  return settingsOf(node.operation, node).filter((part) => part !== '').join(', ');
}

function settingsOf(operation: Operation, node: GraphNode): readonly string[] {
  switch (operation.op) {
    case 'conv2d': case 'depthwise-conv2d': {
      const [height = 1, width = 1, inputs = 1, outputs = 1] = node.weights.kernel?.shape ?? [];
      const groups = operation.op === 'conv2d' ? operation.groups : 1;
      return [
        size(height, width), operation.op === 'conv2d' ? `${inputs * groups} to ${outputs} channels` : outputs === 1 ? 'each channel by itself' : `${outputs} maps for each channel`,
        stride(operation.strides), operation.dilations.some((step) => step > 1) ? `dilation ${pair(operation.dilations)}` : '',
        padding(operation.padding), groups > 1 ? `${groups} groups` : '',
      ];
    }
    case 'max-pool': return [size(...operation.window), stride(operation.strides), padding(operation.padding)];
    case 'average-pool': return [size(...operation.window), stride(operation.strides), padding(operation.padding), operation.countPadding ? 'padding counts' : ''];
    case 'dense': {
      const [inputs = 1, outputs = 1] = node.weights.kernel?.shape ?? [];
      return [`${inputs} to ${outputs} values`];
    }
    case 'batch-norm': return [`epsilon ${Number(operation.epsilon.toPrecision(4))}`];
    case 'activation': return activationSettings(operation.activation);
    case 'concat': return [operation.axis === 2 || node.outputShape.length === 1 ? 'channels side by side' : `along axis ${operation.axis}`];
    case 'pad': return [padding(operation.padding), operation.value === 0 ? '' : `filled with ${operation.value}`];
    case 'reshape': return [`to ${operation.shape.join(' × ')}`];
    case 'slice': return [`${operation.size} from ${operation.start}`, operation.axis === 2 ? 'channels' : `along axis ${operation.axis}`];
    case 'resize': return [`to ${operation.height} × ${operation.width}`, operation.method];
    case 'local-response-norm': return [`over ${operation.size} channels`];
    case 'transpose': return [`axes ${operation.permutation.join(', ')}`];
    default: return [];
  }
}

function activationSettings(activation: Extract<Operation, { op: 'activation' }>['activation']): readonly string[] {
  switch (activation.kind) {
    case 'clip': return [`${activation.min} to ${activation.max}`];
    case 'leaky-relu': return [`slope ${Number(activation.slope.toPrecision(4))}`];
    case 'elu': return [`alpha ${activation.alpha}`];
    case 'gelu': return [activation.approximate ? 'approximate' : ''];
    default: return [];
  }
}

const size = (height: number, width: number): string => `${height} × ${width}`;
const pair = ([a, b]: readonly [number, number]): string => (a === b ? String(a) : `${a} × ${b}`);
const stride = (strides: readonly [number, number]): string => (strides.some((step) => step > 1) ? `stride ${pair(strides)}` : '');

function padding({ top, bottom, left, right }: Padding): string {
  if (top + bottom + left + right === 0) return '';
  if (top === bottom && left === right && top === left) return `padding ${top}`;
  return `padding ${top} above, ${bottom} below, ${left} left, ${right} right`;
}
