import { AppError } from '../contract/errors';
import { nameOfBuiltin } from './tflite-names';
import { FlatTable } from './tflite-table';

/** How integers stand for real numbers: `(q - zeroPoint) * scale`, one pair for the tensor or one for each index of an axis. */
export interface Quantisation {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

/** One tensor of the graph, stored or computed. */
export interface TfliteTensor {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  /** The shape with -1 where the file leaves a size open; empty where it leaves none. */
  readonly openShape: readonly number[];
  /** TensorType, e.g. 0: float32, 3: uint8, 9: int8. */
  readonly type: number;
  readonly quantisation: Quantisation | null;
  /** Stored bytes, a view of the file; empty for what is computed. */
  readonly data: Uint8Array;
}

/** One operator of the graph. */
export interface TfliteOperator {
  readonly index: number;
  /** Name of the built-in operator, or of the custom one in quotes. */
  readonly name: string;
  /** Indices of tensors; -1: left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | null;
}

/** A file's first subgraph. */
export interface TfliteModel {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly TfliteOperator[];
  /** @throws AppError 'format-malformed' for an index the file has not */
  tensor(index: number): TfliteTensor;
}

const maxOperators = 20_000;
const maxRank = 8;
const maxInputs = 4096;

function readQuantisation(table: FlatTable | null): Quantisation | null {
  if (table === null) return null;
  const scales = table.floats(2);
  return scales.length === 0 ? null : { scales, zeroPoints: table.longs(3), axis: table.int(6, 0) };
}

function readBuffer(model: FlatTable, file: Uint8Array, index: number): Uint8Array {
  const buffer = model.item(4, index);
  const data = buffer.bytes(0);
  if (data.byteLength > 0) return data;
  // Files above 2 GB keep their weights behind the FlatBuffers part; such an offset is never 0 or 1.
  const [offset, size] = [buffer.unsigned(1, 0), buffer.unsigned(2, 0)];
  if (offset <= 1 || size === 0) return data;
  if (offset + size > file.byteLength) throw new AppError('format-malformed', `weights at byte ${offset} to ${offset + size}, the file has ${file.byteLength}`);
  return file.subarray(offset, offset + size);
}

function readOperator(model: FlatTable, table: FlatTable, index: number): TfliteOperator {
  const code = model.item(1, table.unsigned(0, 0));
  // The number outgrew its first field of one byte; whichever is larger is meant.
  const builtin = Math.max(code.byte(0, 0), code.int(3, 0));
  const [inputs, outputs] = [table.ints(1), table.ints(2)];
  if (inputs.length > maxInputs || outputs.length > maxInputs) throw new AppError('format-too-large', `operator ${index} with ${inputs.length} inputs and ${outputs.length} outputs`);
  return { index, inputs, outputs, name: builtin === 32 ? `'${code.text(1)}'` : nameOfBuiltin(builtin), options: table.table(4) };
}

/**
 * Reads what a network needs of a TFLite file: the first subgraph, its operators, and its tensors as they are asked for.
 *
 * @param file  bytes of the file, not trusted; the result's tensors are views of it
 * @throws AppError 'format-malformed' | 'format-too-large'
 * @see the TensorFlow Lite schema (schema.fbs, version 3) for the numbers of the fields
 */
export function readTfliteModel(file: Uint8Array): TfliteModel {
  const model = FlatTable.root(file);
  if (model.unsigned(0, 0) !== 3) throw new AppError('format-malformed', `TFLite schema version ${model.unsigned(0, 0)}, version 3 is read`);
  if (model.count(2) === 0) throw new AppError('format-malformed', 'a TFLite file without a graph');
  const graph = model.item(2, 0);
  const count = graph.count(3);
  if (count > maxOperators) throw new AppError('format-too-large', `more than ${maxOperators} operators`);
  const known = new Map<number, TfliteTensor>();
  const name = graph.text(4);
  return {
    name: name === '' ? 'network' : name,
    inputs: graph.ints(1), outputs: graph.ints(2),
    operators: Array.from({ length: count }, (_, index) => readOperator(model, graph.item(3, index), index)),
    tensor: (index) => {
      const found = known.get(index);
      if (found !== undefined) return found;
      const table = graph.item(0, index);
      const shape = table.ints(0);
      if (shape.length > maxRank) throw new AppError('graph-unsupported', `tensor ${index} has ${shape.length} axes`);
      const text = table.text(3);
      const tensor = {
        index, shape, openShape: table.ints(7), type: table.byte(1, 0), name: text === '' ? `tensor ${index}` : text,
        quantisation: readQuantisation(table.table(4)), data: readBuffer(model, file, table.unsigned(2, 0)),
      };
      known.set(index, tensor);
      return tensor;
    },
  };
}
