/** Longer names are cut where they are shown, not here; absurd ones are no names. */
const longestLabel = 500;
const mostLabels = 100_000;

/**
 * The labels in a text: one a line (`tench`, `0 tench`, `n01440764 tench, Tinca tinca`, `0: 'tench'`), or JSON: a list of names,
 * `{"0": "tench"}`, Keras's `{"0": ["n01440764", "tench"]}`, `{"labels": […]}`, or `{"tench": 0}`.
 *
 * @returns null when the text is no list of labels
 */
export function readLabelText(text: string): readonly string[] | null {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return null;
  const labels = /^[[{]/.test(trimmed) ? readJson(trimmed) : readLines(trimmed);
  if (labels === null || labels.length === 0 || labels.length > mostLabels) return null;
  return labels.every((label) => label !== '' && label.length <= longestLabel) ? shortenSynonyms(labels) : null;
}

/** ImageNet's lists give synonyms (`tench, Tinca tinca`): the first is enough, unless two classes would then share it. */
function shortenSynonyms(labels: readonly string[]): readonly string[] {
  if (labels.length < 1000) return labels;
  const short = labels.map((label) => label.split(/,\s/)[0] ?? label);
  const counts = new Map<string, number>();
  for (const label of short) counts.set(label, (counts.get(label) ?? 0) + 1);
  return short.map((label, index) => ((counts.get(label) ?? 0) > 1 || label === '' ? labels[index] ?? label : label));
}

function readJson(text: string): readonly string[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Python prints its dictionaries with single quotes: read as lines.
    return /^\{\s*\d+\s*:/.test(text) ? readLines(text.replace(/^\{/, '').replace(/\}$/, '')) : null;
  }
  return readValue(value, true);
}

function readValue(value: unknown, nested: boolean): readonly string[] | null {
  if (Array.isArray(value)) {
    const names = value.map(nameOf);
    return names.every((name) => name !== null) ? names : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const byIndex = readIndexed(entries);
  if (byIndex !== null) return byIndex;
  if (!nested) return null;
  for (const [key, inner] of entries) {
    if (/label|class|name|categor/i.test(key)) {
      const labels = readValue(inner, false);
      if (labels !== null && labels.length > 1) return labels;
    }
  }
  return null;
}

/** `{"0": name}` or `{name: 0}`, complete and without gaps. */
function readIndexed(entries: readonly (readonly [string, unknown])[]): readonly string[] | null {
  const names: (string | undefined)[] = Array.from({ length: entries.length });
  for (const [key, value] of entries) {
    const index = /^\d{1,6}$/.test(key) ? Number(key) : typeof value === 'number' ? value : -1;
    const name = /^\d{1,6}$/.test(key) ? nameOf(value) : key;
    if (name === null || !Number.isInteger(index) || index < 0 || index >= names.length || names[index] !== undefined) return null;
    names[index] = name;
  }
  return names.length > 0 ? names as readonly string[] : null;
}

/** A name, or the last text of `["n01440764", "tench"]`, or `{"name": "tench"}`. */
function nameOf(value: unknown): string | null {
  if (typeof value === 'string') return tidyLabel(value);
  if (Array.isArray(value)) {
    const texts = value.filter((part): part is string => typeof part === 'string');
    return texts.length > 0 ? tidyLabel(texts.at(-1) ?? '') : null;
  }
  if (typeof value === 'object' && value !== null) {
    for (const key of ['name', 'label', 'displayName', 'display_name', 'className']) {
      const text = Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
      if (typeof text === 'string') return tidyLabel(text);
    }
  }
  return null;
}

function readLines(text: string): readonly string[] | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  // Numbered lines lose their number when every line has the one it should have.
  const numbered = lines.map((line) => /^['"]?(\d+)['"]?\s*[:,;\t ]\s*(.+?),?$/.exec(line));
  const first = Number(numbered[0]?.[1] ?? Number.NaN);
  const inOrder = (first === 0 || first === 1) && numbered.every((match, index) => Number(match?.[1] ?? Number.NaN) === first + index);
  const plain = inOrder ? numbered.map((match) => match?.[2] ?? '') : lines;
  // ILSVRC's synset files: an id of WordNet before each name.
  const synsets = plain.map((line) => /^n\d{8}[\s,:]+(.+)$/.exec(line));
  const names = synsets.every((match) => match !== null) ? synsets.map((match) => match?.[1] ?? '') : plain;
  if (names.some((name) => name.includes('\0') || /[\u0001-\u0008\u000e-\u001f]/.test(name))) return null;
  return names.map(tidyLabel);
}

/** Without quotes around it, and with underscores as spaces. */
function tidyLabel(text: string): string {
  const bare = text.trim().replace(/^(['"])(.*)\1$/, '$2').trim();
  return /\s/.test(bare) ? bare : bare.replaceAll('_', ' ').trim() || bare;
}
