import { parseArgs } from 'node:util';

export interface ProbeOptions {
  readonly network: string;
  readonly input: string | null;
  /** Names of layers, or `all`. */
  readonly activations: readonly string[] | 'all';
  readonly method: { readonly id: string; readonly target: number; readonly layer: string | null; readonly params: Readonly<Record<string, unknown>> } | null;
  readonly out: string;
}

export const usage = 'usage: npm run --silent probe -- NETWORK [--input x.npy] [--activations all|NAME,NAME] '
  + '[--method ID --target K [--layer NAME] [--params JSON]] --out DIR';

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

/** Reads the command line. @throws UsageError */
export function readOptions(parameters: readonly string[]): ProbeOptions {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...parameters], allowPositionals: true,
      options: {
        input: { type: 'string' }, activations: { type: 'string' }, method: { type: 'string' }, target: { type: 'string' },
        layer: { type: 'string' }, params: { type: 'string' }, out: { type: 'string' },
      },
    });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const { values, positionals } = parsed;
  const [network] = positionals;
  if (network === undefined || positionals.length !== 1 || values.out === undefined) throw new UsageError(usage);
  const target = Number(values.target ?? Number.NaN);
  if (values.method !== undefined && !(Number.isInteger(target) && target >= 0)) throw new UsageError('--method needs --target K, the index of a class');
  if (values.method !== undefined && values.input === undefined) throw new UsageError('--method needs --input');
  if (values.activations !== undefined && values.input === undefined) throw new UsageError('--activations needs --input');
  return {
    network, input: values.input ?? null, out: values.out,
    activations: values.activations === 'all' ? 'all' : (values.activations ?? '').split(',').filter((name) => name !== ''),
    method: values.method === undefined ? null : { id: values.method, target, layer: values.layer ?? null, params: parseParams(values.params) },
  };
}
