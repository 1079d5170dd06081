import type { Operation } from '../graph/ops';
import { mapSize } from './onnx-linear';
import { shapeOf, type Placed } from './onnx-layout';
import type { NodeReader, NodeScope } from './onnx-scope';

type Resize = Extract<Operation, { op: 'resize' }>;
type Coordinates = Pick<Resize, 'halfPixelCentres' | 'alignCorners'>;

const maxSizePx = 16_384;
const choices: readonly Coordinates[] = [
  { halfPixelCentres: true, alignCorners: false }, { halfPixelCentres: false, alignCorners: false }, { halfPixelCentres: false, alignCorners: true },
];

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Where ONNX reads output pixel `index`, before rounding or interpolation. */
function sourceOf(scope: NodeScope, mode: string, { from, to, scale }: Axis, index: number): number {
  switch (mode) {
    case 'half_pixel': return (index + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel': return to > 1 ? (index + 0.5) / scale - 0.5 : 0;
    case 'align_corners': return to > 1 ? (index * (from - 1)) / (to - 1) : 0;
    case 'asymmetric': return index / scale;
    case 'half_pixel_symmetric': return (from / 2) * (1 - to / (scale * from)) + (index + 0.5) / scale - 0.5;
    default: return scope.refuse(`coordinate_transformation_mode '${mode}'`);
  }
}

function roundOf(scope: NodeScope, mode: string, place: number): number {
  // Positions that should be halves or whole come out a rounding error beside them.
  const exact = Math.abs(place * 2 - Math.round(place * 2)) < 1e-6 ? Math.round(place * 2) / 2 : place;
  switch (mode) {
    case 'round_prefer_floor': return Math.ceil(exact - 0.5);
    case 'round_prefer_ceil': return Math.floor(exact + 0.5);
    case 'floor': return Math.floor(exact);
    case 'ceil': return Math.ceil(exact);
    default: return scope.refuse(`nearest_mode '${mode}'`);
  }
}

const clamp = (value: number, from: number): number => Math.min(Math.max(value, 0), from - 1);

/** Where the engine reads output pixel `index` under one of its settings. */
function engineSource(method: Resize['method'], { halfPixelCentres, alignCorners }: Coordinates, { from, to }: Axis, index: number): number {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  if (method === 'bilinear') return clamp(halfPixelCentres ? (index + 0.5) * ratio - 0.5 : index * ratio, from);
  const place = (halfPixelCentres ? index + 0.5 : index) * ratio;
  return clamp(alignCorners ? Math.round(place) : Math.floor(place + 1e-9), from);
}

/** The engine's setting that reads every pixel where ONNX reads it. @throws AppError 'op-unsupported' when there is none */
function matchCoordinates(scope: NodeScope, method: Resize['method'], axes: readonly Axis[]): Coordinates {
  const old = scope.opset < 11;
  const transformation = scope.text('coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel');
  const rounding = scope.text('nearest_mode', old ? 'floor' : 'round_prefer_floor');
  const wanted = axes.map((axis) => Array.from({ length: axis.to }, (_, index) => {
    const place = sourceOf(scope, transformation, axis, index);
    return clamp(method === 'nearest' ? roundOf(scope, rounding, place) : place, axis.from);
  }));
  const found = choices.find((choice) => axes.every((axis, which) => wanted[which]?.every((place, index) => Math.abs(engineSource(method, choice, axis, index) - place) < 1e-4)));
  return found ?? scope.refuse(`'${transformation}' with '${method === 'nearest' ? rounding : method}' from ${axes.map((axis) => `${axis.from} to ${axis.to}`).join(' and ')} pixels`);
}

function readScales(scope: NodeScope): readonly number[] {
  if (scope.node.opType === 'Upsample' && scope.opset < 9) return scope.node.attributes.get('scales')?.floats ?? [];
  const constant = scope.optional(scope.node.opType === 'Resize' && scope.opset >= 11 ? 2 : 1);
  return constant === null ? [] : Array.from(constant.values.subarray(0, 8));
}

/** Numbers for height and width out of a list over all axes, or over those of `axes`. */
function spatial(scope: NodeScope, list: readonly number[], map: Placed, unchanged: (axis: number) => number): readonly [number, number] {
  const axes = (scope.wholeNumbers(-1, 'axes') ?? []).map((axis) => scope.axis(axis, 4));
  const given = axes.length === 0 ? [0, 1, 2, 3] : axes;
  if (list.length !== given.length) scope.reject(`${list.length} sizes or scales for [${shapeOf(map).join(', ')}]`);
  const all = [0, 1, 2, 3].map((axis) => (given.includes(axis) ? list[given.indexOf(axis)] ?? 0 : unchanged(axis)));
  if (all[0] !== unchanged(0) || all[1] !== unchanged(1)) scope.refuse('a resize of the batch or the channels');
  return [all[2] ?? 0, all[3] ?? 0];
}

/** Resize and Upsample of height and width, nearest or linear. */
export const readResize: NodeReader = (scope) => {
  const map = scope.layouts.asMap(scope.placed(0), scope.where);
  const [height, width] = mapSize(scope, map);
  const mode = scope.text('mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'bilinear') scope.refuse(`mode '${mode}', 'nearest' and 'linear' are read`);
  if (scope.int('antialias', 0) !== 0) scope.refuse('antialias');
  const policy = scope.text('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch' && policy !== '') scope.refuse(`keep_aspect_ratio_policy '${policy}'`);
  const sizes = scope.node.opType === 'Resize' && scope.opset >= 11 ? scope.wholeNumbers(3, 'sizes') : null;
  let axes: readonly [Axis, Axis];
  if (sizes !== null && sizes.length > 0) {
    const logical = shapeOf(map);
    const [toHeight, toWidth] = spatial(scope, sizes, map, (axis) => logical[axis] ?? 1);
    axes = [{ from: height, to: toHeight, scale: toHeight / height }, { from: width, to: toWidth, scale: toWidth / width }];
  } else {
    const [down, across] = spatial(scope, readScales(scope), map, () => 1);
    axes = [{ from: height, to: Math.floor(height * down + 1e-6), scale: down }, { from: width, to: Math.floor(width * across + 1e-6), scale: across }];
  }
  if (axes.some((axis) => !(axis.to >= 1) || axis.to > maxSizePx)) scope.reject(`a resize to ${axes[0].to} by ${axes[1].to} pixels`);
  const method = mode === 'nearest' ? 'nearest' : 'bilinear';
  return [scope.layouts.placeMap(scope.add({ op: 'resize', height: axes[0].to, width: axes[1].to, method, ...matchCoordinates(scope, method, axes) }, [map.id]))];
};
