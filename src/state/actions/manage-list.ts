import { batch } from '@preact/signals-core';
import { reportFailure } from '../failure';
import { keptNetworks, storageReport } from '../kept-networks';
import { getRuntime } from '../runtime';

/** Asks what is on this device. Where the browser keeps nothing (a private window) the list is empty, and an import says why. */
export async function refreshKept(): Promise<void> {
  keptNetworks.value = await getRuntime().importer.listKept().catch(() => keptNetworks.peek() ?? []);
}

/** The list and what it occupies, for the dialog that shows both. */
export async function refreshStorage(): Promise<void> {
  const { importer } = getRuntime();
  try {
    const [list, report] = await Promise.all([importer.listKept(), importer.storage()]);
    batch(() => {
      keptNetworks.value = list;
      storageReport.value = report;
    });
  } catch (thrown) {
    reportFailure(thrown);
  }
}
