import { batch } from '@preact/signals-core';
import type { InputSpec } from '../../contract/card';
import { AppError, toErrorReport } from '../../contract/errors';
import type { CardChange } from '../../contract/importer';
import type { NetworkId } from '../../contract/ids';
import type { InputChoice } from '../../contract/session-spec';
import { changeSpec, spec } from '../choices';
import { draft, importNotice, inputBeingTried, type ImportAnswers, type ImportDraft, type LabelSource } from '../import-state';
import { getRuntime } from '../runtime';
import { chooseFirstNetwork, chooseNetwork } from './choose-network';
import { refreshKept } from './manage-list';

const largestSidePx = 4096;
let lastStore: Promise<unknown> = Promise.resolve();

/** Range, mean, deviation and order are tried at once, without loading anything. */
export function tryInput(choice: InputChoice): void {
  const usable = [...choice.mean, ...choice.std].every(Number.isFinite) && !choice.std.includes(0);
  if (!usable) {
    fail(new AppError('input-mismatch', 'mean and deviation must be numbers, the deviation not 0'));
    return;
  }
  changeAnswers(choice);
  showTried();
}

/** Another input size: the network is read again at that size. */
export async function trySize(height: number, width: number): Promise<void> {
  const open = draft.peek();
  if (open === null || (open.answers.height === height && open.answers.width === width)) return;
  if (![height, width].every((side) => Number.isInteger(side) && side >= 1 && side <= largestSidePx)) {
    fail(new AppError('input-mismatch', `a side is a whole number from 1 to ${largestSidePx}`));
    return;
  }
  await storeAnswers({ height, width });
}

/** Labels from a file, ImageNet's, those the file came with, or numbers. */
export async function tryLabels(from: LabelSource, file?: File): Promise<void> {
  const open = draft.peek();
  if (open === null) return;
  const count = open.report.card.classes.length;
  try {
    const classes = await readLabels(from, file, open, count);
    await storeAnswers({ labels: from, classes });
  } catch (thrown) {
    fail(thrown);
  }
}

export function nameDraft(name: string): void {
  changeAnswers({ name });
}

/** Confirms the answers: the network stays on this device and is not asked about again. */
export async function keepDraft(): Promise<void> {
  const open = draft.peek();
  if (open === null) return;
  const { id } = open.report.network;
  const name = open.answers.name.trim() === '' ? open.report.card.name : open.answers.name.trim();
  const stored = await storeChange(id, { name, input: toInput(open), classes: open.answers.classes, confirmed: true });
  if (!stored || draft.peek()?.report.network.id !== id) return;
  batch(() => {
    draft.value = null;
    importNotice.value = { sentence: `“${name}” is kept on this device${open.again ? ' with your new answers' : ''}.`, network: id };
    reload(id);
  });
  await refreshKept();
}

/** A draft is deleted and the network before comes back; a network that was kept before keeps its old answers. */
export async function discardDraft(): Promise<void> {
  const open = draft.peek();
  if (open === null) return;
  const { id } = open.report.network;
  const { importer } = getRuntime();
  draft.value = null;
  if (open.again) {
    const { card } = open.report;
    await storeChange(id, { name: card.name, input: card.input, classes: card.classes });
    reload(id);
    await refreshKept();
    return;
  }
  if (spec.peek().network === id) {
    if (open.before === id) chooseFirstNetwork();
    else chooseNetwork(open.before);
  }
  await lastStore.catch(() => undefined);
  await importer.deleteKept(id).catch((thrown: unknown) => {
    // What cannot be deleted now is a draft still, and goes at the next start.
    if (toErrorReport(thrown).code === 'internal') throw thrown;
  });
  await refreshKept();
}

/** The draft is on screen again, with the answers as they stand. */
export function showDraft(): void {
  const open = draft.peek();
  if (open !== null) chooseNetwork(open.report.network.id);
}

async function readLabels(from: LabelSource, file: File | undefined, open: ImportDraft, count: number): Promise<readonly string[]> {
  const { importer } = getRuntime();
  switch (from) {
    case 'as-read': return open.report.card.classes;
    case 'none': return open.report.card.origin?.labelled === false ? open.report.card.classes : Array.from({ length: count }, (_, index) => `class ${index}`);
    case 'imagenet': return importer.readLabels('imagenet', count);
    case 'file': {
      if (file === undefined) throw new AppError('labels-mismatch', 'no file');
      return importer.readLabels({ path: file.name, file }, count);
    }
  }
}

/** Answers that change the network or its card: stored first, shown when the worker has read it again. */
async function storeAnswers(change: Partial<ImportAnswers>): Promise<void> {
  const open = draft.peek();
  if (open === null) return;
  const { id } = open.report.network;
  const next = { ...open, answers: { ...open.answers, ...change } };
  const stored = await storeChange(id, { input: toInput(next), classes: next.answers.classes });
  if (!stored || draft.peek()?.report.network.id !== id) return;
  changeAnswers(change);
  batch(() => {
    reload(id);
    showTried();
  });
}

/** One change after the other, so that the last answer is what stays. @returns false when it was refused; the panel says why */
async function storeChange(id: NetworkId, change: CardChange): Promise<boolean> {
  const open = draft.peek();
  if (open !== null) draft.value = { ...open, storing: true, error: null };
  const mine = lastStore.catch(() => undefined).then(() => getRuntime().importer.changeKept(id, change));
  lastStore = mine;
  try {
    await mine;
    return true;
  } catch (thrown) {
    fail(thrown);
    return false;
  } finally {
    const now = draft.peek();
    if (now !== null && lastStore === mine) draft.value = { ...now, storing: false };
  }
}

function toInput({ report, answers }: ImportDraft): InputSpec {
  const { height, width, mean, std, channelOrder } = answers;
  return { height, width, channels: report.card.input.channels, mean, std, channelOrder };
}

function changeAnswers(change: Partial<ImportAnswers>): void {
  const open = draft.peek();
  if (open !== null) draft.value = { ...open, answers: { ...open.answers, ...change }, error: null };
}

function showTried(): void {
  const { network } = spec.peek();
  const input = inputBeingTried(network);
  if (input !== null) changeSpec({ input });
}

/** The card on the device changed: the worker reads it again. */
function reload(id: NetworkId): void {
  if (spec.peek().network === id) changeSpec({ input: inputBeingTried(id), networkRevision: spec.peek().networkRevision + 1 });
}

function fail(thrown: unknown): void {
  const open = draft.peek();
  if (open !== null) draft.value = { ...open, error: toErrorReport(thrown) };
}
