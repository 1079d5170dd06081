import { AppError } from '../contract/errors';
import type { ImportSource } from '../contract/importer';
import type { ShelfEntry } from '../contract/shelf';
import type { DownloadStore } from '../store/download-store';
import { sortFiles } from './choose-main';
import { fetchShelfEntry, findShelfEntry, forgetShelfEntry, type Fetchable } from './download';
import { downloadFile, forgetFile } from './download-file';
import type { KnownChoices } from './draft-report';
import { collectFiles, largestTextBytes, readBytes, readText } from './file-set';
import type { LabelList } from './guess-classes';
import type { JobProgress } from './job-progress';
import { findInSet, recordSource } from './network-files';
import type { RecordedSource } from './network-files';
import { readKnownChoices } from './read-export';
import { readLabelText } from './read-label-file';

/** Everything that an import begins with, from wherever it came. */
export interface Gathered {
  readonly source: RecordedSource;
  readonly origin: { readonly kind: 'file' | 'address' | 'shelf'; readonly source: string };
  /** For the person; derived from the main file's name when null. */
  readonly name: string | null;
  /** Folders that the main file lies in, `/` between them; for its name and for guesses. */
  readonly folder: string;
  readonly labels: readonly LabelList[];
  readonly known: KnownChoices | null;
  /** Called when the network is stored: what was downloaded need not wait for another try. */
  forget(): Promise<void>;
}

/** What an import needs of the worker and of its job; all borrowed. */
export interface GatherParts {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly downloads: () => Promise<DownloadStore>;
  readonly imagenet: () => Promise<readonly string[] | null>;
  readonly progress: JobProgress;
  readonly signal: AbortSignal;
}

/** Brings the files of a source together. @throws AppError as `ImporterApi.importNetwork`, 'address-blocked' */
export function gather(source: ImportSource, parts: GatherParts): Promise<Gathered> {
  switch (source.kind) {
    case 'files': return gatherFiles(source.files, parts);
    case 'address': return gatherAddress(source.address, parts);
    case 'shelf': return gatherShelf(source.entry, parts);
  }
}

async function gatherFiles(picked: Extract<ImportSource, { readonly kind: 'files' }>['files'], { progress }: GatherParts): Promise<Gathered> {
  progress.phase('read', picked.reduce((sum, { file }) => sum + file.size, 0));
  const files = await collectFiles(picked);
  const { main, labelFiles, cardFile } = await sortFiles(files);
  const file = files.get(main);
  if (file === undefined) throw new AppError('internal', `${main} is gone`);
  const labels: LabelList[] = [];
  for (const path of labelFiles.slice(0, 20)) {
    const text = files.get(path);
    const found = text === undefined || text.size > largestTextBytes ? null : readLabelText(await readText(text, path));
    if (found !== null) labels.push({ path, labels: found });
  }
  const card = cardFile === null ? undefined : files.get(cardFile);
  const separator = main.lastIndexOf('/');
  return {
    source: recordSource(main.slice(separator + 1), await readBytes(file, main), findInSet(files, main)),
    origin: { kind: 'file', source: picked.length === 1 ? picked[0]?.path ?? main : main },
    name: null,
    folder: [picked.length === 1 && picked[0]?.path !== main ? picked[0]?.path.replace(/\.zip$/i, '') ?? '' : '', main.slice(0, Math.max(0, separator))].filter((part) => part !== '').join('/'),
    labels,
    known: card === undefined ? null : readKnownChoices(await readText(card, 'card.json')),
    forget: () => Promise.resolve(),
  };
}

async function gatherAddress(text: string, parts: GatherParts): Promise<Gathered> {
  const address = readAddress(text);
  const path = decodeName(address.pathname.split('/').at(-1) ?? '');
  const { progress, signal } = parts;
  progress.phase('download', 0);
  const store = await parts.downloads();
  const options = { store, signal, fetch: parts.fetch };
  const beside: string[] = [];
  const entry: Fetchable = { id: address.href, files: [{ path, address: address.href, bytes: null, sha256: null }], bytes: 0 };
  const fetched = await fetchShelfEntry(entry, { ...options, onProgress: (done, total) => progress.bytes(done, total) });
  const main = fetched.get(path);
  if (main === undefined) throw new AppError('internal', `${path} is gone`);
  progress.phase('read', [...fetched.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0));
  return {
    source: recordSource(path, main.buffer, async (other) => {
      const known = fetched.get(other);
      if (known !== undefined) return known.buffer;
      // External data of an ONNX file: known only once the file is read.
      const besideAddress = new URL(other, address).href;
      progress.phase('download', 0);
      const bytes = await downloadFile({ path: other, address: besideAddress, bytes: null, sha256: null }, options, (done, total) => progress.bytes(done, total ?? 0));
      beside.push(besideAddress);
      progress.phase('read', bytes.byteLength);
      return bytes.buffer;
    }),
    origin: { kind: 'address', source: address.href },
    name: null,
    folder: decodeName(address.pathname.split('/').at(-2) ?? ''),
    labels: [],
    known: null,
    forget: async () => {
      await forgetShelfEntry(entry, fetched.keys(), store);
      for (const other of beside) await forgetFile(other, store);
    },
  };
}

async function gatherShelf(id: string, parts: GatherParts): Promise<Gathered> {
  const { progress, signal } = parts;
  progress.phase('download', 0);
  const entry = await findShelfEntry(parts.baseUrl, id, parts.fetch);
  const store = await parts.downloads();
  progress.phase('download', entry.bytes);
  const fetched = await fetchShelfEntry(entry, { store, signal, fetch: parts.fetch, onProgress: (done, total) => progress.bytes(done, total) });
  const [path, main] = [...fetched][0] ?? ['', undefined];
  if (main === undefined) throw new AppError('network-missing', `${id} has no files`);
  progress.phase('read', [...fetched.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0));
  const imagenet = typeof entry.classes === 'string' ? await parts.imagenet() : null;
  const classes = typeof entry.classes !== 'string' ? entry.classes
    : imagenet === null ? null : entry.classes === 'imagenet' ? imagenet : ['background', ...imagenet];
  return {
    source: recordSource(path, main.buffer, (other) => Promise.resolve(fetched.get(other)?.buffer ?? null)),
    origin: { kind: 'shelf', source: entry.documentation },
    name: entry.name,
    folder: id,
    labels: [],
    known: { name: entry.name, input: entry.input, published: publishedFacts(entry), ...(classes === null ? {} : { classes, labelled: true }) },
    forget: () => forgetShelfEntry(entry, fetched.keys(), store),
  };
}

/** What its publisher says of it, as a card has it; `images: 0`: of how many pictures is not said. */
export function publishedFacts({ accuracy, goodFor }: ShelfEntry): NonNullable<KnownChoices['published']> {
  return {
    description: goodFor,
    accuracy: accuracy === null ? [] : [{ set: `${accuracy.set}, as published`, images: 0, top1: accuracy.top1 / 100, ...(accuracy.top5 === null ? {} : { top5: accuracy.top5 / 100 }) }],
  };
}

/** @throws AppError 'address-blocked' for anything but http and https */
function readAddress(text: string): URL {
  let address: URL;
  try {
    address = new URL(text);
  } catch (thrown) {
    throw new AppError('address-blocked', `'${text}' is no address`, false, { cause: thrown });
  }
  if (address.protocol !== 'http:' && address.protocol !== 'https:') throw new AppError('address-blocked', `${address.protocol} addresses are not fetched`);
  return address;
}

function decodeName(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll(/[/\\:]/g, '_');
  } catch {
    return part;
  }
}
