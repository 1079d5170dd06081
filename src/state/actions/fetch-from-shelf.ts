import { batch } from '@preact/signals-core';
import type { NetworkCard } from '../../contract/card';
import { toErrorReport } from '../../contract/errors';
import { loadShelf } from '../../contract/load-shelf';
import type { NetworkId } from '../../contract/ids';
import type { ShelfId } from '../../contract/shelf';
import { getBaseUrl } from '../base-url';
import { shippedNetworks } from '../networks';
import { getRuntime } from '../runtime';
import { fetchedFromShelf, shelfFailure, shelfOffers, shippedCards } from '../shelf';
import { importNetwork } from './import-network';
import { refreshKept } from './manage-list';

const memoryKey = 'innerview.shelf';

/** Reads the catalogue from the app's own server, and what is kept on this device. No other host is asked. */
export async function openShelf(): Promise<void> {
  fetchedFromShelf.value = readMemory();
  void refreshKept();
  try {
    const [offers, cards] = await Promise.all([loadShelf(getBaseUrl()), shippedCards.peek().length > 0 ? shippedCards.peek() : loadShipped()]);
    batch(() => {
      shelfOffers.value = offers;
      shippedCards.value = cards;
      shelfFailure.value = null;
    });
  } catch (thrown) {
    shelfFailure.value = toErrorReport(thrown);
  }
}

/**
 * Fetches a network because the person tapped it, keeps it and looks into it; what an earlier try left is not fetched again.
 *
 * @returns false when it failed or was cancelled; the row says why
 */
export async function fetchFromShelf(id: ShelfId): Promise<boolean> {
  const outcome = await importNetwork({ kind: 'shelf', entry: id });
  if (outcome.kind === 'failed') return false;
  fetchedFromShelf.value = { ...fetchedFromShelf.peek(), [id]: outcome.report.network.id };
  getRuntime().page.store(memoryKey, JSON.stringify(fetchedFromShelf.peek()));
  return true;
}

async function loadShipped(): Promise<readonly NetworkCard[]> {
  return Promise.all(shippedNetworks.map(async ({ id }): Promise<NetworkCard> => {
    const answer = await fetch(`${getBaseUrl()}models/${id}/card.json`);
    return await answer.json() as NetworkCard;
  }));
}

function readMemory(): Readonly<Record<ShelfId, NetworkId>> {
  try {
    const stored: unknown = JSON.parse(getRuntime().page.readStored(memoryKey) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    return Object.fromEntries(Object.entries(stored).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  } catch {
    return {};
  }
}
