import { AppError } from '../contract/errors';
import { countElements } from '../graph/shapes';
import type { Budget } from './budget';
import { halfToFloat } from './half-float';
import type { Quantisation, TfliteTensor } from './tflite-model';
import { nameOfType } from './tflite-names';

/** A stored array in the file's own axis order, as real numbers. */
export interface TfliteConstant {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

type ReadOne = (view: DataView, index: number) => number;

/** Bytes and reading of one element, by TensorType. */
const readers: ReadonlyMap<number, readonly [bytes: number, read: ReadOne]> = new Map<number, readonly [number, ReadOne]>([
  [0, [4, (view, index) => view.getFloat32(index * 4, true)]],
  [1, [2, (view, index) => halfToFloat(view.getUint16(index * 2, true))]],
  [2, [4, (view, index) => view.getInt32(index * 4, true)]],
  [3, [1, (view, index) => view.getUint8(index)]],
  [4, [8, (view, index) => Number(view.getBigInt64(index * 8, true))]],
  [6, [1, (view, index) => view.getUint8(index)]],
  [7, [2, (view, index) => view.getInt16(index * 2, true)]],
  [9, [1, (view, index) => view.getInt8(index)]],
  [10, [8, (view, index) => view.getFloat64(index * 8, true)]],
  [15, [4, (view, index) => view.getUint32(index * 4, true)]],
  [16, [2, (view, index) => view.getUint16(index * 2, true)]],
]);

function checkQuantisation({ scales, zeroPoints, axis }: Quantisation, shape: readonly number[], where: string): void {
  const channels = scales.length === 1 ? 1 : shape[axis];
  if (channels !== scales.length || (zeroPoints.length !== scales.length && zeroPoints.length > 1)) {
    throw new AppError('format-malformed', `${where} has ${scales.length} scales and ${zeroPoints.length} zero points for shape [${shape.join(', ')}] along axis ${axis}`);
  }
  if (scales.some((scale) => !Number.isFinite(scale))) throw new AppError('format-malformed', `${where} has a scale that is no number`);
}

/**
 * Numbers of a stored tensor; integers with a scale become the real numbers they stand for.
 *
 * @throws AppError 'format-malformed' (sizes that do not fit), 'format-too-large', 'op-unsupported' (strings, 4-bit weights …)
 */
export function decodeConstant(tensor: TfliteTensor, budget: Budget): TfliteConstant {
  const { shape, data, quantisation } = tensor;
  const where = `tensor '${tensor.name}'`;
  const [step, read] = readers.get(tensor.type) ?? [];
  if (step === undefined || read === undefined) throw new AppError('op-unsupported', `${where} is stored as ${nameOfType(tensor.type)}`);
  const elements = shape.includes(0) ? 0 : countElements(shape, where);
  if (elements * step !== data.byteLength) throw new AppError('format-malformed', `${where} of shape [${shape.join(', ')}] needs ${elements * step} bytes, the file holds ${data.byteLength}`);
  budget.spend(elements, where);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = new Float32Array(elements);
  if (quantisation === null) {
    for (let index = 0; index < elements; index += 1) values[index] = read(view, index);
    return { shape, values };
  }
  checkQuantisation(quantisation, shape, where);
  const { scales, zeroPoints, axis } = quantisation;
  const inner = scales.length === 1 ? elements : shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  for (let index = 0; index < elements; index += 1) {
    const channel = Math.floor(index / inner) % scales.length;
    values[index] = (read(view, index) - (zeroPoints[channel] ?? zeroPoints[0] ?? 0)) * (scales[channel] ?? 1);
  }
  return { shape, values };
}

/** Integer limits of a quantised type; null for a type that is not. */
function limitsOf(type: number): readonly [number, number] | null {
  switch (type) {
    case 3: return [0, 255];
    case 7: return [-32_768, 32_767];
    case 9: return [-128, 127];
    default: return null;
  }
}

/** The real numbers that a quantised tensor can hold, lowest and highest; null where it is not quantised as a whole. */
export function valueRange(tensor: TfliteTensor): readonly [low: number, high: number] | null {
  const limits = limitsOf(tensor.type);
  const scale = tensor.quantisation?.scales[0];
  if (limits === null || scale === undefined || tensor.quantisation?.scales.length !== 1 || !(scale > 0) || !Number.isFinite(scale)) return null;
  const zeroPoint = tensor.quantisation.zeroPoints[0] ?? 0;
  return [(limits[0] - zeroPoint) * scale, (limits[1] - zeroPoint) * scale];
}
