import { AppError } from '../contract/errors';
import type { ChoiceParameter, FlagParameter, NumberParameter } from '../contract/explanations';
import type { ExplanationParameters } from './explanation';

function refuse(name: string, must: string): never {
  throw new AppError('explain-unsupported', `${name} must be ${must}`);
}

function checkNumber(description: NumberParameter, value: unknown): number {
  const { name, min, max, integer } = description;
  if (typeof value !== 'number' || !(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
    return refuse(name, `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`);
  }
  return value;
}

/** The setting, or its default. @throws AppError 'explain-unsupported' outside its range */
export function readNumber(parameters: ExplanationParameters, description: NumberParameter): number {
  const value = parameters[description.name] ?? description.default;
  return checkNumber(description, value);
}

/** As {@link readNumber}, for a setting whose default the method chooses: null when it is not given. */
export function readOptionalNumber(parameters: ExplanationParameters, description: NumberParameter): number | null {
  const value = parameters[description.name];
  return value === undefined ? null : checkNumber(description, value);
}

/** One number for both axes, or `[rows, columns]`; null when it is not given. */
export function readPair(parameters: ExplanationParameters, description: NumberParameter): readonly [number, number] | null {
  const value = parameters[description.name];
  if (value === undefined) return null;
  const pair = typeof value === 'number' ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2) return refuse(description.name, 'one number or two');
  return [checkNumber(description, pair[0]), checkNumber(description, pair[1])];
}

/** One of the choices, or the default. @throws AppError 'explain-unsupported' for any other */
export function readChoice(parameters: ExplanationParameters, description: ChoiceParameter): string {
  const value = parameters[description.name] ?? description.default;
  const found = description.choices.find((choice) => choice.value === value);
  return found?.value ?? refuse(description.name, `one of ${description.choices.map((choice) => choice.value).join(', ')}`);
}

export function readFlag(parameters: ExplanationParameters, description: FlagParameter): boolean {
  const value = parameters[description.name] ?? description.default;
  return typeof value === 'boolean' ? value : refuse(description.name, 'true or false');
}
