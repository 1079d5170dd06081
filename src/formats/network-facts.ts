import type { LayerId } from '../contract/ids';
import { findEnding } from '../graph/answer';
import type { GraphNode, NetworkGraph } from '../graph/network-graph';

/** Names of the formats in a graph, a card and reports. */
export type FormatName = 'tfjs-layers' | 'tfjs-graph' | 'keras' | 'onnx' | 'tflite';

/** How to read a file that leaves something open. */
export interface ReadOptions {
  /** Height and width of the input in pixels. Files that leave them open are read at this size (224 when it is not given); files that fix
   * them are read at another one where the network allows it, and refused where it does not. */
  readonly height?: number;
  readonly width?: number;
}

/** Side in pixels at which a network of open size is read when nobody says otherwise. */
export const defaultSizePx = 224;

/** What a reader gives back: the graph and what only the file could tell. */
export interface FileReading {
  readonly graph: NetworkGraph;
  /** The file leaves height or width open. */
  readonly sizeIsOpen: boolean;
  /** Class names in the file's metadata, in the order of the output; null: none. Not trusted: any text, any number of them. */
  readonly labels: readonly string[] | null;
  /** Some weights were stored as integers or halves and are floats now. */
  readonly dequantised: boolean;
  /** The real numbers that the input's integers stand for, lowest and highest, where the file says so. */
  readonly inputRange?: readonly [low: number, high: number] | null;
  /** Names of the outputs where the file has several, the one that was read first. */
  readonly outputNames?: readonly string[];
}

/** What the network does to its input before anything else: `(x - mean) / std` per channel. */
export interface InputNormalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The node whose value is the normalised input. */
  readonly layer: LayerId;
}

/** Everything known about a network file besides its graph. */
export interface NetworkFileFacts {
  readonly format: FormatName;
  /** The file leaves height or width open. */
  readonly sizeIsOpen: boolean;
  /** Height and width can be chosen: they are open, or nothing in the network depends on them. */
  readonly sizeIsFree: boolean;
  /** A softmax or a sigmoid ends the network. */
  readonly outputIsProbability: boolean;
  /** Null: the network takes its input as it is, so the preprocessing has to be asked for. */
  readonly normalisation: InputNormalisation | null;
  readonly labels: readonly string[] | null;
  readonly dequantised: boolean;
  /** The values the network wants its input in, lowest and highest, where the file says so (quantised TFLite); else null. */
  readonly inputRange: readonly [low: number, high: number] | null;
  /** Numbers in the output: how many classes there are to name. */
  readonly outputs: number;
  /** Shape of the file's own output where that is a map and the graph ends in its mean; else null. */
  readonly outputMap: readonly [height: number, width: number, channels: number] | null;
  /** Names of the outputs where the file has several, the one that was read first; else none. */
  readonly outputNames: readonly string[];
}

/** Per-channel `x * factor + offset` of a node, or null when it is something else. */
function affineOf(node: GraphNode, channels: number): { readonly factor: readonly number[]; readonly offset: readonly number[] } | null {
  const perChannel = (values: Float32Array | undefined, missing: number): readonly number[] | null => {
    if (values === undefined) return Array.from({ length: channels }, () => missing);
    if (values.length !== 1 && values.length !== channels) return null;
    return Array.from({ length: channels }, (_, channel) => values[values.length === 1 ? 0 : channel] ?? missing);
  };
  const { operation, weights } = node;
  if (operation.op === 'scale') {
    const factor = perChannel(weights.factor?.values, 1);
    const offset = perChannel(weights.offset?.values, 0);
    return factor === null || offset === null ? null : { factor, offset };
  }
  if (operation.op !== 'batch-norm') return null;
  const variance = perChannel(weights.variance?.values, 1);
  const gamma = perChannel(weights.gamma?.values, 1);
  const beta = perChannel(weights.beta?.values, 0);
  const mean = perChannel(weights.mean?.values, 0);
  if (variance === null || gamma === null || beta === null || mean === null) return null;
  const factor = variance.map((value, channel) => (gamma[channel] ?? 1) / Math.sqrt(value + operation.epsilon));
  return { factor, offset: factor.map((value, channel) => (beta[channel] ?? 0) - (mean[channel] ?? 0) * value) };
}

