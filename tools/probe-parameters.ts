import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Explanation, ExplanationParameters } from '../src/explain/explanation';
import { UsageError } from './probe-options';

/** Settings that may be an array beside the input: `"noise": "noise.npy"`. */
const arrayNames = ['noise', 'baseline'] as const;

/** `--params`, sorted by what takes them. */
export interface ProbeParameters {
  readonly parameters: ExplanationParameters;
  /** Path of an array by its setting's name. */
  readonly arrays: { readonly noise?: string; readonly baseline?: string };
  /** Settings of other methods, which change nothing here. */
  readonly ignored: readonly string[];
}

const isArrayFile = (value: unknown): value is string => typeof value === 'string' && value.endsWith('.npy');

function toPlain(name: string, value: unknown): number | string | boolean | readonly number[] {
  if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'number' && Number.isFinite(entry))) return value as readonly number[];
  throw new UsageError(`--params: ${name} is no number, text, yes or no, or list of numbers`);
}

/**
 * Settings by their own names; `align_corners` and `alignCorners` are the same.
 *
 * @param methods  all there are: a name that none of them knows is a slip of the pen, not a setting to pass over
 * @throws UsageError
 */
export function readParameters(params: Readonly<Record<string, unknown>>, method: Explanation, methods: readonly Explanation[]): ProbeParameters {
  const known = new Set<string>([...arrayNames, ...methods.flatMap(({ parameters }) => parameters.map(({ name }) => name))]);
  const own = new Set(method.parameters.map(({ name }) => name));
  const parameters = new Map<string, number | string | boolean | readonly number[]>();
  const arrays: { noise?: string; baseline?: string } = {};
  const ignored: string[] = [];
  for (const [given, value] of Object.entries(params)) {
    const name = given.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!known.has(name)) {
      const names = [...own].join(', ');
      throw new UsageError(`--params: no method has a setting '${given}'; ${method.id} has ${names === '' ? 'none' : names}`);
    }
    const arrayName = arrayNames.find((entry) => entry === name);
    // Noise is what sigma is the strength of.
    const takesArray = own.has(arrayName === 'noise' ? 'sigma' : 'baseline');
    if (arrayName !== undefined && isArrayFile(value) && !takesArray) ignored.push(given);
    else if (arrayName !== undefined && isArrayFile(value)) arrays[arrayName] = value;
    else if (name === 'noise') throw new UsageError('--params: noise is the name of a .npy file');
    else if (own.has(name)) {
      if (parameters.has(name)) throw new UsageError(`--params: ${name} is there twice`);
      parameters.set(name, toPlain(given, value));
    } else ignored.push(given);
  }
  return { parameters: Object.fromEntries(parameters), arrays, ignored };
}

/** Reads the arrays of settings, which lie beside the input. */
export async function readArrays(
  arrays: ProbeParameters['arrays'], load: (path: string) => Promise<Tensor4D>,
): Promise<{ readonly noise?: Tensor4D; readonly baseline?: Tensor4D }> {
  return {
    ...(arrays.noise === undefined ? {} : { noise: await load(arrays.noise) }),
    ...(arrays.baseline === undefined ? {} : { baseline: await load(arrays.baseline) }),
  };
}
