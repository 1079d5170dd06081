import { AppError } from './errors';
import type { ShelfEntry } from './shelf';
import { applyMirror, emptyMirror, readMirror, readShelf, type ShelfMirror, type ShelfOffer } from './shelf-mirror';

/**
 * The catalogue with the files of the app's own server where it has them; asks that server only.
 *
 * @param baseUrl  address under which `models/` lies; ends with a slash
 * @throws AppError 'network-missing' when the catalogue itself cannot be read
 */
export async function loadShelf(baseUrl: string, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<readonly ShelfOffer[]> {
  let entries: readonly ShelfEntry[] | null = null;
  try {
    const response = await fetch(`${baseUrl}models/shelf.json`);
    if (response.ok) entries = readShelf(await response.json());
  } catch (thrown) {
    throw new AppError('network-missing', 'models/shelf.json cannot be read', true, { cause: thrown });
  }
  if (entries === null) throw new AppError('network-missing', 'models/shelf.json is not a list of networks', true);
  return applyMirror(entries, await loadMirror(baseUrl, fetch), baseUrl);
}

async function loadMirror(baseUrl: string, fetch: typeof globalThis.fetch): Promise<ShelfMirror> {
  const offline = (globalThis as { readonly navigator?: { readonly onLine?: boolean } }).navigator?.onLine === false;
  // The query goes past the copy that was installed for offline use: a teacher may have added networks since.
  for (const query of offline ? [''] : ['?now', '']) {
    try {
      const response = await fetch(`${baseUrl}models/mirror.json${query}`);
      if (response.ok) return readMirror(await response.json());
    } catch {
      // No connection, or no list: the public addresses stand.
      continue;
    }
  }
  return emptyMirror;
}
