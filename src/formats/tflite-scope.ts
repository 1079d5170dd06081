import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { GraphNode, Shape } from '../graph/network-graph';
import type { Activation, Operation } from '../graph/ops';
import type { Budget } from './budget';
import { decodeConstant, valueRange, type TfliteConstant } from './tflite-constant';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './tflite-model';

/** A computed value. TFLite counts the batch as axis 0 where there is one; the graph never does. */
export interface TfliteValue {
  readonly id: LayerId;
  /** The file's shape begins with the batch, which is 1. */
  readonly batched: boolean;
}

/** What all operators of one file share. */
export interface TfliteImport {
  readonly builder: GraphBuilder;
  readonly model: TfliteModel;
  readonly budget: Budget;
  readonly values: Map<number, TfliteValue>;
  readonly constants: Map<number, TfliteConstant>;
}

/** One TFLite operator being read. */
export class OperatorScope {
  readonly output: TfliteTensor;
  /** Name of the operator's first output: the layer's name. */
  readonly id: LayerId;
  /** Operator, its number and its output, for messages. */
  readonly where: string;

  constructor(readonly shared: TfliteImport, readonly operator: TfliteOperator) {
    const [first] = operator.outputs;
    if (first === undefined) throw new AppError('format-malformed', `operator ${operator.index} (${operator.name}) has no output`);
    this.output = shared.model.tensor(first);
    this.id = shared.builder.freeName(this.output.name);
    this.where = `${operator.name} (operator ${operator.index}, output '${this.output.name}')`;
  }

  /** @throws AppError 'op-unsupported' naming the operator */
  refuse(what: string): never {
    throw new AppError('op-unsupported', `${this.where}: ${what}`);
  }

  /** @throws AppError 'format-malformed' naming the operator */
  reject(what: string): never {
    throw new AppError('format-malformed', `${this.where}: ${what}`);
  }

  #tensorAt(index: number): number | null {
    const tensor = this.operator.inputs[index];
    return tensor === undefined || tensor === -1 ? null : tensor;
  }

  /** An input that depends on the picture, or null when it is a constant or left out. */
  computed(index: number): TfliteValue | null {
    const tensor = this.#tensorAt(index);
    return tensor === null ? null : this.shared.values.get(tensor) ?? null;
  }

  /** An input that depends on the picture. */
  value(index: number): TfliteValue {
    return this.computed(index) ?? this.refuse(`input ${index} does not depend on the picture`);
  }

  /** A constant input, or null when it is left out or computed. */
  optional(index: number): TfliteConstant | null {
    const tensor = this.#tensorAt(index);
    if (tensor === null || this.shared.values.has(tensor)) return null;
    const known = this.shared.constants.get(tensor);
    if (known !== undefined) return known;
    const stored = this.shared.model.tensor(tensor);
    if (stored.data.byteLength === 0 && !stored.shape.includes(0)) return null;
    const constant = decodeConstant(stored, this.shared.budget);
    this.shared.constants.set(tensor, constant);
    return constant;
  }

  /** A constant input. @throws AppError 'op-unsupported' when it is computed */
  constant(index: number): TfliteConstant {
    return this.optional(index) ?? this.refuse(`input ${index} has to be a constant`);
  }

  /** The only number of a constant input. */
  number(index: number): number {
    const { values } = this.constant(index);
    const [value] = values;
    return values.length === 1 && value !== undefined ? value : this.refuse(`input ${index} has to be one number`);
  }

  /** Whole numbers of a constant input. */
  wholes(index: number): readonly number[] {
    const { values } = this.constant(index);
    if (values.length > 64 || values.some((value) => !Number.isInteger(value))) this.reject(`input ${index} holds ${values.length} numbers, or broken ones`);
    return Array.from(values);
  }

  /** A value's shape as the file counts it: with the batch. */
  shapeOf(value: TfliteValue): Shape {
    const stored = this.shared.builder.shapeOf(value.id);
    return value.batched ? [1, ...stored] : stored;
  }

  /** Number of an axis in the graph. @throws AppError 'op-unsupported' for the batch */
  axis(value: TfliteValue, given: number): number {
    const rank = this.shapeOf(value).length;
    const axis = given < 0 ? given + rank : given;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) return this.reject(`axis ${given} of a tensor with ${rank} axes`);
    if (value.batched && axis === 0) return this.refuse('along the pictures of a batch');
    return value.batched ? axis - 1 : axis;
  }

  /** Height, width and channels of a map. */
  map(value: TfliteValue): readonly [height: number, width: number, channels: number] {
    const shape = this.shared.builder.shapeOf(value.id);
    const [height, width, channels] = shape;
    if (!value.batched || shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
      return this.refuse(`needs a picture [1, h, w, c], has [${this.shapeOf(value).join(', ')}]`);
    }
    return [height, width, channels];
  }

  /** A number of the operator's settings. */
  option(slot: number, missing: number): number {
    return this.operator.options?.int(slot, missing) ?? missing;
  }

  optionByte(slot: number, missing: number): number {
    return this.operator.options?.byte(slot, missing) ?? missing;
  }

  /** Adds the node that carries this layer's name. */
  add(operation: Operation, inputs: readonly TfliteValue[], weights?: GraphNode['weights']): TfliteValue {
    return { id: this.shared.builder.add(this.id, operation, inputs.map((input) => input.id), weights), batched: inputs[0]?.batched ?? true };
  }

  /** Adds a node on the way to this layer's value. */
  addBefore(operation: Operation, inputs: readonly TfliteValue[], weights?: GraphNode['weights']): TfliteValue {
    const name = this.shared.builder.freeName(`${this.id} (before)`);
    return { id: this.shared.builder.add(name, operation, inputs.map((input) => input.id), weights), batched: inputs[0]?.batched ?? true };
  }

  /** Adds a node and the activation that the operator applies to its result, the latter under the layer's name. */
  addFused(slot: number, operation: Operation, inputs: readonly TfliteValue[], weights?: GraphNode['weights']): TfliteValue {
    const activation = this.#fusedActivation(slot);
    if (activation === null) return this.add(operation, inputs, weights);
    return this.add({ op: 'activation', activation }, [this.addBefore(operation, inputs, weights)]);
  }

  /** The same where a file's operator becomes several nodes: `addAs` adds them, the last under the name it is given. */
  addFusedBy(slot: number, addAs: (id: LayerId) => LayerId): TfliteValue {
    const activation = this.#fusedActivation(slot);
    if (activation === null) return { id: addAs(this.id), batched: true };
    return this.add({ op: 'activation', activation }, [{ id: addAs(this.shared.builder.freeName(`${this.id} (before)`)), batched: true }]);
  }

  #fusedActivation(slot: number): Activation | null {
    const code = this.optionByte(slot, 0);
    switch (code) {
      case 0: return this.#impliedActivation();
      case 1: return { kind: 'relu' };
      case 2: return { kind: 'clip', min: -1, max: 1 };
      case 3: return { kind: 'relu6' };
      case 4: return { kind: 'tanh' };
      default: return this.refuse(`fused activation ${code}`);
    }
  }

  /**
   * Converters drop a ReLU where the integers of its result begin at zero anyway: what is below is cut off by their type.
   * As floats that cut has to be made again.
   */
  #impliedActivation(): Activation | null {
    const range = valueRange(this.output);
    return range !== null && range[0] === 0 ? { kind: 'clip', min: 0, max: range[1] } : null;
  }
}

/** Turns one operator into the values of its outputs; a constant where all it reads is constant. */
export type OperatorReader = (scope: OperatorScope) => readonly TfliteValue[] | TfliteConstant;
