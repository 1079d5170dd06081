import { AppError } from '../contract/errors';

/** A parsed JSON object of unknown origin; read only through the functions below (own properties only). */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Networks nest a dozen levels; what nests thousands makes every later walk, or turning it into text, overflow the stack. */
const maxDepth = 256;
const [quote, backslash] = [0x22, 0x5c];

function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === backslash) index += 1;
      else if (code === quote) quoted = false;
    } else if (code === quote) quoted = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/** A JSON text of unknown origin. @throws AppError 'format-malformed' when it is not JSON, or nested without reason */
export function parseJson(text: string, where: string): unknown {
  if (isTooDeep(text)) throw new AppError('format-malformed', `${where} is nested more than ${maxDepth} levels deep`);
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new AppError('format-malformed', `${where} is not JSON`, false, { cause: thrown });
  }
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}

/** True for an object that is no list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws AppError 'format-malformed' when `value` is not an object */
export function asRecord(value: unknown, where: string): JsonRecord {
  if (!isRecord(value)) throw new AppError('format-malformed', `${where}: expected an object, found ${describe(value)}`);
  return value;
}

/** @throws AppError 'format-malformed' when `value` is not a list */
export function asArray(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new AppError('format-malformed', `${where}: expected a list, found ${describe(value)}`);
  return value;
}

/** @throws AppError 'format-malformed' when `value` is not a string */
export function asString(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new AppError('format-malformed', `${where}: expected a text, found ${describe(value)}`);
  return value;
}

/** @throws AppError 'format-malformed' when `value` is not a finite number */
export function asNumber(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new AppError('format-malformed', `${where}: expected a number, found ${describe(value)}`);
  return value;
}

/** @throws AppError 'format-malformed' when `value` is not a whole number */
export function asInteger(value: unknown, where: string): number {
  const number = asNumber(value, where);
  if (!Number.isSafeInteger(number)) throw new AppError('format-malformed', `${where}: expected a whole number, found ${number}`);
  return number;
}

/** Own property of an object, never one of its prototype; `undefined` when it is not there. */
export function field(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** True or the default; anything that is not a boolean counts as absent. */
export function booleanField(record: JsonRecord, key: string, missing: boolean): boolean {
  const value = field(record, key);
  return typeof value === 'boolean' ? value : missing;
}

/** A number, or `missing` where the key is absent or null. @throws AppError 'format-malformed' */
export function numberField(record: JsonRecord, key: string, missing: number, where: string): number {
  const value = field(record, key);
  return value === undefined || value === null ? missing : asNumber(value, `${where}.${key}`);
}

/** Two whole numbers from `[a, b]` or one number meaning both; `missing` where absent. @throws AppError 'format-malformed' */
export function pairField(record: JsonRecord, key: string, missing: readonly [number, number], where: string): readonly [number, number] {
  const value = field(record, key);
  if (value === undefined || value === null) return missing;
  if (typeof value === 'number') return [asInteger(value, `${where}.${key}`), value];
  const list = asArray(value, `${where}.${key}`);
  if (list.length !== 2) throw new AppError('format-malformed', `${where}.${key}: expected two numbers, found ${list.length}`);
  return [asInteger(list[0], `${where}.${key}`), asInteger(list[1], `${where}.${key}`)];
}
