import { Builder } from 'flatbuffers';

/** TensorType numbers used by the tests. */
const types = { float32: 0, float16: 1, int32: 2, uint8: 3, int8: 9 } as const;

export interface TestTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type?: keyof typeof types;
  /** Stored numbers; absent: computed. */
  readonly data?: readonly number[];
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
  readonly axis?: number;
  /** Sizes with -1 where they are open. */
  readonly openShape?: readonly number[];
}

/** Settings of an operator: slot, kind and value; `ints` is a list. */
export type Option = readonly [slot: number, kind: 'int' | 'byte' | 'float' | 'ints', value: number | readonly number[]];

export interface TestOperator {
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: readonly Option[];
  readonly custom?: string;
}

export interface TestTflite {
  readonly tensors: readonly TestTensor[];
  readonly operators: readonly TestOperator[];
  readonly inputs?: readonly number[];
  readonly outputs: readonly number[];
}

function toHalf(value: number): number {
  // Enough for the tests' values, which are small multiples of powers of two.
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | ((Math.abs(value) / 2 ** exponent - 1) * 1024);
}

function encode({ data = [], type = 'float32' }: TestTensor): Uint8Array {
  switch (type) {
    case 'float32': return new Uint8Array(Float32Array.from(data).buffer);
    case 'float16': return new Uint8Array(Uint16Array.from(data, toHalf).buffer);
    case 'int32': return new Uint8Array(Int32Array.from(data).buffer);
    case 'uint8': return Uint8Array.from(data);
    case 'int8': return new Uint8Array(Int8Array.from(data).buffer);
  }
}

function writeVector(builder: Builder, bytes: number, values: readonly number[], add: (value: number) => void): number {
  builder.startVector(bytes, values.length, bytes);
  for (const value of [...values].reverse()) add(value);
  return builder.endVector();
}

const writeInts = (builder: Builder, values: readonly number[]): number => writeVector(builder, 4, values, (value) => builder.addInt32(value));
const writeOffsets = (builder: Builder, values: readonly number[]): number => writeVector(builder, 4, values, (value) => builder.addOffset(value));

function writeTable(builder: Builder, slots: number, fill: () => void): number {
  builder.startObject(slots);
  fill();
  return builder.endObject();
}

function writeTensor(builder: Builder, tensor: TestTensor, buffer: number): number {
  const { scales } = tensor;
  const scale = scales === undefined ? 0 : writeVector(builder, 4, scales, (value) => builder.addFloat32(value));
  const zeroPoint = scales === undefined ? 0 : writeVector(builder, 8, tensor.zeroPoints ?? scales.map(() => 0), (value) => builder.addInt64(BigInt(value)));
  const quantisation = scales === undefined ? 0 : writeTable(builder, 7, () => {
    builder.addFieldOffset(2, scale, 0);
    builder.addFieldOffset(3, zeroPoint, 0);
    builder.addFieldInt32(6, tensor.axis ?? 0, 0);
  });
  const name = builder.createString(tensor.name);
  const shape = writeInts(builder, tensor.shape);
  const open = tensor.openShape === undefined ? 0 : writeInts(builder, tensor.openShape);
  return writeTable(builder, 8, () => {
    builder.addFieldOffset(0, shape, 0);
    builder.addFieldInt8(1, types[tensor.type ?? 'float32'], 0);
    builder.addFieldInt32(2, buffer, 0);
    builder.addFieldOffset(3, name, 0);
    builder.addFieldOffset(4, quantisation, 0);
    builder.addFieldOffset(7, open, 0);
  });
}

function writeOptions(builder: Builder, options: readonly Option[]): number {
  const lists = options.map(([, kind, value]) => (kind === 'ints' ? writeInts(builder, value as readonly number[]) : 0));
  return writeTable(builder, 16, () => options.forEach(([slot, kind, value], index) => {
    const list = lists[index] ?? 0;
    if (kind === 'ints') builder.addFieldOffset(slot, list, 0);
    else if (kind === 'float') builder.addFieldFloat32(slot, value as number, 0);
    else if (kind === 'byte') builder.addFieldInt8(slot, value as number, 0);
    else builder.addFieldInt32(slot, value as number, 0);
  }));
}

/** The bytes of a TFLite file with the given tensors and operators; its input is tensor 0 unless said otherwise. */
export function writeTflite({ tensors, operators, inputs = [0], outputs }: TestTflite): Uint8Array {
  const builder = new Builder(4096);
  // Buffer 0 is empty by convention: it stands for "computed".
  const stored = tensors.map((tensor, index) => ({ tensor, index })).filter(({ tensor }) => tensor.data !== undefined);
  const buffers = [writeTable(builder, 3, () => undefined), ...stored.map(({ tensor }) => {
    const data = builder.createByteVector(encode(tensor));
    return writeTable(builder, 3, () => builder.addFieldOffset(0, data, 0));
  })];
  const tensorTables = tensors.map((tensor, index) => writeTensor(builder, tensor, stored.findIndex((entry) => entry.index === index) + 1));
  const operatorTables = operators.map(({ inputs: from, outputs: to, options }, index) => {
    const [inputList, outputList] = [writeInts(builder, from), writeInts(builder, to)];
    const settings = options === undefined ? 0 : writeOptions(builder, options);
    return writeTable(builder, 6, () => {
      builder.addFieldInt32(0, index, -1);
      builder.addFieldOffset(1, inputList, 0);
      builder.addFieldOffset(2, outputList, 0);
      builder.addFieldOffset(4, settings, 0);
    });
  });
  const codes = operators.map(({ code, custom }) => {
    const name = custom === undefined ? 0 : builder.createString(custom);
    return writeTable(builder, 4, () => {
      builder.addFieldInt8(0, Math.min(code, 127), 0);
      builder.addFieldOffset(1, name, 0);
      builder.addFieldInt32(3, code, 0);
    });
  });
  const [tensorList, inputList, outputList, operatorList] = [writeOffsets(builder, tensorTables), writeInts(builder, inputs), writeInts(builder, outputs), writeOffsets(builder, operatorTables)];
  const graph = writeTable(builder, 5, () => {
    builder.addFieldOffset(0, tensorList, 0);
    builder.addFieldOffset(1, inputList, 0);
    builder.addFieldOffset(2, outputList, 0);
    builder.addFieldOffset(3, operatorList, 0);
  });
  const [codeList, graphList, bufferList] = [writeOffsets(builder, codes), writeOffsets(builder, [graph]), writeOffsets(builder, buffers)];
  builder.finish(writeTable(builder, 8, () => {
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(1, codeList, 0);
    builder.addFieldOffset(2, graphList, 0);
    builder.addFieldOffset(4, bufferList, 0);
  }), 'TFL3');
  return builder.asUint8Array().slice();
}
