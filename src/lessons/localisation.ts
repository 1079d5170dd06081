import type { ParameterDescription } from '../contract/explanations';
import rows from './localisation.json';

/** How well a method points, measured once on mosaics of validation pictures; docs/localisation.md is the whole table. */
export interface LocalisationRow {
  readonly method: string;
  /** Mean share of the positive evidence inside the right quarter, 0..1; chance is 0.25. */
  readonly mean: number;
  readonly error: number;
  readonly median: number;
  /** Mosaics, and maps that were made of them: one or four of each. */
  readonly mosaics: number;
  readonly maps: number;
  readonly empty: number;
  /** Settings of the measurement that differ from the method's own. */
  readonly settings: readonly { readonly name: string; readonly value: number }[];
  /** True: measured by the sum of the colours with their signs, while the app shows the strongest colour of each pixel. */
  readonly sumsColours: boolean;
}

/** Best first. */
export const localisationRows: readonly LocalisationRow[] = rows;

/** The row of a method; null where it was not measured. */
export function localisationOf(method: string): LocalisationRow | null {
  return localisationRows.find((row) => row.method === method) ?? null;
}

/** The share in a table of other measurements, marked where it was measured otherwise than the app makes its maps. */
export function describePointing(method: string, digits = 0): string {
  const row = localisationOf(method);
  return row === null ? 'not measured' : `${(row.mean * 100).toFixed(digits)} %${describeDeparture(row, []) === '' ? '' : ' *'}`;
}

/** What stands below such a table. */
export function describePointingOf(methods: readonly string[]): string {
  const marked = methods.some((method) => describePointing(method).endsWith('*'));
  return `Pointing in general was measured on the network “everyday”${marked ? ', in part with other settings or other colours than the app’s (marked *)' : ''}.`;
}

/** In what the measurement differs from the map on screen; '' where it does not. */
export function describeDeparture({ settings, sumsColours }: LocalisationRow, parameters: readonly ParameterDescription[]): string {
  const named = settings.map(({ name, value }) => `${(parameters.find((parameter) => parameter.name === name)?.label ?? name).toLowerCase()} ${value}`);
  return [
    ...(named.length === 0 ? [] : [`It was measured with other settings than the usual ones: ${named.join(', ')}.`]),
    ...(sumsColours ? ['It was measured by the sum of the colours with their signs; the map here shows the strongest colour.'] : []),
  ].join(' ');
}
