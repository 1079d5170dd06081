import type { NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';

/**
 * The text of a `card.json` as a {@link NetworkCard}, with everything the worker relies on checked.
 *
 * @param text  the file · JSON
 * @param where named in the error
 * @throws AppError 'network-altered' naming the field that is wrong
 */
export function readCard(text: string, where: string): NetworkCard {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new AppError('network-altered', `${where}: not JSON`, false, { cause: thrown });
  }
  const fail = (field: string): never => { throw new AppError('network-altered', `${where}: ${field}`); };
  if (!isRecord(value)) return fail('not an object');
  const { id, classes, input, files } = value;
  if (typeof id !== 'string' || id === '') return fail('id');
  if (typeof value['name'] !== 'string') return fail('name');
  if (!Array.isArray(classes) || classes.length === 0 || !classes.every((name) => typeof name === 'string')) return fail('classes');
  if (!isRecord(input) || !isCount(input['height']) || !isCount(input['width']) || !isCount(input['channels'])) return fail('input');
  const channels = input['channels'];
  for (const key of ['mean', 'std'] as const) {
    const numbers = input[key];
    if (!Array.isArray(numbers) || numbers.length !== channels || !numbers.every(Number.isFinite)) return fail(`input.${key}`);
    if (key === 'std' && numbers.includes(0)) return fail('input.std');
  }
  const order = input['channelOrder'];
  if (order !== undefined && order !== 'rgb' && order !== 'bgr') return fail('input.channelOrder');
  if (!Array.isArray(files) || files.length === 0) return fail('files');
  for (const file of files as unknown[]) {
    if (!isRecord(file) || typeof file['path'] !== 'string' || !isPlainPath(file['path'])) return fail('files.path');
    if (!isCount(file['bytes'])) return fail('files.bytes');
    if (typeof file['sha256'] !== 'string' || !/^[0-9a-f]{64}$/i.test(file['sha256'])) return fail('files.sha256');
  }
  // Every field the worker computes with was looked at; the rest is only shown.
  return value as unknown as NetworkCard;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

/** A file beside the card or below it: a card must not make the app fetch from elsewhere. */
function isPlainPath(path: string): boolean {
  return /^[\w][\w.-]*(\/[\w][\w.-]*)*$/.test(path);
}
