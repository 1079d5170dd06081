/** Longest text we look for labels in, in characters, and most labels we keep. */
const maxCharacters = 2 ** 22;
const maxLabels = 100_000;

/** Keys under which writers of networks keep class names, as lower-case letters. */
const labelKeys: ReadonlySet<string> = new Set(['labels', 'label', 'classes', 'classnames', 'classlabels', 'names', 'categories', 'id2label', 'labelmap']);

function asList(value: unknown): readonly string[] | null {
  if (Array.isArray(value)) {
    const texts = value.filter((entry) => typeof entry === 'string');
    return texts.length === value.length && texts.length > 0 && texts.length <= maxLabels ? texts : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  // {"0": "cat", "1": "dog"}: numbers without gaps, in any order.
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const found = new Map<number, string>();
  for (const [key, text] of entries) {
    if (!/^\d{1,6}$/.test(key) || typeof text !== 'string' || Number(key) >= entries.length) return null;
    found.set(Number(key), text);
  }
  return found.size > 0 && found.size === entries.length ? Array.from(found, (_, index) => found.get(index) ?? '') : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Python's way of writing a dictionary of names, `{0: 'cat', 1: 'dog'}`, as some exporters leave it. */
function parsePythonDictionary(text: string): readonly string[] | null {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const match of text.matchAll(/(\d{1,6}):\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)) found[match[1] ?? ''] = (match[2] ?? match[3] ?? '').replaceAll(/\\(.)/g, '$1');
  return asList(found);
}

function readText(text: string): readonly string[] | null {
  if (text.length > maxCharacters) return null;
  const trimmed = text.trim();
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) return asList(parse(trimmed)) ?? (trimmed.startsWith('{') ? parsePythonDictionary(trimmed) : null);
  const lines = trimmed.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length > 1) return asList(lines);
  const parts = trimmed.split(',').map((part) => part.trim());
  return parts.length > 1 && !parts.includes('') ? asList(parts) : null;
}

/**
 * Class names in a file's metadata: a list, a `{"0": name}` object, or either as text (JSON, Python's dictionary, one per line,
 * commas), under any of the usual keys.
 *
 * @param metadata  key and value, not trusted
 * @returns null when there are none
 */
export function readLabels(metadata: Iterable<readonly [string, unknown]>): readonly string[] | null {
  for (const [key, value] of metadata) {
    if (!labelKeys.has(key.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))) continue;
    const labels = typeof value === 'string' ? readText(value) : asList(value);
    if (labels !== null) return labels;
  }
  return null;
}
