import type { LocalisationRow } from '../../src/lessons/localisation';
import type { Explanation, ExplanationParameters } from '../../src/explain/explanation';

/** What one mosaic gave: the share of each explained cell; null where a map had no positive evidence. */
export interface MethodResult {
  readonly mosaic: number;
  readonly cells: readonly number[];
  readonly shares: readonly (number | null)[];
}

/** How the colours of every map become one value for each pixel here. */
export const measuredPixel = 'sum';

export interface MeasuredMethod {
  readonly method: string;
  readonly cells: number;
  readonly parameters: ExplanationParameters;
  /** As the app shows it. */
  readonly pixel: Explanation['pixel'];
  readonly results: readonly MethodResult[];
}

/** In what a measurement departs from the map that the app shows. */
export function describeMeasurement({ parameters, pixel }: Pick<MeasuredMethod, 'parameters' | 'pixel'>): Pick<LocalisationRow, 'settings' | 'sumsColours'> {
  return {
    settings: Object.entries(parameters).map(([name, value]) => ({ name, value: Number(value) })),
    sumsColours: pixel === 'strongest',
  };
}

/** The page's lines about that; none where there is nothing to say. */
export function writeDepartures(methods: readonly Pick<MeasuredMethod, 'method' | 'parameters' | 'pixel'>[]): readonly string[] {
  const facts = methods.map((method) => ({ name: method.method, ...describeMeasurement(method) }));
  const settings = facts.filter((entry) => entry.settings.length > 0).map((entry) => `${entry.name}: ${entry.settings.map(({ name, value }) => `${name} ${value}`).join(', ')}`);
  const summed = facts.filter(({ sumsColours }) => sumsColours).map(({ name }) => name);
  return [
    ...(settings.length === 0 ? [] : [`Settings that differ from the defaults, to save time: ${settings.join('; ')}.`, '']),
    ...(summed.length === 0 ? [] : [`The app shows the strongest colour of each pixel, without its sign, for ${summed.join(', ')}; measured is the sum of the colours with their signs.`, '']),
  ];
}

function summarise({ results, ...measured }: MeasuredMethod): LocalisationRow {
  const perMosaic = results.map(({ shares }) => shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) / shares.length);
  const all = results.flatMap(({ shares }) => shares);
  const mean = perMosaic.reduce((sum, share) => sum + share, 0) / perMosaic.length;
  const variance = perMosaic.reduce((sum, share) => sum + (share - mean) ** 2, 0) / Math.max(1, perMosaic.length - 1);
  const sorted = all.map((share) => share ?? 0).sort((a, b) => a - b);
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  return {
    method: measured.method, mean: round(mean), error: round(Math.sqrt(variance / perMosaic.length)), median: round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    mosaics: results.length, maps: all.length, empty: all.filter((share) => share === null).length, ...describeMeasurement(measured),
  };
}

/**
 * The table for docs/ and for the app, best first; methods that were not measured are named, not left out.
 *
 * @param before  the rows there are: one stays until this machine has measured its method on all mosaics, or on more than were measured before
 */
export function writeTable(
  methods: readonly MeasuredMethod[], set: { readonly mosaicCount: number; readonly seed: number; readonly confidence: number }, before: readonly LocalisationRow[],
): { readonly text: string; readonly rows: readonly LocalisationRow[] } {
  const rows = methods.flatMap((method): readonly LocalisationRow[] => {
    const kept = before.find((row) => row.method === method.method);
    if (kept !== undefined && method.results.length < set.mosaicCount && method.results.length <= kept.mosaics) return [kept];
    return method.results.length > 0 ? [summarise(method)] : [];
  }).sort((a, b) => b.mean - a.mean);
  const missing = methods.filter(({ method }) => rows.every((row) => row.method !== method)).map(({ method }) => method);
  const partly = rows.filter(({ mosaics }) => mosaics < set.mosaicCount);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const text = [
    '# How well each method points', '',
    'The grid pointing game (Rao, Böhle, Schiele 2022, arXiv:2205.10435): four validation pictures of four classes of `everyday-objects`, each named',
    `rightly alone with a probability of at least ${set.confidence}, are laid out 2 × 2; the network \`everyday\` sees the mosaic at twice its input size; for a class,`,
    'the score is the share of positive attribution that falls into its own cell. Chance is 25 %. Attributions are summed over the colour channels;',
    'maps of a layer are enlarged bilinearly. A map without any positive evidence counts as 0 (and is counted in the last column).', '',
    `${set.mosaicCount} mosaics, seed ${set.seed}. Quick methods explain all four classes of a mosaic, slow ones one of the four in turn (the column maps says how many there are). Made by`,
    '`npm run localisation` (needs `../shared/data`); this page and `src/lessons/localisation.json` are written by it.', '',
    '| method | mean share | standard error | median | maps | without evidence |', '|---|---|---|---|---|---|',
    ...rows.map((row) => `| <a id="${row.method}"></a>${row.method} | ${percent(row.mean)} | ${percent(row.error)} | ${percent(row.median)} | ${row.maps} | ${row.empty} |`), '',
    ...writeDepartures(methods),
    ...(partly.length === 0 ? [] : [`Measured on fewer mosaics: ${partly.map(({ method, mosaics }) => `${method} (${mosaics})`).join(', ')}.`, '']),
    ...(missing.length === 0 ? [] : [`Not measured: ${missing.join(', ')}.`, '']),
    'RISE: its map is an average of probabilities, positive everywhere, so that its even part lies in all four cells and holds the share near chance,',
    'whatever the map shows on top of it. The authors of the game take 1,000 masks of 6 × 6, a cell open with a chance of 0.1, closed is the mean',
    'colour; with that its share is larger. [How that was measured](explanations.md#3-the-pointing-table).', '',
    'What it does not say: a method that points well on mosaics shows where evidence for a class lies among four pictures that have nothing to do with',
    'each other. It does not show that the map is faithful inside one picture; the deletion and insertion curves beside each map are for that.', '',
  ].join('\n');
  return { text, rows };
}
