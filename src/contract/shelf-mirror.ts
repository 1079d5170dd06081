import type { ShelfEntry, ShelfFile, ShelfId } from './shelf';

/** What `npm run networks` put on the server that serves the app: `models/mirror.json`. */
export interface ShelfMirror {
  readonly networks: readonly MirroredNetwork[];
}

/** One network under `models/<id>/`. */
export interface MirroredNetwork {
  readonly id: ShelfId;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** An entry with its files' addresses resolved for this page. */
export interface ShelfOffer extends ShelfEntry {
  /** True: the files lie on the app's own server, so no other host is asked. */
  readonly mirrored: boolean;
}

export const emptyMirror: ShelfMirror = { networks: [] };

/** A path that stays in its folder: letters, digits, `.`, `_`, `-`, `+`, and `/` between names. */
export function isPlainPath(path: string): boolean {
  return path.length <= 300 && /^[\w.+-]+(?:\/[\w.+-]+)*$/.test(path) && !path.split('/').some((part) => /^\.+$/.test(part));
}

/** The mirror's list as read from JSON; what does not fit is left out, so that a broken list costs nothing but itself. */
export function readMirror(value: unknown): ShelfMirror {
  const networks: unknown = isRecord(value) ? value['networks'] : null;
  if (!Array.isArray(networks)) return emptyMirror;
  return { networks: networks.filter(isMirrored) };
}

/** The catalogue as read from JSON. @returns null where it is no list of entries */
export function readShelf(value: unknown): readonly ShelfEntry[] | null {
  if (!Array.isArray(value)) return null;
  const entries: readonly unknown[] = value;
  return entries.every(isEntry) ? entries : null;
}

/** The entries with the files of the app's own server where it has them; a checksum of the catalogue stays in force. */
export function applyMirror(entries: readonly ShelfEntry[], mirror: ShelfMirror, baseUrl: string): readonly ShelfOffer[] {
  return entries.map((entry) => {
    const mirrored = mirror.networks.find(({ id }) => id === entry.id);
    if (mirrored === undefined || mirrored.files[0]?.path !== entry.files[0]?.path) return { ...entry, mirrored: false };
    const published = new Map(entry.files.map((file) => [file.path, file]));
    const files = mirrored.files.map(({ path, bytes, sha256 }): ShelfFile => ({
      path, address: new URL(`models/${entry.id}/${path}`, baseUrl).href,
      bytes: published.get(path)?.bytes ?? bytes, sha256: published.get(path)?.sha256 ?? sha256,
    }));
    return { ...entry, files, bytes: files.reduce((sum, file) => sum + (file.bytes ?? 0), 0), mirrored: true };
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMirrored(value: unknown): value is MirroredNetwork {
  if (!isRecord(value) || typeof value['id'] !== 'string' || !/^[\w.-]+$/.test(value['id'])) return false;
  const files: unknown = value['files'];
  return Array.isArray(files) && files.length > 0 && files.every((file: unknown) => isRecord(file) && typeof file['path'] === 'string'
    && isPlainPath(file['path']) && Number.isSafeInteger(file['bytes']) && typeof file['sha256'] === 'string' && /^[0-9a-f]{64}$/.test(file['sha256']));
}

function isEntry(value: unknown): value is ShelfEntry {
  if (!isRecord(value) || typeof value['id'] !== 'string' || typeof value['name'] !== 'string' || !isRecord(value['input'])) return false;
  const files: unknown = value['files'];
  return Array.isArray(files) && files.length > 0
    && files.every((file: unknown) => isRecord(file) && typeof file['path'] === 'string' && isPlainPath(file['path']) && typeof file['address'] === 'string');
}
