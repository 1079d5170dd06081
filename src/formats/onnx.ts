import { AppError } from '../contract/errors';
import { GraphBuilder } from '../graph/graph-builder';
import type { NetworkGraph } from '../graph/network-graph';
import { maxElements } from '../graph/shapes';
import { Budget } from './budget';
import { requireOneInput, writeOpenShape } from './describe-input';
import { readLabels } from './label-metadata';
import { listNeeded } from './needed-nodes';
import { defaultSizePx, type FileReading, type ReadOptions } from './network-facts';
import { checkLocation, decodeTensor, isRealType, nameOfType } from './onnx-constant';
import { Layouts, shapeOf, type Atom, type Placed } from './onnx-layout';
import { readOperator } from './onnx-operators';
import { readOnnxProto, type OnnxModel, type OnnxValueInfo } from './onnx-proto';
import { NodeScope, type Import, type OnnxValue } from './onnx-scope';

/** Name of this format in a graph and in reports. */
const onnxFormat = 'onnx';

const oldestOpset = 7;
const maxBatch = 2 ** 16;
const uint8 = 2;
/** Largest stored tensor that is kept decoded, in elements. */
const keptElements = 2 ** 16;

function describeInput(info: OnnxValueInfo): string {
  return `'${info.name}' ${nameOfType(info.elementType)} ${writeOpenShape(info.dims)}`;
}

/** Graph inputs without a stored value. Before IR version 4 every initializer was listed as an input too. */
function findInput(model: OnnxModel): OnnxValueInfo {
  const open = model.inputs.filter((info) => !model.initializers.has(info.name));
  const [info] = open;
  if (info === undefined) throw new AppError('graph-unsupported', 'the network has no input');
  requireOneInput(open.map(describeInput));
  const isPicture = info.dims?.length === 4 && (isRealType(info.elementType) || info.elementType === uint8);
  if (!isPicture) throw new AppError('input-unsupported', `input ${describeInput(info)} is no picture [n, c, h, w]`);
  return info;
}

/** True where the file wants [n, h, w, c]: it turns its input to NCHW first, or the last axis is the one that can be colours. */
function isChannelsLast(model: OnnxModel, info: OnnxValueInfo): boolean {
  const [, first = null, , last = null] = info.dims ?? [];
  const readers = model.nodes.filter((node) => node.inputs[0] === info.name);
  if (readers.some((node) => node.opType === 'Transpose' && node.attributes.get('perm')?.ints.join() === '0,3,1,2')) return true;
  if (readers.some((node) => node.opType === 'Conv')) return false;
  return last !== null && last <= 4 && (first === null || first > 4);
}

interface PlacedInput {
  readonly input: Placed;
  readonly layouts: Layouts;
  readonly sizeIsOpen: boolean;
}

function placeInput(model: OnnxModel, builder: GraphBuilder, options: ReadOptions): PlacedInput {
  const info = findInput(model);
  const [batch = null, ...sizes] = info.dims ?? [];
  const order = isChannelsLast(model, info) ? [1, 2, 3] : [2, 3, 1];
  const [height = null, width = null, channels = null] = order.map((axis) => sizes[axis - 1] ?? null);
  if (channels === null) throw new AppError('input-unsupported', `input ${describeInput(info)} has no fixed number of channels`);
  const shape = [options.height ?? height ?? defaultSizePx, options.width ?? width ?? defaultSizePx, channels];
  if ((batch ?? 1) > maxBatch) throw new AppError('format-too-large', `input ${describeInput(info)}`);
  const atom: Atom = { size: batch ?? 1 };
  const layouts = new Layouts(builder, atom);
  return { input: layouts.place(builder.addInput(info.name, shape), order, 4), layouts, sizeIsOpen: height === null || width === null };
}

/** Before anything is decoded. @throws AppError 'format-too-large' over 1 GB of floats, naming the largest tensor */
function checkDeclaredSize(model: OnnxModel): void {
  const sizes = [...model.initializers.values()].map((tensor) => ({ name: tensor.name, elements: tensor.dims.reduce((product, size) => product * size, 1) }));
  const total = sizes.reduce((sum, { elements }) => sum + elements, 0);
  if (total <= maxElements) return;
  const largest = sizes.reduce((one, other) => (other.elements > one.elements ? other : one));
  throw new AppError('format-too-large', `the file declares ${total} weights, more than ${maxElements} (1 GB); tensor '${largest.name}' alone ${largest.elements}`);
}

