import type { CardFile, NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';
import type { NetworkId } from '../contract/ids';
import { readCard } from './read-card';

/** A network as it lies on the server: its card and the checked bytes of each file that the card lists. */
export interface NetworkFiles {
  readonly card: NetworkCard;
  readonly files: ReadonlyMap<string, ArrayBuffer>;
}

export interface NetworkLoaderParts {
  /** Ends with a slash. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  /** SHA-256 of bytes; null where the browser has no `crypto.subtle` (insecure origins): then only sizes are checked. */
  readonly digest: ((bytes: ArrayBuffer) => Promise<ArrayBuffer>) | null;
}

export type LoadProgress = (loadedBytes: number, totalBytes: number) => void;

/**
 * Fetches `models/<id>/card.json` and every file it lists, and checks each file's size and SHA-256.
 *
 * @param progress  told after each chunk, in bytes
 * @throws AppError 'network-missing' | 'network-altered' | 'network-offline' (recoverable) | 'cancelled' when the signal aborted
 */
export async function loadNetworkFiles(
  parts: NetworkLoaderParts, id: NetworkId, progress: LoadProgress, signal: AbortSignal,
): Promise<NetworkFiles> {
  if (!/^[\w-][\w.-]*$/.test(id)) throw new AppError('network-missing', `no network can be called '${id}'`);
  const folder = `${parts.baseUrl}models/${id}/`;
  const cardUrl = `${folder}card.json`;
  const response = await request(parts, cardUrl, signal);
  // Hosts that answer every unknown address with the start page do so with status 200.
  if ((response.headers.get('content-type') ?? '').includes('text/html')) throw new AppError('network-missing', `${cardUrl}: a page, not a card`);
  const card = readCard(await readText(response, cardUrl, signal), cardUrl);
  if (card.id !== id) throw new AppError('network-altered', `${cardUrl}: the card of '${card.id}'`);

  const totalBytes = card.files.reduce((sum, file) => sum + file.bytes, 0);
  let loadedBytes = 0;
  progress(0, totalBytes);
  const report = (bytes: number): void => {
    loadedBytes += bytes;
    progress(loadedBytes, totalBytes);
  };
  const entries = await Promise.all(card.files.map(async (file) => {
    const bytes = await loadFile(parts, `${folder}${file.path}`, file, report, signal);
    return [file.path, bytes] as const;
  }));
  return { card, files: new Map(entries) };
}

async function loadFile(
  parts: NetworkLoaderParts, url: string, file: CardFile, report: (bytes: number) => void, signal: AbortSignal,
): Promise<ArrayBuffer> {
  const response = await request(parts, url, signal);
  const bytes = new Uint8Array(file.bytes);
  let filled = 0;
  for await (const chunk of readChunks(response, url, signal)) {
    if (filled + chunk.byteLength > bytes.byteLength) throw new AppError('network-altered', `${url}: longer than ${file.bytes} bytes`);
    bytes.set(chunk, filled);
    filled += chunk.byteLength;
    report(chunk.byteLength);
  }
  if (filled !== bytes.byteLength) throw new AppError('network-altered', `${url}: ${filled} bytes instead of ${file.bytes}`);
  if (parts.digest !== null) {
    const found = toHex(await parts.digest(bytes.buffer));
    if (found !== file.sha256.toLowerCase()) throw new AppError('network-altered', `${url}: sha256 ${found}`);
  }
  return bytes.buffer;
}

async function request(parts: NetworkLoaderParts, url: string, signal: AbortSignal): Promise<Response> {
  const response = await asNetworkError(url, signal, () => parts.fetch(url, { signal }));
  if (response.status === 404 || response.status === 410) throw new AppError('network-missing', `${url}: ${response.status}`);
  if (!response.ok) throw new AppError('network-offline', `${url}: ${response.status}`, true);
  return response;
}

async function readText(response: Response, url: string, signal: AbortSignal): Promise<string> {
  return asNetworkError(url, signal, () => response.text());
}

async function* readChunks(response: Response, url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await asNetworkError(url, signal, () => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    // After the last chunk this does nothing; after an error it stops the download.
    await reader.cancel().catch(() => undefined);
  }
}

/** `fetch` and the streams report a lost connection as a TypeError, an abort as an AbortError. */
async function asNetworkError<T>(url: string, signal: AbortSignal, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (signal.aborted) throw new AppError('cancelled', url, true, { cause: thrown });
    throw new AppError('network-offline', `${url}: ${String(thrown)}`, true, { cause: thrown });
  }
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
