/** Indices of the classes whose name contains the text; those that begin with it first. */
export function filterClasses(classes: readonly string[], text: string): readonly number[] {
  const wanted = text.trim().toLocaleLowerCase();
  const places = classes.map((label, index) => ({ index, at: label.toLocaleLowerCase().indexOf(wanted), label }));
  return places.filter(({ at }) => at !== -1)
    .sort((a, b) => (wanted === '' ? 0 : Math.min(a.at, 1) - Math.min(b.at, 1)) || a.label.localeCompare(b.label))
    .map(({ index }) => index);
}
