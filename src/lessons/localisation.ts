import rows from './localisation.json';

/** How well a method points, measured once on mosaics of validation pictures; docs/localisation.md is the whole table. */
export interface LocalisationRow {
  readonly method: string;
  /** Mean share of the positive evidence inside the right quarter, 0..1; chance is 0.25. */
  readonly mean: number;
  readonly error: number;
  readonly median: number;
  readonly maps: number;
  readonly empty: number;
}

/** Best first. */
export const localisationRows: readonly LocalisationRow[] = rows;

/** The row of a method; null where it was not measured. */
export function localisationOf(method: string): LocalisationRow | null {
  return localisationRows.find((row) => row.method === method) ?? null;
}
