import { Reader } from 'protobufjs/minimal.js';
import { AppError } from '../contract/errors';

/** A tensor as the file stores it; bytes are views of the file, not copies. Read by `onnx-constant.ts`. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType, e.g. 1: float32, 7: int64, 10: float16. */
  readonly dataType: number;
  readonly raw: Uint8Array | null;
  /** Numbers of whichever typed list the file uses (float_data, int32_data, int64_data, double_data, uint64_data). */
  readonly numbers: readonly number[];
  /** Keys and values of `external_data`; null when the bytes are in this file. */
  readonly external: ReadonlyMap<string, string> | null;
}

/** An attribute; only the fields the readers ask for. */
export interface OnnxAttribute {
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly tensor: OnnxTensor | null;
}

/** One node of the graph; '' stands for an input or output that is left out. */
export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A graph input or output: null where the file gives no number for a size. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly (number | null)[] | null;
}

/** A file's graph. */
export interface OnnxModel {
  readonly name: string;
  /** Version of the default operator set. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** `metadata_props` of the file. */
  readonly metadata: ReadonlyMap<string, string>;
}

const maxNodes = 20_000;
const varint = 0;
const delimited = 2;
const fixed32 = 5;

type FieldReader = (reader: Reader, wireType: number) => void;

/** Walks the fields of one message; fields without a reader are skipped. */
function readMessage(bytes: Uint8Array, readers: ReadonlyMap<number, FieldReader>): void {
  const reader = new Reader(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const read = readers.get(tag >>> 3);
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader, tag & 7);
  }
}

function expectWire(actual: number, expected: number): void {
  if (actual !== expected) throw new AppError('format-malformed', `not an ONNX file: a field of wire type ${actual} where ${expected} is due`);
}

function text(put: (value: string) => void): FieldReader {
  return (reader, wire) => {
    expectWire(wire, delimited);
    put(reader.string());
  };
}

function bytes(put: (value: Uint8Array) => void): FieldReader {
  return (reader, wire) => {
    expectWire(wire, delimited);
    put(reader.bytes());
  };
}

function readInt(reader: Reader): number {
  const value: unknown = reader.int64();
  return typeof value === 'number' ? value : (value as { toNumber(): number }).toNumber();
}

function int(put: (value: number) => void): FieldReader {
  return (reader, wire) => {
    expectWire(wire, varint);
    put(readInt(reader));
  };
}

/** A repeated number, packed into one field or as one field each. */
function numbers(wireOfOne: number, readOne: (reader: Reader) => number, list: number[]): FieldReader {
  return (reader, wire) => {
    if (wire !== delimited) {
      expectWire(wire, wireOfOne);
      list.push(readOne(reader));
      return;
    }
    const packed = new Reader(reader.bytes());
    while (packed.pos < packed.len) list.push(readOne(packed));
  };
}

const readFloat = (reader: Reader): number => reader.float();
const readDouble = (reader: Reader): number => reader.double();

function readEntry(message: Uint8Array): readonly [string, string] {
  let key = '';
  let value = '';
  readMessage(message, new Map([[1, text((found) => { key = found; })], [2, text((found) => { value = found; })]]));
  return [key, value];
}

function readTensor(message: Uint8Array): OnnxTensor {
  let name = '';
  let dataType = 0;
  let location = 0;
  let raw: Uint8Array | null = null;
  const dims: number[] = [];
  const list: number[] = [];
  const external = new Map<string, string>();
  readMessage(message, new Map<number, FieldReader>([
    [1, numbers(varint, readInt, dims)], [2, int((value) => { dataType = value; })],
    [4, numbers(fixed32, readFloat, list)], [5, numbers(varint, readInt, list)], [7, numbers(varint, readInt, list)],
    [8, text((value) => { name = value; })], [9, bytes((value) => { raw = value; })],
    [10, numbers(1, readDouble, list)], [11, numbers(varint, readInt, list)],
    [13, bytes((value) => { external.set(...readEntry(value)); })], [14, int((value) => { location = value; })],
  ]));
  return { name, dims, dataType, raw, numbers: list, external: location === 1 ? external : null };
}

