import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { GraphNode, WeightArray } from '../graph/network-graph';
import type { Operation } from '../graph/ops';
import type { Budget } from './budget';
import type { Constant } from './onnx-constant';
import type { Layouts, Placed } from './onnx-layout';
import type { OnnxNode, OnnxTensor } from './onnx-proto';

/** How far a GELU written with Erf has been read: `erf(x / sqrt 2)`, that plus 1, times 0.5, times x. */
export interface PartOfGelu {
  readonly source: Placed;
  readonly plusOne: boolean;
  readonly halved: boolean;
  readonly timesSource: boolean;
}

/** The lower half of a layer norm that an exporter wrote out: `sqrt(mean of (x - mean)^2 + epsilon)`. */
export interface Deviation {
  readonly source: LayerId;
  readonly axis: number;
  readonly epsilon: number;
}

/** What a tensor name stands for while a file is read. */
export type OnnxValue =
  | { readonly kind: 'constant'; readonly constant: Constant }
  | { readonly kind: 'placed'; readonly placed: Placed }
  | { readonly kind: 'part-of-gelu'; readonly part: PartOfGelu }
  | { readonly kind: 'deviation'; readonly deviation: Deviation };

/** How a node's value was made, for the patterns that exporters write out. */
export interface Origin {
  readonly by: 'sigmoid' | 'hard-swish-gate' | 'scale' | 'mean' | 'centred' | 'squared' | 'variance' | 'raised';
  readonly source: LayerId;
  /** Of a scale: its factor. Of a variance that epsilon was added to: epsilon. */
  readonly factor: number;
  /** Of a mean and what was made of it: the axis of the file's tensor. */
  readonly axis?: number;
}

/** What all nodes of one file share. */
export interface Import {
  readonly builder: GraphBuilder;
  readonly layouts: Layouts;
  readonly budget: Budget;
  readonly opset: number;
  readonly origins: Map<LayerId, Origin>;
  readonly find: (name: string) => OnnxValue | undefined;
  readonly decode: (tensor: OnnxTensor) => Constant;
}

/** One ONNX node being read. */
export class NodeScope {
  /** Name of the node's first output: the layer's name. */
  readonly id: LayerId;
  /** Operator and name, for messages. */
  readonly where: string;

  constructor(readonly shared: Import, readonly node: OnnxNode) {
    this.id = node.outputs[0] ?? '';
    const name = node.name === '' ? this.id : node.name;
    this.where = `${node.opType} '${name}'`;
  }

  get opset(): number { return this.shared.opset; }
  get layouts(): Layouts { return this.shared.layouts; }
  get inputCount(): number { return this.node.inputs.length; }

  /** @throws AppError 'op-unsupported' naming the node */
  refuse(what: string): never {
    throw new AppError('op-unsupported', `${this.where}: ${what}`);
  }

  /** @throws AppError 'format-malformed' naming the node */
  reject(what: string): never {
    throw new AppError('format-malformed', `${this.where}: ${what}`);
  }

  /** An input by its place; undefined when it is left out. */
  value(index: number): OnnxValue | undefined {
    const name = this.node.inputs[index];
    if (name === undefined || name === '') return undefined;
    return this.shared.find(name) ?? this.reject(`its input '${name}' is nowhere in the file, or only computed after it`);
  }

  /** An input that depends on the picture. */
  placed(index: number): Placed {
    const value = this.value(index);
    if (value === undefined) return this.reject(`input ${index} is missing`);
    if (value.kind === 'placed') return value.placed;
    return this.refuse(value.kind === 'constant' ? `input ${index} ('${this.node.inputs[index] ?? ''}') is a constant`
      : value.kind === 'deviation' ? 'Sqrt is only read as part of a layer norm' : 'Erf is only read as part of a GELU');
  }

  /** A constant input, or null when it is left out. @throws AppError 'op-unsupported' when it depends on the picture */
  optional(index: number): Constant | null {
    const value = this.value(index);
    if (value === undefined) return null;
    return value.kind === 'constant' ? value.constant : this.refuse(`input ${index} ('${this.node.inputs[index] ?? ''}') is computed, it has to be a constant`);
  }

  /** A constant input. */
  constant(index: number): Constant {
    return this.optional(index) ?? this.reject(`input ${index} is missing`);
  }

  /** Whole numbers of an optional constant input, else of an attribute, else null. */
  wholeNumbers(index: number, attribute: string): readonly number[] | null {
    const constant = index < 0 ? null : this.optional(index);
    const list = constant === null ? this.node.attributes.get(attribute)?.ints ?? null : Array.from(constant.values);
    if (list !== null && (list.length > 1024 || list.some((value) => !Number.isInteger(value)))) this.reject(`'${attribute}' holds ${list.length} numbers, or broken ones`);
    return list;
  }

  int(name: string, missing: number): number {
    return this.node.attributes.get(name)?.int ?? missing;
  }

  float(name: string, missing: number): number {
    const value = this.node.attributes.get(name)?.float ?? missing;
    return Number.isFinite(value) ? value : this.reject(`attribute '${name}' is ${value}`);
  }

  text(name: string, missing: string): string {
    return this.node.attributes.get(name)?.text ?? missing;
  }

  /** A whole number per spatial axis. */
  pair(name: string, missing: readonly [number, number]): readonly [number, number] {
    const list = this.node.attributes.get(name)?.ints ?? [];
    if (list.length === 0) return missing;
    const [first, second] = list;
    if (list.length !== 2 || first === undefined || second === undefined) return this.refuse(`'${name}' of ${list.length} numbers, only two-dimensional pictures are read`);
    return [first, second];
  }

  /** An axis counted from the front. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) return this.reject(`axis ${value} of a tensor with ${rank} axes`);
    return axis;
  }

  /** Adds the node that carries this layer's name. */
  add(operation: Operation, inputs: readonly LayerId[], weights?: GraphNode['weights']): LayerId {
    return this.shared.builder.add(this.id, operation, inputs, weights);
  }

  /** Adds a node on the way to this layer's value. */
  addBefore(operation: Operation, inputs: readonly LayerId[], weights?: GraphNode['weights']): LayerId {
    return this.shared.builder.add(this.shared.builder.freeName(`${this.id} (before)`), operation, inputs, weights);
  }

  /** A constant as a vector of `length`. */
  vector(constant: Constant, length: number): WeightArray {
    if (constant.values.length !== length) return this.reject(`a constant [${constant.shape.join(', ')}] where ${length} numbers are due`);
    return { shape: [length], values: Float32Array.from(constant.values) };
  }
}

/** Turns one node into the values of its outputs. */
export type NodeReader = (scope: NodeScope) => readonly Placed[] | OnnxValue;
