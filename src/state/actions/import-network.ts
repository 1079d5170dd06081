import { batch } from '@preact/signals-core';
import { toErrorReport } from '../../contract/errors';
import type { ImportOutcome, ImportReport, ImportSource } from '../../contract/importer';
import { spec } from '../choices';
import { isShown } from '../error-texts';
import { draft, failedImport, importNotice, importRun, nameSource, type ImportDraft } from '../import-state';
import { readInputChoice } from '../import-ranges';
import { getRuntime } from '../runtime';
import { chooseNetwork } from './choose-network';
import { refreshKept } from './manage-list';

let jobs = 0;

/**
 * Reads a network; the one on screen goes on meanwhile. What comes out is shown at once: with its questions where it has any.
 * A second import takes the place of the first.
 */
export async function importNetwork(source: ImportSource): Promise<ImportOutcome> {
  cancelImport();
  const { importer } = getRuntime();
  const job = `import-${(jobs += 1)}-${Math.round(getRuntime().page.nowMs())}`;
  const what = nameSource(source);
  const isMine = (): boolean => importRun.peek()?.job === job;
  batch(() => {
    importRun.value = { job, what, phase: null, doneBytes: 0, totalBytes: 0 };
    failedImport.value = null;
    importNotice.value = null;
  });
  try {
    const report = await importer.importNetwork(job, source, ({ phase, doneBytes, totalBytes }) => {
      if (isMine()) importRun.value = { job, what, phase, doneBytes, totalBytes };
    });
    if (isMine()) await takeReport(report);
    else if (!report.network.confirmed && draft.peek()?.report.network.id !== report.network.id) await importer.deleteKept(report.network.id);
    return { kind: 'imported', report };
  } catch (thrown) {
    const error = toErrorReport(thrown);
    if (isMine() && isShown(error.code)) failedImport.value = { what, source, error };
    return { kind: 'failed', error };
  } finally {
    if (isMine()) importRun.value = null;
  }
}

/** Stops the import that runs; what was downloaded is kept for the next try. */
export function cancelImport(): void {
  const run = importRun.peek();
  if (run === null) return;
  importRun.value = null;
  getRuntime().importer.cancel(run.job);
}

/** The failed import once more. */
export function retryImport(): void {
  const failed = failedImport.peek();
  if (failed !== null) void importNetwork(failed.source);
}

export function dismissImportMessages(): void {
  batch(() => {
    failedImport.value = null;
    importNotice.value = null;
  });
}

/** Shows a network that was read: with questions, or with a line that says it is kept. */
async function takeReport(report: ImportReport): Promise<void> {
  const { importer } = getRuntime();
  const { id, name, confirmed } = report.network;
  if (!confirmed && report.questions.length > 0) {
    const older = draft.peek();
    const before = older !== null && !older.again ? older.before : spec.peek().network;
    draft.value = openDraft(report, before, false);
    chooseNetwork(id);
    if (older !== null && !older.again && older.report.network.id !== id) await importer.deleteKept(older.report.network.id);
    await refreshKept();
    return;
  }
  if (!confirmed) await importer.changeKept(id, { confirmed: true });
  await refreshKept();
  chooseNetwork(id);
  importNotice.value = {
    network: id,
    sentence: confirmed ? `“${name}” was on this device already; your answers are used.` : `“${name}” is kept on this device.`,
  };
}

/** The questions of a report, with its guesses as answers. */
export function openDraft(report: ImportReport, before: string, again: boolean): ImportDraft {
  const { card } = report;
  return {
    report, before, again, storing: false, error: null,
    answers: {
      ...readInputChoice(card.input), name: card.name, height: card.input.height, width: card.input.width, classes: card.classes,
      labels: card.origin?.labelled === false ? 'none' : 'as-read',
    },
  };
}
