import { batch } from '@preact/signals-core';
import type { KeptNetwork } from '../../contract/importer';
import type { NetworkId } from '../../contract/ids';
import { changeSpec, spec } from '../choices';
import { reportFailure } from '../failure';
import { draft, importNotice, inputBeingTried } from '../import-state';
import { deletions, exporting, keptNetworks } from '../kept-networks';
import { forgetDeletion, readLeftDeletions, rememberDeletion } from '../left-deletions';
import { getRuntime } from '../runtime';
import { undoMs } from '../undo-time';
import { chooseFirstNetwork, chooseNetwork } from './choose-network';
import { discardDraft } from './import-answers';
import { openDraft } from './import-network';
import { refreshKept, refreshStorage } from './manage-list';

const timers = new Map<NetworkId, ReturnType<typeof setTimeout>>();

export async function renameKept(id: NetworkId, name: string): Promise<void> {
  const trimmed = name.trim();
  if (trimmed === '') return;
  try {
    await getRuntime().importer.changeKept(id, { name: trimmed });
    await refreshKept();
    if (spec.peek().network === id) changeSpec({ networkRevision: spec.peek().networkRevision + 1 });
  } catch (thrown) {
    reportFailure(thrown);
  }
}

/** Opens the questions of a kept network again, with its answers as they are; it is put on screen to see what they do. */
export async function reopenQuestions(id: NetworkId): Promise<void> {
  try {
    const report = await getRuntime().importer.describeKept(id);
    if (draft.peek() !== null) await discardDraft();
    const before = spec.peek().network;
    batch(() => {
      importNotice.value = null;
      draft.value = openDraft(report, before, true);
      chooseNetwork(id);
      changeSpec({ input: inputBeingTried(id) });
    });
  } catch (thrown) {
    reportFailure(thrown);
  }
}

/** Gives the network's file (or a zip with its card) to the person. */
export async function exportKept(id: NetworkId): Promise<void> {
  exporting.value = id;
  try {
    const { name, file } = await getRuntime().importer.exportKept(id);
    getRuntime().page.saveFile(name, file);
  } catch (thrown) {
    reportFailure(thrown);
  } finally {
    exporting.value = null;
  }
}

/** Takes a network off the list. Nothing is lost until the time to undo is over; a page that is opened in between goes on with it. */
export function deleteKept(network: KeptNetwork): void {
  const { id } = network;
  if (timers.has(id)) return;
  const wasShown = spec.peek().network === id;
  if (draft.peek()?.report.network.id === id) draft.value = null;
  if (importNotice.peek()?.network === id) importNotice.value = null;
  rememberDeletion(id, Date.now());
  startDeletion(network, wasShown, undoMs);
}

/** Once the list is known: goes on with what an earlier page took off it, with the time to undo that is left. */
export function resumeDeletions(): void {
  for (const { id, atMs } of readLeftDeletions()) {
    const network = keptNetworks.peek()?.find((kept) => kept.id === id);
    if (network === undefined) forgetDeletion(id);
    // A clock that was put back must not keep it for ever.
    else if (!timers.has(id)) startDeletion(network, spec.peek().network === id, Math.min(undoMs, Math.max(0, atMs + undoMs - Date.now())), () => readLeftDeletions().some((left) => left.id === id));
  }
}

/** @param isMeant  asked at the end: another page may have undone it */
function startDeletion(network: KeptNetwork, wasShown: boolean, leftMs: number, isMeant: () => boolean = () => true): void {
  const { id } = network;
  deletions.value = [...deletions.peek(), { network, wasShown }];
  if (wasShown) chooseFirstNetwork();
  timers.set(id, setTimeout(() => { if (isMeant()) void finishDeletion(id); else void refreshKept().then(() => forget(id)); }, leftMs));
}

export function undoDeletion(id: NetworkId): void {
  const pending = forget(id);
  if (pending?.wasShown === true) chooseNetwork(id);
}

/** Now instead of when the time to undo is over. */
export async function finishDeletion(id: NetworkId): Promise<void> {
  const pending = deletions.peek().find(({ network }) => network.id === id);
  if (pending === undefined) return;
  try {
    // Someone may have gone back to it by a link.
    if (spec.peek().network === id) chooseFirstNetwork();
    await getRuntime().importer.deleteKept(id);
    keptNetworks.value = (keptNetworks.peek() ?? []).filter((network) => network.id !== id);
    await refreshStorage();
  } catch (thrown) {
    reportFailure(thrown);
  } finally {
    forget(id);
  }
}

function forget(id: NetworkId): (typeof deletions.value)[number] | undefined {
  clearTimeout(timers.get(id));
  timers.delete(id);
  forgetDeletion(id);
  const pending = deletions.peek().find(({ network }) => network.id === id);
  deletions.value = deletions.peek().filter(({ network }) => network.id !== id);
  return pending;
}
