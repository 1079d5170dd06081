import { Writer } from 'protobufjs/minimal.js';

/** A stored array of a test model; `how` says in which field of TensorProto it lies. */
export interface StoredTensor {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly how?: 'raw' | 'float_data' | 'int64' | 'int64_data' | 'float16' | 'external';
}

export type AttributeValue = number | { readonly float: number } | string | readonly number[] | { readonly floats: readonly number[] } | { readonly tensor: StoredTensor };

export interface TestNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
}

export interface TestModel {
  readonly opset: number;
  /** Sizes of the input; null: not known. */
  readonly input: readonly (number | null)[];
  readonly moreInputs?: readonly string[];
  readonly inputType?: number;
  readonly nodes: readonly TestNode[];
  readonly constants?: Readonly<Record<string, StoredTensor>>;
}

/** Name of the file that external tensors point to; each tensor starts at byte 16 of it. */
export const externalFile = 'weights.bin';

const tag = (field: number, wireType: number): number => field * 8 + wireType;

function toHalf(value: number): number {
  // Enough for the test's values, which are multiples of 1/64 below 4.
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | ((Math.abs(value) / 2 ** exponent - 1) * 1024);
}

function writeTensor(name: string, { dims, values, how = 'raw' }: StoredTensor): Uint8Array {
  const writer = new Writer();
  for (const size of dims) writer.uint32(tag(1, 0)).int64(size);
  writer.uint32(tag(2, 0)).int32(how === 'int64' || how === 'int64_data' ? 7 : how === 'float16' ? 10 : 1);
  writer.uint32(tag(8, 2)).string(name);
  if (how === 'raw') writer.uint32(tag(9, 2)).bytes(new Uint8Array(Float32Array.from(values).buffer));
  else if (how === 'float16') writer.uint32(tag(9, 2)).bytes(new Uint8Array(Uint16Array.from(values, toHalf).buffer));
  else if (how === 'int64') writer.uint32(tag(9, 2)).bytes(new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  else if (how === 'int64_data') {
    writer.uint32(tag(7, 2)).fork();
    for (const value of values) writer.int64(value);
    writer.ldelim();
  } else if (how === 'float_data') for (const value of values) writer.uint32(tag(4, 5)).float(value);
  else {
    for (const [key, value] of [['location', externalFile], ['offset', '16'], ['length', String(values.length * 4)]]) {
      writer.uint32(tag(13, 2)).fork().uint32(tag(1, 2)).string(key ?? '').uint32(tag(2, 2)).string(value ?? '').ldelim();
    }
    writer.uint32(tag(14, 0)).int32(1);
  }
  return writer.finish();
}

function writeAttribute(writer: Writer, name: string, value: AttributeValue): void {
  writer.uint32(tag(5, 2)).fork().uint32(tag(1, 2)).string(name);
  if (typeof value === 'number') writer.uint32(tag(3, 0)).int64(value).uint32(tag(20, 0)).int32(2);
  else if (typeof value === 'string') writer.uint32(tag(4, 2)).string(value).uint32(tag(20, 0)).int32(3);
  else if ('float' in value) writer.uint32(tag(2, 5)).float(value.float).uint32(tag(20, 0)).int32(1);
  else if ('floats' in value) {
    for (const one of value.floats) writer.uint32(tag(7, 5)).float(one);
    writer.uint32(tag(20, 0)).int32(6);
  } else if ('tensor' in value) writer.uint32(tag(5, 2)).bytes(writeTensor('', value.tensor)).uint32(tag(20, 0)).int32(4);
  else {
    for (const one of value) writer.uint32(tag(8, 0)).int64(one);
    writer.uint32(tag(20, 0)).int32(7);
  }
  writer.ldelim();
}

function writeNode(node: TestNode): Uint8Array {
  const writer = new Writer();
  for (const name of node.inputs) writer.uint32(tag(1, 2)).string(name);
  for (const name of node.outputs) writer.uint32(tag(2, 2)).string(name);
  writer.uint32(tag(3, 2)).string(`node of ${node.outputs[0] ?? ''}`).uint32(tag(4, 2)).string(node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) writeAttribute(writer, name, value);
  if (node.domain !== undefined) writer.uint32(tag(7, 2)).string(node.domain);
  return writer.finish();
}

function writeValueInfo(name: string, elementType: number, dims: readonly (number | null)[] | null): Uint8Array {
  const writer = new Writer();
  writer.uint32(tag(1, 2)).string(name).uint32(tag(2, 2)).fork().uint32(tag(1, 2)).fork().uint32(tag(1, 0)).int32(elementType);
  if (dims !== null) {
    writer.uint32(tag(2, 2)).fork();
    for (const size of dims) {
      writer.uint32(tag(1, 2)).fork();
      if (size === null) writer.uint32(tag(2, 2)).string('N');
      else writer.uint32(tag(1, 0)).int64(size);
      writer.ldelim();
    }
    writer.ldelim();
  }
  writer.ldelim().ldelim();
  return writer.finish();
}

/** A model of the given nodes; its input is `x`, its output `y`. */
export function writeModel({ opset, input, moreInputs = [], inputType = 1, nodes, constants = {} }: TestModel): Uint8Array {
  const body = new Writer();
  for (const node of nodes) body.uint32(tag(1, 2)).bytes(writeNode(node));
  body.uint32(tag(2, 2)).string('test');
  for (const [name, tensor] of Object.entries(constants)) body.uint32(tag(5, 2)).bytes(writeTensor(name, tensor));
  for (const name of ['x', ...moreInputs]) body.uint32(tag(11, 2)).bytes(writeValueInfo(name, inputType, input));
  body.uint32(tag(12, 2)).bytes(writeValueInfo('y', 1, null));
  const model = new Writer();
  model.uint32(tag(1, 0)).int64(8).uint32(tag(7, 2)).bytes(body.finish());
  model.uint32(tag(8, 2)).fork().uint32(tag(1, 2)).string('').uint32(tag(2, 0)).int64(opset).ldelim();
  return model.finish();
}

/** Numbers that look random and are the same in every run: multiples of 1/64 in -1.5 to 1.5. */
export function drawNumbers(count: number, seed: number): number[] {
  let state = (seed * 2654435761 + 1) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32 - 0.5) * 192) / 64;
  });
}

/** A tensor of such numbers. */
export function drawTensor(dims: readonly number[], seed: number, how: StoredTensor['how'] = 'raw'): StoredTensor {
  return { dims, values: drawNumbers(dims.reduce((product, size) => product * size, 1), seed), how };
}

/** Whole numbers as an int64 vector. */
export function wholes(...values: readonly number[]): StoredTensor {
  return { dims: [values.length], values, how: 'int64' };
}

/** One number, without axes. */
export function scalar(value: number): StoredTensor {
  return { dims: [], values: [value] };
}
