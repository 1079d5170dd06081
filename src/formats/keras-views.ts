import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { Padding } from '../graph/ops';
import { asArray, asInteger, field, pairField } from './json-access';
import { inputOf, mapSize, requireChannelsLast, type LayerScope } from './keras-scope';

function readBorders(scope: LayerScope, key: string): Padding {
  const value = field(scope.config, key);
  const where = `${scope.id}.${key}`;
  const sides = (side: unknown): readonly [number, number] => {
    if (typeof side === 'number') return [asInteger(side, where), asInteger(side, where)];
    const list = asArray(side, where);
    return [asInteger(list[0], where), asInteger(list[1], where)];
  };
  if (value === undefined || typeof value === 'number') {
    const [one] = sides(value ?? 1);
    return { top: one, bottom: one, left: one, right: one };
  }
  const list = asArray(value, where);
  const [top, bottom] = sides(list[0]);
  const [left, right] = sides(list[1]);
  return { top, bottom, left, right };
}

/** ZeroPadding2D. */
export function readZeroPadding(scope: LayerScope): LayerId {
  return scope.builder.add(scope.id, { op: 'pad', padding: readBorders(scope, 'padding'), value: 0 }, [inputOf(scope)]);
}

/** Cropping2D: rows, then columns. */
export function readCropping(scope: LayerScope): LayerId {
  const { top, bottom, left, right } = readBorders(scope, 'cropping');
  const [height, width] = mapSize(scope);
  const rows = scope.builder.add(`${scope.id}/rows`, { op: 'slice', axis: 0, start: top, size: height - top - bottom }, [inputOf(scope)]);
  return scope.builder.add(scope.id, { op: 'slice', axis: 1, start: left, size: width - left - right }, [rows]);
}

/** Reshape, with at most one size left open as -1. */
export function readReshape(scope: LayerScope): LayerId {
  const target = asArray(field(scope.config, 'target_shape'), `${scope.id}.target_shape`).map((size) => asInteger(size, `${scope.id}.target_shape`));
  const total = scope.builder.shapeOf(inputOf(scope)).reduce((product, size) => product * size, 1);
  const known = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const shape = target.map((size) => (size === -1 ? total / known : size));
  return scope.builder.add(scope.id, { op: 'reshape', shape }, [inputOf(scope)]);
}

/** UpSampling2D by a whole factor, nearest or bilinear. */
export function readUpSampling(scope: LayerScope): LayerId {
  requireChannelsLast(scope);
  const [rows, columns] = pairField(scope.config, 'size', [2, 2], scope.id);
  const [height, width] = mapSize(scope);
  const interpolation = field(scope.config, 'interpolation') ?? 'nearest';
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') throw new AppError('op-unsupported', `interpolation '${String(interpolation)}' of layer '${scope.id}'`);
  return scope.builder.add(scope.id, {
    op: 'resize', height: height * rows, width: width * columns, method: interpolation,
    halfPixelCentres: interpolation === 'bilinear', alignCorners: false,
  }, [inputOf(scope)]);
}

/** Permute: Keras counts axes from 1, the batch left out. */
export function readPermute(scope: LayerScope): LayerId {
  const permutation = asArray(field(scope.config, 'dims'), `${scope.id}.dims`).map((axis) => asInteger(axis, `${scope.id}.dims`) - 1);
  return scope.builder.add(scope.id, { op: 'transpose', permutation }, [inputOf(scope)]);
}
