/** The end of a long path, which is what tells layers apart: `/layer1/layer1.0/conv1/Conv_output_0` is `layer1.0/conv1`. */
export function shortName(id: string, parts = 2): string {
  // TFLite joins the names of all that was fused: the first one says what it is.
  const words = (id.split(';')[0] ?? id).replace(/_output_0$/, '').split('/').filter((word) => word !== '');
  // Exporters end every path with the operation, which is shown anyway.
  if (words.length > 1 && /^[A-Z][A-Za-z]+\d?(_\d+)?$/.test(words.at(-1) ?? '')) words.pop();
  return words.slice(-parts).join('/') || id;
}

const captionLetters = 28;

/** A layer's name where it stands in a line of words: whole unless it is long. Where it is cut, the whole name is said elsewhere. */
export function captionName(id: string): string {
  return id.length <= captionLetters ? id : shortName(id);
}

/** What all names begin with, cut where a word ends; '' where that is nothing. */
export function commonPrefix(names: readonly string[]): string {
  const [first = ''] = names;
  let length = first.length;
  for (const name of names) {
    let same = 0;
    while (same < length && name[same] === first[same]) same += 1;
    length = same;
  }
  if (names.length < 2 || names.some((name) => name.length > length && !/[/._:]/.test(name[length] ?? '') && !/[/._:]$/.test(name.slice(0, length)))) {
    length = names.length < 2 ? first.length : Math.max(0, ...['/', '.', '_', ':'].map((mark) => first.slice(0, length).lastIndexOf(mark)));
  }
  return first.slice(0, length).replace(/^[/._:]+|[/._:]+$/g, '');
}
