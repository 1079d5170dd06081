import { AppError } from '../contract/errors';
import { GraphBuilder } from '../graph/graph-builder';
import { Budget } from './budget';
import { requireOneInput, writeOpenShape } from './describe-input';
import { asArray, asRecord, asString, field, type JsonRecord } from './json-access';
import { defaultSizePx, type FileReading, type ReadOptions } from './network-facts';
import { Layouts, type Atom } from './onnx-layout';
import type { Import, OnnxValue } from './onnx-scope';
import { nameOfValue, readNodes, readTensorShape, shapeOfPlaceholder, sortNodes, type TensorFlowNode } from './tfjs-graph-nodes';
import { computingReaders, TensorFlowScope, type TensorFlowReader } from './tfjs-graph-operators';
import { movingReaders } from './tfjs-graph-shapes';
import { readTfjsLabels } from './tfjs-layers';
import { readTfjsWeights, type TfjsWeight } from './tfjs-weights';

const readers: ReadonlyMap<string, TensorFlowReader> = new Map([...computingReaders, ...movingReaders]);

/** Names of the TensorFlow operations that are read, for messages and for the documentation. */
export const tensorFlowOperations: readonly string[] = [...readers.keys(), 'Const', 'Placeholder'].sort();

/** ONNX's version whose meaning of the shared operators the translation uses. */
const opset = 17;

function signatureOf(document: JsonRecord, topology: JsonRecord, side: 'inputs' | 'outputs'): readonly (readonly [name: string, shape: readonly (number | null)[] | null])[] {
  const metadata = field(document, 'userDefinedMetadata');
  const nested = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? field(asRecord(metadata, 'userDefinedMetadata'), 'signature') : undefined;
  const signature = field(document, 'signature') ?? nested ?? field(topology, 'signature');
  if (typeof signature !== 'object' || signature === null) return [];
  const entries = field(asRecord(signature, 'signature'), side);
  if (typeof entries !== 'object' || entries === null) return [];
  return Object.values(asRecord(entries, `signature.${side}`)).map((value) => {
    const entry = asRecord(value, `signature.${side}`);
    return [nameOfValue(asString(field(entry, 'name'), `signature.${side}`)), readTensorShape(field(entry, 'tensorShape'), `signature.${side}`)];
  });
}

/** The first output of the signature, else the last node that nothing reads. */
function findOutput(document: JsonRecord, topology: JsonRecord, nodes: ReadonlyMap<string, TensorFlowNode>): string {
  const [declared] = signatureOf(document, topology, 'outputs');
  if (declared !== undefined) return declared[0];
  const read = new Set([...nodes.values()].flatMap((node) => node.inputs.map((input) => input.replace(/:\d+$/, ''))));
  const ends = [...nodes.values()].filter((node) => !read.has(node.name) && node.op !== 'Const' && node.op !== 'NoOp');
  return ends.at(-1)?.name ?? fail('the network has no output');
}

function fail(message: string): never {
  throw new AppError('graph-unsupported', message);
}

interface Input {
  readonly name: string;
  readonly shape: readonly [height: number | null, width: number | null, channels: number];
  /** Axes of the file that are height, width and channels. */
  readonly order: readonly number[];
  readonly batch: number | null;
}

function findInput(needed: readonly TensorFlowNode[], declared: ReadonlyMap<string, readonly (number | null)[] | null>, weights: ReadonlyMap<string, TfjsWeight>): Input {
  const found = needed.filter((node) => node.op === 'Placeholder');
  const described = found.map((node) => ({ node, shape: declared.get(node.name) ?? shapeOfPlaceholder(node) }));
  const [first] = described;
  if (first === undefined) return fail('the network has no input');
  const names = described.map(({ node, shape }) => `'${node.name}' ${writeOpenShape(shape)}`);
  requireOneInput(names);
  const { node, shape } = first;
  if (shape?.length !== 4) throw new AppError('input-unsupported', `input ${names.join()}, a picture [n, h, w, c] is needed`);
  // A network that came from an NCHW framework turns its input first.
  const turned = needed.some((reader) => reader.op === 'Transpose' && reader.inputs[0] === node.name && weights.get(reader.inputs[1] ?? '')?.values.join() === '0,2,3,1');
  const order = turned ? [2, 3, 1] : [1, 2, 3];
  const [height = null, width = null, channels = null] = order.map((axis) => shape[axis] ?? null);
  if (channels === null) throw new AppError('input-unsupported', `input ${names.join()} has no fixed number of channels`);
  return { name: node.name, shape: [height, width, channels], order, batch: shape[0] ?? null };
}

