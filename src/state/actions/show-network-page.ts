import { batch } from '@preact/signals-core';
import type { LayerId } from '../../contract/ids';
import { changeSpec, changeView } from '../choices';
import { findPath, nodesOf, type Item } from '../network-page-groups';
import { blocks, openGroups, selectedId, tab } from '../network-page';
import { layers } from '../worker-state';
import { openLayer } from './open-layer';

/** Opens or closes the network page; the worker measures activity only while somebody sees it. */
export function showNetworkPage(open: boolean): void {
  batch(() => {
    changeView({ page: open ? 'network' : 'live' });
    changeSpec({ activity: open });
  });
}

/** From the network page to the live view of one layer; only what the rail lists can be seen there. */
export function openLayerLive(layer: LayerId): void {
  batch(() => {
    showNetworkPage(false);
    openLayer(layer);
  });
}

/** The layer of the rail that shows an item: its last one there, for a folded layer the step it was folded into; null: none. */
export function findRailLayer(item: Item): LayerId | null {
  const rail = new Set(layers.value.map(({ id }) => id));
  const own = nodesOf(item).findLast(({ id }) => rail.has(id));
  if (own !== undefined || item.kind !== 'layer') return own?.id ?? null;
  return findPath(blocks.value, item.id)?.at(-1)?.nodes.findLast(({ id }) => rail.has(id))?.id ?? null;
}

/** Shows a layer in the drawing: every group around it is opened. */
export function revealLayer(layer: LayerId): void {
  const path = findPath(blocks.peek(), layer);
  if (path === null) return;
  batch(() => {
    openGroups.value = new Set([...openGroups.peek(), ...path.map(({ id }) => id)]);
    selectedId.value = layer;
    tab.value = 'architecture';
  });
}
