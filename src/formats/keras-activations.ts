import { AppError } from '../contract/errors';
import type { Activation } from '../graph/ops';
import { asRecord, asString, field, numberField } from './json-access';

/** What a Keras `activation` entry means in the graph; `null`: linear, nothing to do. */
export type KerasActivation = Activation | { readonly kind: 'softmax' } | { readonly kind: 'log-softmax' } | null;

function readHardSigmoid(keras3: boolean): Activation {
  // Keras 2: clip(0.2 x + 0.5, 0, 1). Keras 3: relu6(x + 3) / 6.
  return keras3 ? { kind: 'hard-sigmoid', slope: 1 / 6, offset: 0.5 } : { kind: 'hard-sigmoid', slope: 0.2, offset: 0.5 };
}

/**
 * Reads the `activation` entry of a layer: a name, or a serialised object with a class or function name.
 *
 * @param keras3  the file was written by Keras 3 (its hard sigmoid has another slope)
 * @throws AppError 'op-unsupported' naming the activation and the layer
 */
export function readActivation(value: unknown, keras3: boolean, where: string): KerasActivation {
  if (value === undefined || value === null) return null;
  let name: unknown = value;
  let config: unknown = {};
  if (typeof value === 'object') {
    const record = asRecord(value, where);
    const inner = field(record, 'config');
    // A serialised function is {class_name: 'function', config: 'relu'}; a layer has an object there.
    name = typeof inner === 'string' ? inner : field(record, 'class_name');
    config = inner instanceof Object ? inner : {};
  }
  const key = asString(name, where).toLowerCase().replaceAll('_', '');
  const settings = asRecord(config, where);
  switch (key) {
    case 'linear': return null;
    case 'relu': return { kind: 'relu' };
    case 'relu6': return { kind: 'relu6' };
    case 'elu': return { kind: 'elu', alpha: numberField(settings, 'alpha', 1, where) };
    case 'leakyrelu': return { kind: 'leaky-relu', slope: numberField(settings, 'negative_slope', numberField(settings, 'alpha', keras3 ? 0.2 : 0.3, where), where) };
    case 'sigmoid': return { kind: 'sigmoid' };
    case 'tanh': return { kind: 'tanh' };
    case 'hardsigmoid': return readHardSigmoid(keras3);
    case 'hardswish': case 'hardsilu': return { kind: 'hard-swish' };
    case 'swish': case 'silu': return { kind: 'silu' };
    case 'gelu': return { kind: 'gelu', approximate: field(settings, 'approximate') === true };
    case 'softmax': return { kind: 'softmax' };
    case 'logsoftmax': return { kind: 'log-softmax' };
    default: throw new AppError('op-unsupported', `activation '${String(name)}' of layer '${where}'`);
  }
}