/**
 * Paths of the files that hold a network's external data, relative to it, each once.
 *
 * @throws AppError 'format-malformed' | 'format-too-large'
 */
export function listOnnxExternalFiles(file: Uint8Array): readonly string[] {
  const model = readOnnxProto(file);
  const constants = model.nodes.flatMap((node) => node.attributes.get('value')?.tensor ?? []);
  return [...new Set([...model.initializers.values(), ...constants].flatMap((tensor) => tensor.external?.get('location') ?? []).map(checkLocation))];
}

/**
 * Reads an ONNX network (operator sets 7 to current). NCHW becomes NHWC here: kernels are turned, transposes and flattens
 * cancel out, and a node's value is named by its ONNX tensor. Of several outputs the first is read; what it does not need is left out.
 *
 * @param file      bytes of the file, not trusted; may be kept: arrays of the graph can be views of it
 * @param external  files with external data that lie beside it, by path or bare name
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' (names operator and node) | 'graph-unsupported' | 'input-unsupported' (names the inputs)
 */
export function readOnnxFile(file: Uint8Array, external: ReadonlyMap<string, Uint8Array> = new Map(), options: ReadOptions = {}): FileReading {
  const model = readOnnxProto(file);
  if (model.nodes.length === 0) throw new AppError('format-malformed', 'an ONNX file without nodes');
  if (model.opset < oldestOpset) throw new AppError('op-unsupported', `ONNX operator set ${model.opset}, ${oldestOpset} or newer is read`);
  const output = model.outputs[0]?.name;
  if (output === undefined) throw new AppError('graph-unsupported', 'the network has no output');

  checkDeclaredSize(model);
  const builder = new GraphBuilder(model.name, onnxFormat);
  const { input, layouts, sizeIsOpen } = placeInput(model, builder, options);
  const budget = new Budget([...external.values()].reduce((total, bytes) => total + bytes.byteLength, file.byteLength));
  const values = new Map<string, OnnxValue>([[input.id, { kind: 'placed', placed: input }]]);
  const decode: Import['decode'] = (tensor) => decodeTensor(tensor, external, budget);
  const shared: Import = {
    builder, layouts, budget, opset: model.opset, origins: new Map(), decode,
    find: (name) => {
      const known = values.get(name);
      const tensor = known === undefined ? model.initializers.get(name) : undefined;
      if (tensor === undefined) return known;
      const value: OnnxValue = { kind: 'constant', constant: decode(tensor) };
      // Large ones are decoded again by a second reader, so that the first one's copy can go.
      if (value.constant.values.length <= keptElements) values.set(name, value);
      return value;
    },
  };
  for (const node of listNeeded(model.nodes, output, { inputs: ({ inputs }) => inputs, outputs: ({ outputs }) => outputs })) {
    const scope = new NodeScope(shared, node);
    if (scope.id === '') throw new AppError('format-malformed', `${node.opType} node '${node.name}' has no output`);
    readOperator(scope).forEach((value, index) => {
      const name = node.outputs[index];
      if (name !== undefined && name !== '') values.set(name, value);
    });
  }
  const result = values.get(output);
  if (result === undefined) throw new AppError('format-malformed', `the output '${output}' is computed nowhere`);
  if (result.kind !== 'placed') throw new AppError('graph-unsupported', `the output '${output}' does not depend on the picture`);
  const settled = layouts.settleOutput(result.placed);
  if (shapeOf(settled).some((axis) => !Number.isSafeInteger(axis))) throw new AppError('format-too-large', `output '${output}'`);
  return { graph: builder.build(settled.id), sizeIsOpen, labels: readLabels(model.metadata), dequantised: budget.dequantised, outputNames: model.outputs.length > 1 ? model.outputs.map(({ name }) => name) : [] };
}

/** The graph alone of {@link readOnnxFile}. */
export function readOnnx(file: Uint8Array, external?: ReadonlyMap<string, Uint8Array>, options?: ReadOptions): NetworkGraph {
  return readOnnxFile(file, external, options).graph;
}
