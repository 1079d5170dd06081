import { computed, effect, signal } from '@preact/signals-core';
import type { KernelReport, NetworkDescription } from '../contract/api';
import type { NetworkCard } from '../contract/card';
import type { WorkerEvent } from '../contract/events';
import type { LayerId } from '../contract/ids';
import { getBaseUrl } from './base-url';
import { view } from './choices';
import { reportFailure } from './failure';
import { noActivity, trackActivity, type ActivityTrack } from './network-page-activity';
import { groupNetwork, listGroups, type GroupItem, type Item } from './network-page-groups';
import { shippedNetworks } from './networks';
import { getRuntime } from './runtime';
import { network, status } from './worker-state';

/** What the drawing shows; anything above this many boxes is opened by hand. */
const boxesAtFirst = 26;
/** No more are drawn at once: the layout of more would stop the page for seconds. */
export const mostBoxes = 120;

export const networkPageOpen = computed(() => view.value.page === 'network');

/** The graph of the network on screen; null: not known yet. */
export const description = signal<NetworkDescription | null>(null);
/** Kernels of the first convolution; null: none, or not read yet. */
export const firstKernels = signal<{ readonly layer: LayerId; readonly report: KernelReport } | null>(null);
export const activity = signal<ActivityTrack>(noActivity);
/** Cards of the networks that come with the app, for the comparison. */
export const shippedCards = signal<readonly NetworkCard[]>([]);

export const blocks = computed<readonly Item[]>(() => (description.value === null ? [] : groupNetwork(description.value)));
/** Ids of the groups that are drawn open. */
export const openGroups = signal<ReadonlySet<string>>(new Set());
/** The layer or group whose facts are shown; null: the whole network. */
export const selectedId = signal<string | null>(null);
export const selected = computed<Item | null>(() => (selectedId.value === null ? null : findItem(blocks.value, selectedId.value)));

export const tabs = ['architecture', 'table', 'comparison', 'kernels'] as const;
export type Tab = (typeof tabs)[number];
export const tab = signal<Tab>('architecture');

/**
 * Keeps the page's facts those of the network on screen, also across a change of network and a restart of the worker.
 *
 * @returns what ends it
 */
export function followNetworkPage(): () => void {
  void readShippedCards();
  return effect(() => {
    const shown = network.value;
    // A new worker knows nothing of what the old one was asked; its `network` event comes later and asks again.
    if (shown === null || status.value.phase !== 'running') return;
    void readNetwork(shown).catch(reportFailure);
  });
}

let described: WorkerEvent | null = null;

async function readNetwork(shown: Extract<WorkerEvent, { kind: 'network' }>): Promise<void> {
  if (described === shown && description.peek() !== null) return;
  const changed = described === null || described.kind !== 'network' || described.network !== shown.network;
  described = shown;
  if (changed) {
    description.value = null;
    firstKernels.value = null;
    activity.value = noActivity;
    selectedId.value = null;
  }
  const { supervisor } = getRuntime();
  const found = await supervisor.describeNetwork();
  if (described !== shown) return;
  description.value = found;
  if (changed) openGroups.value = chooseOpenGroups(blocks.peek(), boxesAtFirst);
  if (found.firstConvolution === null) return;
  const report = await supervisor.readKernels(found.firstConvolution);
  if (described === shown) firstKernels.value = { layer: found.firstConvolution, report };
}

async function readShippedCards(): Promise<void> {
  if (shippedCards.peek().length > 0) return;
  const cards = await Promise.all(shippedNetworks.map(async ({ id }): Promise<readonly NetworkCard[]> => {
    try {
      const answer = await fetch(`${getBaseUrl()}models/${id}/card.json`);
      return answer.ok ? [await answer.json() as NetworkCard] : [];
    } catch {
      // The chart then shows one network less.
      return [];
    }
  }));
  shippedCards.value = cards.flat();
}

/** Opens groups from the outside in as long as the drawing stays small. */
export function chooseOpenGroups(items: readonly Item[], most: number): ReadonlySet<string> {
  const open = new Set<string>();
  let boxes = items.length;
  let level = listHere(items);
  while (level.length > 0) {
    const added = level.reduce((sum, group) => sum + group.children.length, 0);
    if (boxes + added > most) break;
    boxes += added;
    for (const { id } of level) open.add(id);
    level = level.flatMap(({ children }) => listHere(children));
  }
  return open;
}

/** Steps stay closed: what is in them is read off their name. */
function listHere(items: readonly Item[]): readonly GroupItem[] {
  return items.filter((item) => item.kind === 'group').filter(({ group }) => group !== 'step');
}

/** Opens a closed group and closes an open one. */
export function toggleGroup(id: string): void {
  const next = new Set(openGroups.peek());
  if (!next.delete(id)) next.add(id);
  openGroups.value = countBoxes(blocks.peek(), next) <= mostBoxes ? next : new Set([...findAround(blocks.peek(), id), id]);
}

/** Opens blocks from the outside in, and from the first on, until the drawing is full. */
export function openAllGroups(): void {
  const open = new Set<string>();
  let boxes = blocks.peek().length;
  const waiting = [...listHere(blocks.peek())];
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
    if (boxes + group.children.length > mostBoxes) continue;
    boxes += group.children.length;
    open.add(group.id);
    waiting.push(...listHere(group.children));
  }
  openGroups.value = open;
}

export function countBoxes(items: readonly Item[], open: ReadonlySet<string>): number {
  return items.reduce((sum, item) => sum + 1 + (item.kind === 'group' && open.has(item.id) ? countBoxes(item.children, open) : 0), 0);
}

/** Ids of the groups around a group. */
function findAround(items: readonly Item[], id: string): readonly string[] {
  return listGroups(items).filter((group) => group.id !== id && listGroups(group.children).some((inner) => inner.id === id)).map((group) => group.id);
}

export function closeAllGroups(): void {
  openGroups.value = new Set();
}

export function receiveActivity(event: Extract<WorkerEvent, { kind: 'activity' }>): void {
  if (!networkPageOpen.peek()) return;
  activity.value = trackActivity(activity.peek(), event.layers, event.mean);
}

function findItem(items: readonly Item[], id: string): Item | null {
  const direct = items.find((item) => item.id === id) ?? listGroups(items).find((group) => group.id === id);
  if (direct !== undefined) return direct;
  const node = items.flatMap((item) => (item.kind === 'layer' ? [item.node] : item.nodes)).find((candidate) => candidate.id === id);
  return node === undefined ? null : { kind: 'layer', id, node };
}
