import type { GraphNode } from '../graph/network-graph';
import { mapSize } from './onnx-linear';
import { shapeOf, sizeOf, type Placed } from './onnx-layout';
import type { Deviation, NodeReader, NodeScope } from './onnx-scope';
import { settle } from './onnx-views';

/** Scale and shift out of the inputs 1 and 2; each may be left out. */
function readScaleAndShift(scope: NodeScope, length: number): GraphNode['weights'] {
  const [gamma, beta] = [scope.optional(1), scope.optional(2)];
  return { ...(gamma === null ? {} : { gamma: scope.vector(gamma, length) }), ...(beta === null ? {} : { beta: scope.vector(beta, length) }) };
}

/** LayerNormalization over an axis and all after it. */
export const readLayerNormalization: NodeReader = (scope) => {
  if (scope.node.outputs.slice(1).some((name) => name !== '')) scope.refuse('mean and deviation as outputs');
  const input = scope.placed(0);
  const axis = scope.axis(scope.int('axis', -1), input.logical.length);
  if (axis === 0) scope.refuse('a normalisation over the pictures of a batch');
  scope.layouts.requireBatchFirst(input, scope.where);
  const within = input.logical.slice(axis).flat();
  const operation = { op: 'group-norm', groups: 1, eachPlace: true, epsilon: scope.float('epsilon', 1e-5) } as const;
  const weights = readScaleAndShift(scope, sizeOf(within));
  const last = input.stored.at(-1) ?? [];
  if (last.length === within.length && last.every((atom, index) => atom === within[index])) return [scope.layouts.moved(input, scope.add(operation, [input.id], weights))];
  const others = input.stored.flat().filter((atom) => !within.includes(atom));
  const value = scope.layouts.arrange(input, [others, within], scope.where);
  return settle(scope, scope.layouts.moved(value, scope.addBefore(operation, [value.id], weights)));
};

/** Sqrt, which exists only inside a layer norm. */
export const readDeviation: NodeReader = (scope) => {
  const origin = scope.shared.origins.get(scope.placed(0).id);
  if (origin?.by !== 'raised' || origin.axis === undefined) return scope.refuse('Sqrt is only read as part of a layer norm');
  return { kind: 'deviation', deviation: { source: origin.source, axis: origin.axis, epsilon: origin.factor } };
};

/** A picture minus its mean, divided by its deviation: the layer norm itself. */
export function readCentredQuotient(scope: NodeScope, centred: Placed, { source, axis, epsilon }: Deviation): readonly Placed[] {
  const origin = scope.shared.origins.get(centred.id);
  if (origin?.by !== 'centred' || origin.source !== source || scope.layouts.findOrder(centred)?.at(-1) !== axis) return scope.refuse('Sqrt is only read as part of a layer norm');
  return [scope.layouts.moved(centred, scope.add({ op: 'group-norm', groups: 1, eachPlace: true, epsilon }, [source]))];
}

/** InstanceNormalization: every channel by itself, over all its places. */
export const readInstanceNormalization: NodeReader = (scope) => {
  const input = scope.placed(0);
  const channels = shapeOf(input)[1] ?? scope.reject('no channels');
  const operation = { op: 'group-norm', groups: channels, eachPlace: false, epsilon: scope.float('epsilon', 1e-5) } as const;
  const weights = readScaleAndShift(scope, channels);
  if (input.logical.length === 4) {
    const map = scope.layouts.asMap(input, scope.where);
    return [scope.layouts.placeMap(scope.add(operation, [map.id], weights))];
  }
  scope.layouts.requireBatchFirst(input, scope.where);
  const [, own = [], ...places] = input.logical;
  const map = scope.layouts.arrange(input, [places.flat(), [], own], scope.where);
  return settle(scope, scope.layouts.moved(map, scope.addBefore(operation, [map.id], weights)));
};

/** GroupNormalization; before opset 21 scale and shift are numbers of a group, since of a channel. */
export const readGroupNormalization: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const channels = mapSize(scope, map)[2];
  const groups = scope.int('num_groups', 1);
  if (groups < 1 || channels % groups !== 0) scope.reject(`${groups} groups of ${channels} channels`);
  const given = readScaleAndShift(scope, scope.opset < 21 ? groups : channels);
  const repeat = (weight: NonNullable<GraphNode['weights']['gamma']>): typeof weight =>
    ({ shape: [channels], values: Float32Array.from({ length: channels }, (_, channel) => weight.values[Math.floor((channel * weight.values.length) / channels)] ?? 0) });
  const weights = { ...(given.gamma === undefined ? {} : { gamma: repeat(given.gamma) }), ...(given.beta === undefined ? {} : { beta: repeat(given.beta) }) };
  return [scope.layouts.placeMap(scope.add({ op: 'group-norm', groups, eachPlace: false, epsilon: scope.float('epsilon', 1e-5) }, [map.id], weights))];
};
