import { parseArgs } from 'node:util';
import type { ScoreTarget } from '../src/explain/score-target';

export interface ProbeOptions {
  readonly network: string;
  readonly input: string | null;
  /** Names of layers, or `all`. */
  readonly activations: readonly string[] | 'all';
  readonly method: { readonly id: string; readonly target: ScoreTarget; readonly layer: string | null; readonly params: Readonly<Record<string, unknown>> } | null;
  readonly out: string;
}

const usage = 'usage: npm run --silent probe -- NETWORK [--input x.npy] [--activations all|NAME,NAME] '
  + '[--method ID (--target K [--against K] | --unit LAYER,CHANNEL[,Y,X]) [--layer NAME] [--params JSON]] --out DIR';

/** A wrong command line; the message is for the person at the terminal. */
export class UsageError extends Error {}

function parseParams(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Falls through to the one message for everything that is not an object.
  }
  throw new UsageError('--params is not a JSON object');
}

function readIndex(text: string, what: string): number {
  const index = Number(text);
  if (text.trim() === '' || !Number.isInteger(index) || index < 0) throw new UsageError(what);
  return index;
}

/** A class, the difference of two, or a channel (or one unit) of a layer; a layer's name may hold commas itself. */
function readTarget(values: { readonly target?: string | undefined; readonly against?: string | undefined; readonly unit?: string | undefined }): ScoreTarget {
  if (values.unit !== undefined) {
    const found = /^(.+?),(\d+)(?:,(\d+),(\d+))?$/.exec(values.unit);
    if (found === null || values.target !== undefined || values.against !== undefined) throw new UsageError('--unit is LAYER,CHANNEL or LAYER,CHANNEL,Y,X, instead of --target');
    const [, layer = '', channel = '', y, x] = found;
    return { kind: 'unit', layer, channel: Number(channel), ...(y === undefined || x === undefined ? {} : { y: Number(y), x: Number(x) }) };
  }
  const index = readIndex(values.target ?? '', '--method needs --target K, the index of a class, or --unit');
  if (values.against === undefined) return { kind: 'class', index };
  return { kind: 'difference', index, against: readIndex(values.against, '--against is the index of a class') };
}

/** Reads the command line. @throws UsageError */
export function readOptions(parameters: readonly string[]): ProbeOptions {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...parameters], allowPositionals: true,
      options: {
        input: { type: 'string' }, activations: { type: 'string' }, method: { type: 'string' }, target: { type: 'string' },
        against: { type: 'string' }, unit: { type: 'string' }, layer: { type: 'string' }, params: { type: 'string' }, out: { type: 'string' },
      },
    });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const { values, positionals } = parsed;
  const [network] = positionals;
  if (network === undefined || positionals.length !== 1 || values.out === undefined) throw new UsageError(usage);
  const target = values.method === undefined ? null : readTarget(values);
  if (values.method !== undefined && values.input === undefined) throw new UsageError('--method needs --input');
  const alone = (['target', 'against', 'unit', 'layer', 'params'] as const).find((name) => values[name] !== undefined);
  if (values.method === undefined && alone !== undefined) throw new UsageError(`--${alone} needs --method`);
  if (values.activations !== undefined && values.input === undefined) throw new UsageError('--activations needs --input');
  return {
    network, input: values.input ?? null, out: values.out,
    activations: values.activations === 'all' ? 'all' : (values.activations ?? '').split(',').filter((name) => name !== ''),
    method: values.method === undefined || target === null ? null : { id: values.method, target, layer: values.layer ?? null, params: parseParams(values.params) },
  };
}
