import { computed, signal } from '@preact/signals-core';
import type { NetworkCard } from '../contract/card';
import type { ErrorReport } from '../contract/errors';
import type { NetworkId } from '../contract/ids';
import type { ShelfId } from '../contract/shelf';
import type { ShelfOffer } from '../contract/shelf-mirror';
import { failedImport, importRun } from './import-state';
import { shownKept } from './kept-networks';
import { shippedNetworks } from './networks';

/** Where a network of the shelf is now. */
export type ShelfPlace =
  | { readonly kind: 'shipped'; readonly network: NetworkId }
  | { readonly kind: 'device'; readonly network: NetworkId }
  /** `share` 0..1; null: not known. */
  | { readonly kind: 'fetching'; readonly share: number | null; readonly doneBytes: number; readonly totalBytes: number; readonly words: string }
  /** The app's own server has it: no other host is asked. */
  | { readonly kind: 'server' }
  | { readonly kind: 'away' };

/** One line of the shelf. */
export interface ShelfRow {
  readonly id: ShelfId;
  readonly name: string;
  readonly goodFor: string;
  readonly bytes: number;
  /** False: nobody says the size to the byte before it is fetched. */
  readonly exactBytes: boolean;
  readonly licence: string | null;
  readonly documentation: string | null;
  readonly accuracy: { readonly top1: number; readonly top5: number | null; readonly set: string; readonly source: string | null } | null;
  readonly inputPx: readonly [height: number, width: number, channels: number];
  readonly classCount: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly year: number;
  /** Other hosts that are asked, and only after a tap. */
  readonly hosts: readonly string[];
  readonly place: ShelfPlace;
  /** Why the last try failed; null: it did not. */
  readonly error: ErrorReport | null;
}

export const shelfSorts = ['size', 'accuracy', 'operations', 'name'] as const;
export type ShelfSort = (typeof shelfSorts)[number];

/** null: not read yet. */
export const shelfOffers = signal<readonly ShelfOffer[] | null>(null);
export const shippedCards = signal<readonly NetworkCard[]>([]);
/** The catalogue itself could not be read. */
export const shelfFailure = signal<ErrorReport | null>(null);
export const shelfSort = signal<ShelfSort>('size');
export const shelfSearch = signal('');
/** Only what needs no connection: shipped, or kept on this device. */
export const shelfHereOnly = signal(false);
/** Which kept network came from which entry; remembered by the page. */
export const fetchedFromShelf = signal<Readonly<Record<ShelfId, NetworkId>>>({});

/** Shipped networks first, then the others in the chosen order; what the search leaves out is not in it. */
export const shelfRows = computed<readonly ShelfRow[]>(() => {
  const others = [...(shelfOffers.value ?? [])].map(describeOffer).sort(compareBy(shelfSort.value));
  return [...shippedCards.value.map(describeShipped), ...others]
    .filter((row) => matches(row, shelfSearch.value) && (!shelfHereOnly.value || row.place.kind === 'shipped' || row.place.kind === 'device'));
});

/** What is being read or failed, in words: a network of the shelf by its name, everything else as it is called. */
export function nameOfImport(what: string): string {
  return shelfOffers.value?.find(({ id }) => id === what)?.name ?? what;
}

const phaseWords = { download: 'Fetching', read: 'Reading', check: 'Trying it out', store: 'Keeping it' } as const;

function describeOffer(offer: ShelfOffer): ShelfRow {
  const failed = failedImport.value;
  return {
    id: offer.id, name: offer.name, goodFor: offer.goodFor, bytes: offer.bytes, exactBytes: offer.files.every(({ bytes }) => bytes !== null),
    licence: offer.licence, documentation: offer.documentation, accuracy: offer.accuracy,
    inputPx: [offer.input.height, offer.input.width, offer.input.channels],
    classCount: offer.classes === 'imagenet' || offer.classes === 'imagenet-background' ? 1000 : offer.classes.length,
    parameters: offer.parameters, multiplyAdds: offer.multiplyAdds, year: offer.year,
    hosts: offer.mirrored ? [] : [...new Set(offer.files.map(({ address }) => new URL(address).host))],
    place: placeOf(offer),
    error: failed !== null && failed.source.kind === 'shelf' && failed.source.entry === offer.id ? failed.error : null,
  };
}

function placeOf({ id, name, bytes, mirrored }: ShelfOffer): ShelfPlace {
  const run = importRun.value;
  if (run !== null && run.what === id) {
    const total = run.phase === 'download' || run.phase === null ? Math.max(run.totalBytes, run.totalBytes === 0 ? bytes : 0) : run.totalBytes;
    const share = run.phase === 'download' && total > 0 ? Math.min(1, run.doneBytes / total) : null;
    return { kind: 'fetching', share, doneBytes: run.doneBytes, totalBytes: total, words: run.phase === null ? 'Getting ready' : phaseWords[run.phase] };
  }
  const kept = shownKept.value;
  const known = fetchedFromShelf.value[id];
  // A network that was fetched before this page remembered it still has the name it was given here.
  const network = kept.find((one) => one.id === known) ?? kept.find((one) => one.name === name);
  if (network !== undefined) return { kind: 'device', network: network.id };
  return { kind: mirrored ? 'server' : 'away' };
}

function describeShipped(card: NetworkCard): ShelfRow {
  const [accuracy] = card.accuracy;
  return {
    id: card.id, name: shippedNetworks.find(({ id }) => id === card.id)?.name ?? card.name, goodFor: card.description,
    bytes: card.files.reduce((sum, file) => sum + file.bytes, 0), exactBytes: true, licence: null, documentation: null,
    // Cards count in shares of one, publishers in per cent.
    accuracy: accuracy === undefined ? null : { top1: accuracy.top1 * 100, top5: accuracy.top5 === undefined ? null : accuracy.top5 * 100, set: accuracy.set, source: null },
    inputPx: [card.input.height, card.input.width, card.input.channels], classCount: card.classes.length,
    parameters: card.parameters, multiplyAdds: card.multiplyAdds, year: Number(card.date.slice(0, 4)), hosts: [],
    place: { kind: 'shipped', network: card.id }, error: null,
  };
}

function compareBy(sort: ShelfSort): (a: ShelfRow, b: ShelfRow) => number {
  switch (sort) {
    case 'size': return (a, b) => a.bytes - b.bytes;
    // Shares of different sets do not compare; ImageNet's, which most name, come first.
    case 'accuracy': return (a, b) => rank(b) - rank(a);
    case 'operations': return (a, b) => a.multiplyAdds - b.multiplyAdds;
    case 'name': return (a, b) => a.name.localeCompare(b.name);
  }
}

function rank({ accuracy }: ShelfRow): number {
  if (accuracy === null) return -1;
  return accuracy.top1 + (accuracy.set.startsWith('ImageNet') ? 1000 : 0);
}

function matches({ name, goodFor, licence }: ShelfRow, search: string): boolean {
  const text = `${name} ${goodFor} ${licence ?? ''}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
