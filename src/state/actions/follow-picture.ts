import { computed, effect, untracked } from '@preact/signals-core';
import { followsPicture, hasStaleResult, inspecting, maps, methods, type InspectedMap } from '../inspection';
import { pictureNumber } from '../picture-seen';
import { source } from '../source-state';
import { network } from '../worker-state';
import { remakeMap } from './explain-frame';

/**
 * Quick maps are made again whenever another still picture is looked at: painted over, frozen anew, or taken from the strip. They wait
 * until the network has seen it; slow ones stay as they are, marked as stale. Called once.
 */
export function followPicture(): void {
  const methodsAreKnown = computed(() => methods.value.length > 0);
  effect(() => {
    const shown = pictureNumber.value;
    if (!inspecting.value || !methodsAreKnown.value || source.value?.still !== true) return;
    // Only the picture counts: a map that the person stopped stays stopped until the next one.
    untracked(() => {
      for (const map of maps.peek()) if (isLeftBehind(map, shown) && followsPicture(map)) void remakeMap(map.id, map.request);
    });
  });
}

function isLeftBehind(map: InspectedMap, shown: number): boolean {
  // Class numbers and layers of another network mean something else here.
  if (map.network !== (network.peek()?.network ?? '')) return false;
  if (map.phase === 'running' || map.result === null) return map.begunOn !== null && map.begunOn !== shown;
  // What a file says is stale was meant to be seen; it follows with the next picture.
  return map.origin === null ? hasStaleResult(map) : map.origin.picture !== shown;
}
