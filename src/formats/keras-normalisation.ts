import { AppError } from '../contract/errors';
import type { LayerId } from '../contract/ids';
import type { WeightArray } from '../graph/network-graph';
import { asNumber, booleanField, field, numberField } from './json-access';
import { inputOf, requireLastAxis, type LayerScope } from './keras-scope';

/** The learnt scale and shift that a layer has, and more arrays behind them. */
function readAffine(scope: LayerScope, more: readonly string[]): { readonly affine: Partial<Record<'gamma' | 'beta', WeightArray>>; readonly rest: readonly WeightArray[] } {
  const scaled = booleanField(scope.config, 'scale', true);
  const centred = booleanField(scope.config, 'center', true);
  const rest = [...scope.weights([...(scaled ? ['gamma'] : []), ...(centred ? ['beta'] : []), ...more])];
  const gamma = scaled ? rest.shift() : undefined;
  const beta = centred ? rest.shift() : undefined;
  return { affine: { ...(gamma === undefined ? {} : { gamma }), ...(beta === undefined ? {} : { beta }) }, rest };
}

/** BatchNormalization over the last axis. @throws AppError 'format-malformed' without its statistics */
export function readBatchNorm(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  const { affine, rest: [mean, variance] } = readAffine(scope, ['moving_mean', 'moving_variance']);
  if (mean === undefined || variance === undefined) throw new AppError('format-malformed', `statistics of '${scope.id}' are missing`);
  return scope.builder.add(scope.id, { op: 'batch-norm', epsilon: numberField(scope.config, 'epsilon', 1e-3, scope.id) }, [inputOf(scope)], { mean, variance, ...affine });
}

/** GroupNormalization, and LayerNormalization as one group at each place. */
export function readGroupNorm(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  const { affine } = readAffine(scope, []);
  const eachPlace = scope.className === 'LayerNormalization';
  const channels = scope.builder.shapeOf(inputOf(scope)).at(-1) ?? 1;
  const groups = eachPlace ? 1 : numberField(scope.config, 'groups', 32, scope.id);
  const epsilon = numberField(scope.config, 'epsilon', 1e-3, scope.id);
  return scope.builder.add(scope.id, { op: 'group-norm', groups: groups === -1 ? channels : groups, eachPlace, epsilon }, [inputOf(scope)], affine);
}

/** LayerScale: a factor for each channel. */
export function readLayerScale(scope: LayerScope): LayerId {
  const [factor] = scope.weights(['gamma']);
  return scope.builder.add(scope.id, { op: 'scale' }, [inputOf(scope)], factor === undefined ? {} : { factor });
}

function constants(value: unknown, where: string): WeightArray {
  const values = (Array.isArray(value) ? value.flat(4) : [value]).map((entry) => asNumber(entry, where));
  return { shape: [values.length], values: Float32Array.from(values) };
}

/** Rescaling: `scale` x + `offset`. */
export function readRescaling(scope: LayerScope): LayerId {
  const factor = constants(field(scope.config, 'scale'), `${scope.id}.scale`);
  const offset = constants(field(scope.config, 'offset') ?? 0, `${scope.id}.offset`);
  return scope.builder.add(scope.id, { op: 'scale' }, [inputOf(scope)], { factor, offset });
}

/** Normalization: (x - mean) / deviation, from the configuration or the weights. */
export function readNormalization(scope: LayerScope): LayerId {
  requireLastAxis(scope, field(scope.config, 'axis'));
  const given = field(scope.config, 'mean');
  const [mean, variance] = given === undefined || given === null ? scope.weights(['mean', 'variance'])
    : [constants(given, `${scope.id}.mean`), constants(field(scope.config, 'variance'), `${scope.id}.variance`)];
  if (mean === undefined || variance === undefined) throw new AppError('format-malformed', `statistics of '${scope.id}' are missing`);
  if (booleanField(scope.config, 'invert', false)) throw new AppError('op-unsupported', `inverted normalisation in layer '${scope.id}'`);
  const factor = variance.values.map((value) => 1 / Math.max(Math.sqrt(value), 1e-7));
  const offset = mean.values.map((value, index) => -value * (factor[index % factor.length] ?? 0));
  return scope.builder.add(scope.id, { op: 'scale' }, [inputOf(scope)], {
    factor: { shape: [factor.length], values: factor }, offset: { shape: [offset.length], values: offset },
  });
}
