/** How a number that is none is written: JSON has no words for these, and would say `null`. */
const words: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY };

/** As `JSON.stringify`, but what is not finite becomes `"NaN"`, `"Infinity"` or `"-Infinity"`. Python's `float()` reads these words. */
export function writeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'number' && !Number.isFinite(part) ? String(part) : part), indent);
}

/** A number, or one of the words that {@link writeJson} writes for it; null for everything else. */
export function readMeasured(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && Object.hasOwn(words, value) ? words[value] ?? null : null;
}
