import { computed, signal } from '@preact/signals-core';
import { maps, methodOf, mostMaps, type InspectedMap } from './inspection';
import { nameTargetOf } from './name-map';

/** A map that is off the screen and can be put back. */
export interface RemovedMap {
  /** As it would come back: what ran is stopped. */
  readonly map: InspectedMap;
  /** Where it stood among the maps. */
  readonly place: number;
  /** The map that it made room for; null: it was taken away for itself. */
  readonly madeRoomFor: string | null;
}

/** In the order in which they went. */
export const removedMaps = signal<readonly RemovedMap[]>([]);
/** Makes room for the next one; null: there is room. */
export const nextToGo = computed(() => (maps.value.length < mostMaps ? null : maps.value[0] ?? null));

/** `RISE, teapot`: which of the maps it is, in a sentence. */
export function nameInspectedMap(map: InspectedMap): string {
  return `${methodOf(map)?.name ?? map.request.method}, ${nameTargetOf(map)}`;
}
