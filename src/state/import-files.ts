import type { PickedFile } from '../contract/importer';

/** A file as the page gets it, with its path inside the dropped folder. */
export interface DroppedFile extends PickedFile {
  readonly file: File;
}

/** Dropped files by what becomes of them. */
export interface SortedFiles {
  readonly pictures: readonly File[];
  readonly arrays: readonly DroppedFile[];
  /** Everything a network may consist of: its file, its shards, its external data, its labels. */
  readonly network: readonly DroppedFile[];
  /** One file that can only be a list of labels; null: there is none, or a network came with it. */
  readonly labels: File | null;
}

const pictureEndings = /\.(jpe?g|jfif|png|gif|webp|bmp|avif|heic|heif|tiff?|svg|ico|pdf|mp4|m4v|mov|webm|mkv|avi)$/i;
const arrayEndings = /\.(npy|npz)$/i;
const networkEndings = /\.(onnx|h5|hdf5|keras|tflite|json|zip|pb|ort)$/i;
const labelNames = /(\.(txt|names|csv)|(label|class|names)[^/]*\.json)$/i;
/** What systems and tools leave in folders. */
const leftovers = /(^|\/)(\.[^/]*|__MACOSX(\/.*)?|Thumbs\.db|desktop\.ini)$|(^|\/)(\.git|node_modules|__MACOSX)\//i;

/** Pictures to the pictures, arrays to the arrays, everything else to the network it belongs to. */
export function sortFiles(files: readonly DroppedFile[]): SortedFiles {
  const useful = files.filter(({ path }) => !leftovers.test(path));
  const isPicture = ({ path, file }: DroppedFile): boolean => !networkEndings.test(path) && !arrayEndings.test(path)
    && (/^(image|video)\//.test(file.type) || pictureEndings.test(path));
  const pictures = useful.filter(isPicture).map(({ file }) => file);
  const arrays = useful.filter(({ path }) => arrayEndings.test(path));
  const rest = useful.filter((entry) => !isPicture(entry) && !arrayEndings.test(entry.path));
  const [first] = rest;
  const labels = rest.length === 1 && first !== undefined && labelNames.test(first.path) ? first.file : null;
  // A read-me beside pictures is no network; a lone file of an unknown kind may be one.
  const hasNetwork = rest.some(({ path }) => networkEndings.test(path) && !labelNames.test(path));
  return { pictures, arrays, network: hasNetwork || pictures.length + arrays.length === 0 ? rest : [], labels };
}

/** Paths without parts that lead nowhere or out. The dropped folder's name stays: a `model.json` is called after it. */
export function cleanPaths<T extends { readonly path: string }>(files: readonly T[]): readonly T[] {
  return files.map((entry) => ({ ...entry, path: entry.path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..').join('/') }));
}

/** An address as typed or pasted, made whole; null where it is none that can be fetched. */
export function readAddress(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '' || /\s/.test(trimmed)) return null;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !/^[\w.-]+:\d/.test(trimmed) ? trimmed : `https://${trimmed}`;
  try {
    const address = new URL(whole);
    return (address.protocol === 'https:' || address.protocol === 'http:') && address.hostname !== '' ? address.href : null;
  } catch {
    return null;
  }
}

/** True: the address says itself that it is a network's. */
export function namesNetworkFile(address: string): boolean {
  return networkEndings.test(new URL(address).pathname);
}
