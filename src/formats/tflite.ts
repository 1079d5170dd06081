import { AppError } from '../contract/errors';
import { GraphBuilder } from '../graph/graph-builder';
import { Budget } from './budget';
import { requireOneInput, writeOpenShape } from './describe-input';
import { listNeeded } from './needed-nodes';
import { defaultSizePx, type FileReading, type ReadOptions } from './network-facts';
import { valueRange } from './tflite-constant';
import { readTfliteLabels } from './tflite-labels';
import { readTfliteModel, type TfliteModel, type TfliteOperator, type TfliteTensor } from './tflite-model';
import { nameOfType } from './tflite-names';
import { readOperator } from './tflite-operators';
import { OperatorScope, type TfliteImport } from './tflite-scope';

/** Name of this format in a graph and in reports. */
const tfliteFormat = 'tflite';

/** Tensor types a picture can come in: float32, float16, uint8, int16, int8. */
const pictureTypes: ReadonlySet<number> = new Set([0, 1, 3, 7, 9]);
/** Stored types that are not the floats they become. */
const floatTypes: ReadonlySet<number> = new Set([0, 10]);
/** Operators whose second input says a shape, which may be computed: the file notes the shape itself down as well. */
const shapeReaders: ReadonlySet<string> = new Set(['RESHAPE', 'RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR']);

/** The tensors that an operator is computed from. */
function readInputs({ name, inputs }: TfliteOperator): readonly number[] {
  return shapeReaders.has(name) ? inputs.slice(0, 1) : inputs;
}

function sizesOf(tensor: TfliteTensor): readonly number[] {
  return tensor.openShape.length === tensor.shape.length ? tensor.openShape : tensor.shape;
}

function describe(tensor: TfliteTensor): string {
  return `'${tensor.name}' ${nameOfType(tensor.type)} ${writeOpenShape(sizesOf(tensor).map((size) => (size < 0 ? null : size)))}`;
}

function findInput(model: TfliteModel): TfliteTensor {
  const inputs = model.inputs.map((index) => model.tensor(index));
  const [input] = inputs;
  if (input === undefined) throw new AppError('graph-unsupported', 'the network has no input');
  requireOneInput(inputs.map(describe));
  if (input.shape.length !== 4 || !pictureTypes.has(input.type) || (sizesOf(input)[0] ?? 1) > 1) throw new AppError('input-unsupported', `input ${describe(input)} is no picture [1, h, w, c]`);
  return input;
}

function isDequantised(shared: TfliteImport): boolean {
  return [...shared.constants.keys()].some((index) => {
    const { type, quantisation } = shared.model.tensor(index);
    return quantisation === null ? type === 1 : !floatTypes.has(type);
  });
}

/**
 * Reads a TensorFlow Lite network. Weights stored as integers or halves become floats and the network runs in floats, on the real
 * numbers that its integers stand for; a layer is named by its output tensor. Of several outputs the first is read.
 *
 * @param file     bytes of the file, not trusted; arrays of the graph are copies
 * @param options  size in pixels, used where the file leaves it open
 * @throws AppError 'format-malformed' | 'format-too-large' | 'op-unsupported' (names operator and output) | 'graph-unsupported' | 'input-unsupported' (names the inputs)
 */
export function readTfliteFile(file: Uint8Array, options: ReadOptions = {}): FileReading {
  const model = readTfliteModel(file);
  const input = findInput(model);
  const [output] = model.outputs;
  if (output === undefined) throw new AppError('graph-unsupported', 'the network has no output');
  const [, height = 0, width = 0, channels = 0] = sizesOf(input);
  const sizeIsOpen = height < 0 || width < 0;
  const builder = new GraphBuilder(model.name, tfliteFormat);
  const size = [sizeIsOpen || options.height !== undefined ? options.height ?? defaultSizePx : height, sizeIsOpen || options.width !== undefined ? options.width ?? defaultSizePx : width];
  const id = builder.addInput(input.name, [...size, channels]);
  const shared: TfliteImport = { builder, model, budget: new Budget(file.byteLength), values: new Map([[input.index, { id, batched: true }]]), constants: new Map() };
  for (const operator of listNeeded(model.operators, output, { inputs: readInputs, outputs: ({ outputs }) => outputs })) {
    const result = readOperator(new OperatorScope(shared, operator));
    if ('shape' in result) shared.constants.set(operator.outputs[0] ?? -1, result);
    else result.forEach((value, index) => shared.values.set(operator.outputs[index] ?? -1, value));
  }
  const value = shared.values.get(output);
  if (value === undefined) throw new AppError('graph-unsupported', `the output '${model.tensor(output).name}' does not depend on the picture`);
  return {
    graph: builder.build(value.id), sizeIsOpen, labels: readTfliteLabels(file), dequantised: isDequantised(shared), inputRange: valueRange(input),
    outputNames: model.outputs.length > 1 ? model.outputs.map((index) => model.tensor(index).name) : [],
  };
}
