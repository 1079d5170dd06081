import { computed, signal } from '@preact/signals-core';
import { maps } from './inspection';

/** The map that a person chose, or asked for last; null: none yet. */
export const chosenMap = signal<string | null>(null);
/** The map that was just asked for: brought into sight once. */
export const shownOnRequest = signal<string | null>(null);
/** The map whose trust is shown, and whose card is marked: the chosen one, or the newest where that one is gone. */
export const mapInFocus = computed(() => maps.value.find(({ id }) => id === chosenMap.value) ?? maps.value.at(-1) ?? null);

/** From now on the trust panel is about this map, and its card comes into sight. */
export function bringMapIntoSight(id: string): void {
  chosenMap.value = id;
  shownOnRequest.value = id;
}
