import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { GraphBuilder } from '../graph/graph-builder';
import type { WeightArray } from '../graph/network-graph';
import { noPadding, resolveSamePadding } from '../graph/padding';
import type { Padding } from '../graph/ops';
import { field, type JsonRecord } from './json-access';
import type { KerasActivation } from './keras-activations';

/** One Keras layer being turned into nodes. */
export interface LayerScope {
  readonly builder: GraphBuilder;
  /** Name of the value the layer ends in: `layer`, or `outer/layer`. */
  readonly id: LayerId;
  readonly className: string;
  readonly config: JsonRecord;
  readonly inputs: readonly LayerId[];
  readonly keras3: boolean;
  /** The layer's arrays under Keras's names, exactly these, in this order. @throws AppError 'format-malformed' */
  weights(names: readonly string[]): readonly WeightArray[];
}

/** Adds what a layer computes. @returns the id of its value, equal to `scope.id` @throws AppError as `addKerasLayer` */
export type LayerReader = (scope: LayerScope) => LayerId;

/** The first input. @throws AppError 'format-malformed' when there is none */
export function inputOf(scope: LayerScope): LayerId {
  const input = scope.inputs[0];
  if (input === undefined) throw new AppError('format-malformed', `layer '${scope.id}' has no input`);
  return input;
}

/** @throws AppError 'op-unsupported' for a layer that wants [c, h, w] */
export function requireChannelsLast(scope: LayerScope): void {
  if (field(scope.config, 'data_format') === 'channels_first') throw new AppError('op-unsupported', `channels_first layout of layer '${scope.id}'`);
}

/** [height, width] of the first input. @throws AppError 'graph-unsupported' when it is no map */
export function mapSize(scope: LayerScope): readonly [number, number] {
  const shape = scope.builder.shapeOf(inputOf(scope));
  if (shape.length !== 3) throw new AppError('graph-unsupported', `layer '${scope.id}' (${scope.className}) needs a [h, w, c] input, has [${shape.join(', ')}]`);
  return [shape[0] ?? 0, shape[1] ?? 0];
}

/** @throws AppError 'op-unsupported' for a layer that works along another axis than the last */
export function requireLastAxis(scope: LayerScope, value: unknown): void {
  const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const rank = scope.builder.shapeOf(inputOf(scope)).length + 1;
  if (axis !== undefined && axis !== null && axis !== -1 && axis !== rank - 1) throw new AppError('op-unsupported', `axis ${JSON.stringify(value)} of layer '${scope.id}' (${scope.className})`);
}

/** 'same' or 'valid', in pixels. @throws AppError 'op-unsupported' | 'graph-unsupported' */
export function readPadding(scope: LayerScope, window: readonly [number, number], strides: readonly [number, number], dilations: readonly [number, number]): Padding {
  const padding = field(scope.config, 'padding');
  if (padding === 'same') return resolveSamePadding(mapSize(scope), window, strides, dilations);
  if (padding === 'valid' || padding === undefined) return noPadding;
  throw new AppError('op-unsupported', `padding '${String(padding)}' of layer '${scope.id}'`);
}

/** Adds an activation that carries the layer's name. */
export function addActivation(scope: LayerScope, activation: NonNullable<KerasActivation>, input: LayerId): LayerId {
  return activation.kind === 'softmax' || activation.kind === 'log-softmax'
    ? scope.builder.add(scope.id, { op: activation.kind }, [input])
    : scope.builder.add(scope.id, { op: 'activation', activation }, [input]);
}