function readConstant(weights: ReadonlyMap<string, TfjsWeight>, name: string): OnnxValue {
  const weight = weights.get(name);
  if (weight === undefined) throw new AppError('format-malformed', `constant '${name}' is not in the weights manifest`);
  const values = weight.dtype === 'float32' ? weight.values : Float64Array.from(weight.values);
  return { kind: 'constant', constant: { shape: weight.shape, values } };
}

function readNode(shared: Import, node: TensorFlowNode, define: (name: string, value: OnnxValue) => void): void {
  const reader = readers.get(node.op);
  if (reader === undefined) {
    throw new AppError('op-unsupported', `operation '${node.op}' of node '${node.name}'; supported: ${tensorFlowOperations.join(', ')}`);
  }
  reader(new TensorFlowScope(shared, node, define, [node.name])).forEach((value, index) => define(index === 0 ? node.name : `${node.name}:${index}`, value));
}

/**
 * Reads a TensorFlow.js GraphModel: TensorFlow operations, read through the operators of the ONNX reader where they are the same.
 * Of several outputs the first of the signature is read; what it does not need is left out.
 *
 * @param modelJson  parsed model.json, not trusted
 * @param bytes      all shards, joined in the order of `listTfjsShards`; kept: the graph's arrays may be views of it
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' (names node, operation and what is supported) | 'graph-unsupported' | 'input-unsupported'
 */
export function readTfjsGraph(modelJson: unknown, bytes: Uint8Array, options: ReadOptions = {}): FileReading {
  const document = asRecord(modelJson, 'model.json');
  const topology = asRecord(field(document, 'modelTopology'), 'modelTopology');
  const library = field(topology, 'library');
  const functions = typeof library === 'object' && library !== null ? field(asRecord(library, 'library'), 'function') : undefined;
  if (functions !== undefined && asArray(functions, 'library').length > 0) throw new AppError('op-unsupported', 'a network with functions of its own (control flow)');
  const { byName, dequantised } = readTfjsWeights(document, bytes);
  const nodes = readNodes(topology);
  const output = findOutput(document, topology, nodes);
  const needed = sortNodes(nodes, output);
  const input = findInput(needed, new Map(signatureOf(document, topology, 'inputs')), byName);

  const builder = new GraphBuilder('network', 'tfjs-graph');
  const batch: Atom = { size: input.batch ?? 1 };
  if (batch.size > 2 ** 16) throw new AppError('format-too-large', `input '${input.name}' takes ${batch.size} pictures at once`);
  const layouts = new Layouts(builder, batch, [1, 2, 3]);
  const [height, width, channels] = input.shape;
  const values = new Map<string, OnnxValue>();
  const define = (name: string, value: OnnxValue): void => { values.set(name, value); };
  const size = [options.height ?? height ?? defaultSizePx, options.width ?? width ?? defaultSizePx, channels];
  define(input.name, { kind: 'placed', placed: layouts.place(builder.addInput(input.name, size), input.order, 4) });
  const shared: Import = {
    builder, layouts, budget: new Budget(bytes.byteLength), opset, origins: new Map(), find: (name) => values.get(name),
    decode: () => fail('a tensor inside a node'),
  };
  for (const node of needed) {
    if (node.op === 'Const') define(node.name, readConstant(byName, node.name));
    else if (node.op !== 'Placeholder') readNode(shared, node, define);
  }
  const result = values.get(output);
  if (result === undefined) throw new AppError('format-malformed', `the output '${output}' is computed nowhere`);
  if (result.kind !== 'placed') return fail(`the output '${output}' does not depend on the picture`);
  const outputs = signatureOf(document, topology, 'outputs').map(([name]) => name);
  return {
    graph: builder.build(layouts.settleOutput(result.placed).id), sizeIsOpen: height === null || width === null, labels: readTfjsLabels(document), dequantised,
    outputNames: outputs.length > 1 ? outputs : [],
  };
}
