import { computed, effect, untracked } from '@preact/signals-core';
import { followsPicture, inspecting, isLeftBehind, maps, methods } from '../inspection';
import { pictureNumber } from '../picture-seen';
import { source } from '../source-state';
import { closeInspection, remakeMap } from './explain-frame';
import { stopRanking } from './rank-methods';

/**
 * Quick maps are made again whenever another still picture is looked at: painted over, frozen anew, or taken from the strip. They wait
 * until the network has seen it; slow ones stay as they are, marked as stale. A ranking holds for one picture and stops with it; where what
 * comes is live, or nothing, there is nothing to inspect. Called once.
 */
export function followPicture(): void {
  const methodsAreKnown = computed(() => methods.value.length > 0);
  effect(() => { if (inspecting.value && source.value?.still !== true) untracked(closeInspection); });
  effect(() => {
    void pictureNumber.value;
    untracked(stopRanking);
  });
  effect(() => {
    void pictureNumber.value;
    if (!inspecting.value || !methodsAreKnown.value || source.value?.still !== true) return;
    // Only the picture counts: a map that the person stopped stays stopped until the next one.
    untracked(() => {
      for (const map of maps.peek()) if (isLeftBehind(map) && followsPicture(map)) void remakeMap(map.id, map.request);
    });
  });
}
