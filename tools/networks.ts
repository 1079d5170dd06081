import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '../src/contract/errors';
import type { ShelfEntry } from '../src/contract/shelf';
import { readMirror, readShelf, type MirroredNetwork } from '../src/contract/shelf-mirror';
import { fetchShelfEntry, forgetShelfEntry } from '../src/import-worker/download';
import { createFolderStore } from './networks-store';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const usage = `usage: npm run networks -- --to DIR [--only ID,ID] [--shelf FILE]
       npm run networks -- --list

Fetches the public networks of the shelf into DIR, so that a class needs no internet: serve the built app with DIR as its
models/ folder (for example --to dist/models). What is there already is not fetched again; a broken download goes on.

  --to DIR      writes DIR/<id>/... and DIR/mirror.json, the list the app looks at first
  --only ID,ID  these networks only
  --shelf FILE  another catalogue than public/models/shelf.json
  --list        says what there is, and fetches nothing

Exit codes: 0 all is there, 1 something could not be fetched, 2 wrong usage, 130 stopped.`;

/** A wrong command line; the message is for the person at the terminal. */
class UsageError extends Error {}

process.exitCode = await main(process.argv.slice(2));

async function main(parameters: readonly string[]): Promise<number> {
  try {
    const { to, entries, list } = readCommand(parameters);
    if (list) {
      for (const line of entries.map(describe)) console.log(line);
      return 0;
    }
    return await fetchAll(entries, to);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    console.error(`${thrown.message}\n\n${usage}`);
    return 2;
  }
}

function readCommand(parameters: readonly string[]): { readonly to: string; readonly entries: readonly ShelfEntry[]; readonly list: boolean } {
  let values;
  try {
    ({ values } = parseArgs({ args: [...parameters], options: { to: { type: 'string' }, only: { type: 'string' }, shelf: { type: 'string' }, list: { type: 'boolean', default: false } } }));
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const shelf = readCatalogue(values.shelf ?? join(root, 'public/models/shelf.json'));
  const only = values.only?.split(',').map((id) => id.trim()).filter((id) => id !== '');
  const unknown = only?.filter((id) => shelf.every((entry) => entry.id !== id)) ?? [];
  if (unknown.length > 0) throw new UsageError(`Not on the shelf: ${unknown.join(', ')}. --list says what is.`);
  const entries = only === undefined ? shelf : shelf.filter(({ id }) => only.includes(id));
  if (!values.list && (values.to === undefined || values.to === '')) throw new UsageError('--to DIR is missing.');
  return { to: values.to ?? '', entries, list: values.list };
}

function readCatalogue(path: string): readonly ShelfEntry[] {
  let shelf: readonly ShelfEntry[] | null = null;
  try {
    shelf = readShelf(JSON.parse(readFileSync(path, 'utf8')));
  } catch (thrown) {
    throw new UsageError(`${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (shelf === null) throw new UsageError(`${path} is no catalogue of networks.`);
  return shelf;
}

async function fetchAll(entries: readonly ShelfEntry[], to: string): Promise<number> {
  mkdirSync(to, { recursive: true });
  const stop = new AbortController();
  const onStop = (): void => stop.abort();
  process.once('SIGINT', onStop).once('SIGTERM', onStop);
  const failed: string[] = [];
  try {
    for (const [index, entry] of entries.entries()) {
      const label = `[${index + 1}/${entries.length}] ${entry.id}`;
      if (isThere(entry, to)) {
        console.log(`${label}: is there`);
        continue;
      }
      try {
        await fetchOne(entry, to, label, stop.signal);
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown;
        if (thrown.code === 'cancelled') {
          console.error(`${label}: stopped; the same command goes on from here.`);
          return 130;
        }
        failed.push(entry.id);
        console.error(`${label}: ${explain(thrown)}`);
      }
    }
  } finally {
    process.off('SIGINT', onStop).off('SIGTERM', onStop);
  }
  console.log(`${entries.length - failed.length} of ${entries.length} networks are in ${to}.${failed.length === 0 ? '' : ` Missing: ${failed.join(', ')}; the same command tries them again.`}`);
  return failed.length === 0 ? 0 : 1;
}

async function fetchOne(entry: ShelfEntry, to: string, label: string, signal: AbortSignal): Promise<void> {
  const store = createFolderStore(join(to, '.downloads'));
  const tell = createTeller(label);
  const fetched = await fetchShelfEntry(entry, { store, signal, onProgress: tell });
  const unfinished = join(to, `.${entry.id}.new`);
  rmSync(unfinished, { recursive: true, force: true });
  for (const [path, bytes] of fetched) {
    const target = join(unfinished, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  rmSync(join(to, entry.id), { recursive: true, force: true });
  renameSync(unfinished, join(to, entry.id));
  addToMirror(to, { id: entry.id, files: [...fetched].map(([path, bytes]) => ({ path, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') })) });
  await forgetShelfEntry(entry, fetched.keys(), store);
  const bytes = [...fetched.values()].reduce((sum, file) => sum + file.byteLength, 0);
  console.log(`${label}: ${fetched.size} files, ${megabytes(bytes)}`);
}

function readOwn(to: string): readonly MirroredNetwork[] {
  const path = join(to, 'mirror.json');
  return existsSync(path) ? readMirror(JSON.parse(readFileSync(path, 'utf8'))).networks : [];
}

function addToMirror(to: string, network: MirroredNetwork): void {
  const networks = [...readOwn(to).filter(({ id }) => id !== network.id), network].sort((a, b) => a.id.localeCompare(b.id));
  const path = join(to, 'mirror.json');
  writeFileSync(`${path}.new`, `${JSON.stringify({ networks }, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}

/** Every file is there with the bytes that were fetched, and these are the published ones where somebody published them. */
function isThere(entry: ShelfEntry, to: string): boolean {
  const own = readOwn(to).find(({ id }) => id === entry.id);
  if (own === undefined) return false;
  const published = new Map(entry.files.map((file) => [file.path, file.sha256]));
  if (entry.files.some((file) => own.files.every(({ path }) => path !== file.path))) return false;
  return own.files.every(({ path, bytes, sha256 }) => {
    const file = join(to, entry.id, path);
    if (statSync(file, { throwIfNoEntry: false })?.size !== bytes || (published.get(path) ?? sha256) !== sha256) return false;
    return createHash('sha256').update(readFileSync(file)).digest('hex') === sha256;
  });
}

/** One line that is written over on a terminal; elsewhere a line for each tenth. */
function createTeller(label: string): (done: number, total: number) => void {
  let last = -1;
  const live = process.stdout.isTTY;
  return (done, total) => {
    const share = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
    const step = live ? share : Math.floor(share / 10);
    if (step === last) return;
    last = step;
    const line = `${label}: ${share} % (${megabytes(done)} of ${megabytes(total)})`;
    if (live) process.stdout.write(`\r\u001B[K${line}${share === 100 ? '\r\u001B[K' : ''}`);
    else console.log(line);
  };
}

function describe(entry: ShelfEntry): string {
  return `${entry.id.padEnd(30)} ${megabytes(entry.bytes).padStart(9)}  ${entry.licence.padEnd(30)} ${entry.name}. ${entry.goodFor}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
}

function explain(error: AppError): string {
  switch (error.code) {
    case 'address-blocked': return `could not be fetched (no connection, or the server refused): ${error.detail}`;
    case 'network-altered': return `is not what was published, so it is not kept: ${error.detail}`;
    default: return `${error.code}: ${error.detail}`;
  }
}