/**
 * The normalisation at the start of a network: Rescaling and Normalization layers, leading multiplications and subtractions of
 * constants, a batch norm on the picture itself. They are followed as long as nothing else reads the value in between.
 */
function findNormalisation(graph: NetworkGraph): InputNormalisation | null {
  const channels = graph.inputShape[2];
  let layer = graph.input;
  let factor: readonly number[] = Array.from({ length: channels }, () => 1);
  let offset: readonly number[] = factor.map(() => 0);
  let found = false;
  for (;;) {
    const readers = graph.nodes.filter((node) => node.inputs.includes(layer));
    const [node] = readers;
    if (node === undefined || readers.length !== 1) break;
    if (node.operation.op !== 'identity') {
      const affine = affineOf(node, channels);
      if (affine === null || affine.factor.some((value) => value === 0 || !Number.isFinite(value))) break;
      offset = offset.map((value, channel) => value * (affine.factor[channel] ?? 1) + (affine.offset[channel] ?? 0));
      factor = factor.map((value, channel) => value * (affine.factor[channel] ?? 1));
      found = true;
    }
    layer = node.id;
  }
  return found ? { mean: offset.map((value, channel) => -value / (factor[channel] ?? 1)), std: factor.map((value) => 1 / value), layer } : null;
}

function hasSpatialWeights(node: GraphNode): boolean {
  return [node.weights.slope, node.weights.factor, node.weights.offset].some((weight) => weight !== undefined && weight.shape.length === 3 && (weight.shape[0] ?? 1) * (weight.shape[1] ?? 1) > 1);
}

/** True when a network works at any size: whatever depends on height and width ends in a global pool. */
function isFullyConvolutional(graph: NetworkGraph): boolean {
  const sized = new Set<LayerId>([graph.input]);
  const shapes = new Map(graph.nodes.map((node) => [node.id, node.outputShape]));
  for (const node of graph.nodes) {
    const { operation } = node;
    if (!node.inputs.some((input) => sized.has(input))) continue;
    if (operation.op === 'global-average-pool' || operation.op === 'global-max-pool') continue;
    const [height = 1, width = 1] = shapes.get(node.inputs[0] ?? '') ?? [];
    const wholeMap = (operation.op === 'average-pool' || operation.op === 'max-pool') && operation.window[0] >= height && operation.window[1] >= width;
    const bound = ['dense', 'flatten', 'reshape', 'transpose', 'resize'].includes(operation.op) || (operation.op === 'slice' && operation.axis < 2)
      || wholeMap || hasSpatialWeights(node);
    if (bound) return false;
    sized.add(node.id);
  }
  return !sized.has(graph.output);
}

/** What a file and its graph tell together. @param outputMap  as in {@link NetworkFileFacts}, when the graph was given one answer */
export function collectFacts(format: FormatName, reading: FileReading, outputMap: NetworkFileFacts['outputMap'] = null): NetworkFileFacts {
  const { graph, sizeIsOpen, labels, dequantised } = reading;
  const output = graph.nodes.find((node) => node.id === graph.output);
  return {
    format, sizeIsOpen, labels, dequantised, inputRange: reading.inputRange ?? null,
    sizeIsFree: sizeIsOpen || isFullyConvolutional(graph),
    outputIsProbability: findEnding(new Map(graph.nodes.map((node) => [node.id, node])), graph.output) !== null,
    normalisation: findNormalisation(graph),
    outputs: (output?.outputShape ?? []).reduce((product, size) => product * size, 1),
    outputMap, outputNames: reading.outputNames ?? [],
  };
}
