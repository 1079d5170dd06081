import { spec } from '../choices';
import { reportFailure } from '../failure';
import { cleanPaths, namesNetworkFile, readAddress, sortFiles, type DroppedFile } from '../import-files';
import { draft, importNotice } from '../import-state';
import { shownKept } from '../kept-networks';
import { getRuntime } from '../runtime';
import { tryLabels } from './import-answers';
import { importNetwork } from './import-network';
import { reopenQuestions } from './manage-networks';
import { inspectionEnding } from '../saved-inspection';
import { openSavedInspection } from './save-inspection';
import { openItems, pictureItems } from './open-picture';
import type { PictureItem } from '../pictures';

/** Whatever a person drops, pastes or chooses: pictures and arrays to look at, a network to look into, labels for the one being asked about. */
export async function openDropped(dropped: readonly DroppedFile[]): Promise<void> {
  const inspection = dropped.find(({ path }) => path.endsWith(inspectionEnding));
  if (inspection !== undefined) {
    await openSavedInspection(inspection.file);
    return;
  }
  const { pictures, arrays, network, labels } = sortFiles(cleanPaths(dropped));
  // A read-me beside pictures is no answer to a question that nobody asked.
  if (labels !== null && (draft.peek() !== null || pictures.length + arrays.length === 0)) await takeLabels(labels);
  else if (network.length > 0) void importNetwork({ kind: 'files', files: network });
  if (pictures.length + arrays.length === 0) return;
  const items: PictureItem[] = [...pictureItems(pictures)];
  for (const file of arrays) items.push(...await readArrayItems(file));
  if (items.length > 0) await openItems(items);
}

/** A list of names is for the network that is asked about, else for the person's own network on screen. */
async function takeLabels(labels: File): Promise<void> {
  const shown = spec.peek().network;
  if (draft.peek() === null && shownKept.peek().some(({ id }) => id === shown)) await reopenQuestions(shown);
  if (draft.peek() !== null) await tryLabels('file', labels);
  else {
    importNotice.value = { network: null, sentence: `${labels.name} looks like a list of names. Put one of your own networks on screen and drop the list again, or drop it together with a network.` };
  }
}

/** Files without folders: a file dialog, the clipboard. */
export function openPlainFiles(files: readonly File[]): void {
  void openDropped(files.map((file) => ({ path: file.name, file })));
}

/**
 * An address that was typed or pasted.
 *
 * @returns false when it is none that can be fetched
 */
export function openAddress(text: string): boolean {
  const address = readAddress(text);
  if (address === null) return false;
  void importNetwork({ kind: 'address', address });
  return true;
}

/** True: pasted text is the address of a network's file, meant to be opened. */
export function isNetworkAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text.trim())) return false;
  const address = readAddress(text);
  return address !== null && namesNetworkFile(address);
}

async function readArrayItems(file: DroppedFile): Promise<readonly PictureItem[]> {
  try {
    const arrays = await getRuntime().importer.readArrays(file);
    return arrays.map((array): PictureItem => ({
      title: arrays.length === 1 ? file.file.name : `${file.file.name}: ${array.name}`, address: '', owned: false, builtIn: null, array,
      load: () => Promise.resolve(file.file),
    }));
  } catch (thrown) {
    reportFailure(thrown);
    return [];
  }
}
