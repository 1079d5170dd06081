import { computed } from '@preact/signals-core';
import type { NetworkId } from '../contract/ids';
import { spec } from './choices';
import { draft } from './import-state';
import { shownKept } from './kept-networks';

export interface NetworkOption {
  readonly id: NetworkId;
  readonly name: string;
}

export interface NetworkGroup {
  readonly label: string;
  readonly options: readonly NetworkOption[];
}

/** The networks that come with the app; their cards lie beside their weights. */
export const shippedNetworks: readonly NetworkOption[] = [
  { id: 'everyday', name: 'Everyday objects' },
  { id: 'digits', name: 'Handwritten digits' },
];

/** What the network chooser offers. An id that only the link knows is in none of them. */
export const networkGroups = computed<readonly NetworkGroup[]>(() => {
  const open = draft.value;
  const kept = shownKept.value.map(({ id, name }): NetworkOption => ({ id, name }));
  const tried = open === null || kept.some(({ id }) => id === open.report.network.id) ? []
    : [{ id: open.report.network.id, name: `${open.answers.name} (not kept yet)` }];
  return [
    { label: 'Comes with Innerview', options: shippedNetworks },
    ...(kept.length + tried.length === 0 ? [] : [{ label: 'On this device', options: [...tried, ...kept] }]),
  ];
});

/** The network in use is neither shipped nor known on this device. */
export const isUnlisted = computed(() => !networkGroups.value.some(({ options }) => options.some(({ id }) => id === spec.value.network)));
