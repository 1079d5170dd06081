import { computed, signal } from '@preact/signals-core';
import { locatePatch } from './receptive-patch';
import { network, openLayer } from './worker-state';

/** The unit of the open channel that the person points at; null: none. */
export const crosshair = signal<{ readonly y: number; readonly x: number } | null>(null);

/** What of the picture that unit looks at, 0..1 of the network's square. */
export const receptivePatch = computed(() => {
  const layer = openLayer.value;
  const at = crosshair.value;
  const card = network.value?.card;
  return layer === null || at === null || card === undefined || !layer.spatial ? null
    : locatePatch(layer.receptiveField, at.y, at.x, card.input);
});
