import type { NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';
import type { NetworkId } from '../contract/ids';
import { readNetworkWithFacts } from '../formats/read-network';
import type { NetworkGraph } from '../graph/network-graph';
import type { NetworkStore } from '../store/network-store';
import type { LoadProgress } from './network-loader';

/** True: an imported network; it lies in this device's store and not on the server. */
export function isKept(id: NetworkId): boolean {
  return id.startsWith('kept-');
}

/**
 * A network of this device's store: its card as the person left it, and its original files read at the card's size.
 *
 * @param store     borrowed
 * @param progress  told after each file, in bytes
 * @throws AppError 'network-missing' when it was deleted · 'network-altered' when card and files do not fit · 'storage-unavailable' ·
 *         'format-…' from the readers · 'cancelled' when the signal aborted
 */
export async function readKeptNetwork(
  store: NetworkStore, id: NetworkId, progress: LoadProgress, signal: AbortSignal,
): Promise<{ readonly card: NetworkCard; readonly graph: NetworkGraph }> {
  const entry = await store.read(id);
  if (entry === null) throw new AppError('network-missing', `${id} is not kept on this device`);
  const { card } = entry.report;
  const totalBytes = card.files.reduce((sum, file) => sum + file.bytes, 0);
  let loadedBytes = 0;
  progress(0, totalBytes);
  const readFile = async (path: string): Promise<Uint8Array> => {
    const file = await store.readFile(id, path);
    if (file === null) throw new AppError('network-altered', `${id}: ${path} is gone`);
    const bytes = new Uint8Array(await readBlob(file, `${id}: ${path}`));
    if (signal.aborted) throw new AppError('cancelled', id, true);
    loadedBytes += bytes.byteLength;
    progress(loadedBytes, totalBytes);
    return bytes;
  };
  const main = await readFile(entry.mainPath);
  const { height, width, channels } = card.input;
  const { graph, facts } = await readNetworkWithFacts({ name: entry.mainPath, bytes: main, readBeside: (path) => readFile(path.replace(/^\.\//, '')) }, { height, width });
  if (signal.aborted) throw new AppError('cancelled', id, true);
  if (graph.inputShape[0] !== height || graph.inputShape[1] !== width || graph.inputShape[2] !== channels) {
    throw new AppError('network-altered', `${id}: the file takes ${graph.inputShape.join(' x ')}, the card says ${height} x ${width} x ${channels}`);
  }
  if (facts.outputs !== card.classes.length) throw new AppError('network-altered', `${id}: ${facts.outputs} outputs for ${card.classes.length} classes`);
  return { card, graph };
}

async function readBlob(file: Blob, where: string): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (thrown) {
    throw new AppError('storage-unavailable', `${where}: ${String(thrown)}`, true, { cause: thrown });
  }
}