function readAttribute(message: Uint8Array): readonly [string, OnnxAttribute] {
  let name = '';
  let float = 0;
  let whole = 0;
  let word = '';
  let tensor: OnnxTensor | null = null;
  const floats: number[] = [];
  const ints: number[] = [];
  readMessage(message, new Map<number, FieldReader>([
    [1, text((value) => { name = value; })],
    [2, (reader, wire) => { expectWire(wire, fixed32); float = reader.float(); }],
    [3, int((value) => { whole = value; })], [4, text((value) => { word = value; })],
    [5, bytes((value) => { tensor = readTensor(value); })],
    [7, numbers(fixed32, readFloat, floats)], [8, numbers(varint, readInt, ints)],
  ]));
  return [name, { float, int: whole, text: word, floats, ints, tensor }];
}

function readNode(message: Uint8Array): OnnxNode {
  let name = '';
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  readMessage(message, new Map<number, FieldReader>([
    [1, text((value) => { inputs.push(value); })], [2, text((value) => { outputs.push(value); })],
    [3, text((value) => { name = value; })], [4, text((value) => { opType = value; })],
    [5, bytes((value) => { attributes.set(...readAttribute(value)); })], [7, text((value) => { domain = value; })],
  ]));
  return { name, opType, domain, inputs, outputs, attributes };
}

function readDimension(message: Uint8Array): number | null {
  let size: number | null = null;
  readMessage(message, new Map([[1, int((value) => { size = value; })]]));
  // Some writers put 0 or -1 for "any".
  return size !== null && size > 0 ? size : null;
}

function readValueInfo(message: Uint8Array): OnnxValueInfo {
  let name = '';
  let elementType = 0;
  let dims: (number | null)[] | null = null;
  const readShape = (shape: Uint8Array): void => {
    const list: (number | null)[] = [];
    readMessage(shape, new Map([[1, bytes((value) => { list.push(readDimension(value)); })]]));
    dims = list;
  };
  const readTensorType = (type: Uint8Array): void => {
    readMessage(type, new Map<number, FieldReader>([[1, int((value) => { elementType = value; })], [2, bytes(readShape)]]));
  };
  readMessage(message, new Map<number, FieldReader>([
    [1, text((value) => { name = value; })],
    [2, bytes((type) => readMessage(type, new Map([[1, bytes(readTensorType)]])))],
  ]));
  return { name, elementType, dims };
}

function readGraph(message: Uint8Array, opset: number, metadata: ReadonlyMap<string, string>): OnnxModel {
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  readMessage(message, new Map<number, FieldReader>([
    [1, bytes((value) => {
      if (nodes.length >= maxNodes) throw new AppError('format-too-large', `more than ${maxNodes} nodes`);
      nodes.push(readNode(value));
    })],
    [2, text((value) => { name = value; })],
    [5, bytes((value) => {
      const tensor = readTensor(value);
      if (initializers.has(tensor.name)) throw new AppError('format-malformed', `two initializers are named '${tensor.name}'`);
      initializers.set(tensor.name, tensor);
    })],
    [11, bytes((value) => { inputs.push(readValueInfo(value)); })], [12, bytes((value) => { outputs.push(readValueInfo(value)); })],
  ]));
  return { name: name === '' ? 'network' : name, opset, nodes, initializers, inputs, outputs, metadata };
}

/**
 * Reads the fields of an ONNX ModelProto that a network needs; the rest is skipped.
 *
 * @param file  bytes of the file; the result's tensors are views of it
 * @throws AppError 'format-malformed' (not protobuf, cut short, no graph in it), 'format-too-large' (too many nodes)
 * @see onnx.proto3 for the field numbers
 */
export function readOnnxProto(file: Uint8Array): OnnxModel {
  let graph: Uint8Array | null = null;
  let opset = 0;
  const metadata = new Map<string, string>();
  const readOpset = (message: Uint8Array): void => {
    let domain = '';
    let version = 0;
    readMessage(message, new Map<number, FieldReader>([[1, text((value) => { domain = value; })], [2, int((value) => { version = value; })]]));
    if (domain === '' || domain === 'ai.onnx') opset = version;
  };
  try {
    readMessage(file, new Map<number, FieldReader>([[7, bytes((value) => { graph = value; })], [8, bytes(readOpset)], [14, bytes((value) => { metadata.set(...readEntry(value)); })]]));
    if (graph === null) throw new AppError('format-malformed', 'an ONNX file without a graph');
    return readGraph(graph, opset, metadata);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('format-malformed', `not an ONNX file, or cut short: ${thrown instanceof Error ? thrown.message : String(thrown)}`, false, { cause: thrown });
  }
}
