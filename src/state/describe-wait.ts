import { maps, methodOf, type InspectedMap } from './inspection';
import { ranking } from './ranking';

/** What a person can ask of a map; each is a job of its own. */
export type MapPart = 'map' | 'faithfulness' | 'sanity';

const parts: readonly MapPart[] = ['map', 'faithfulness', 'sanity'];

const nouns: Readonly<Record<MapPart, string>> = { map: '', faithfulness: 'deletion and insertion of ', sanity: 'the sanity check of ' };

/** How far a job is that has begun and is not over; 0 where it waits, null where there is none. */
function fractionOf(map: InspectedMap, part: MapPart): number | null {
  const task = part === 'map' ? map : map[part];
  return task?.phase === 'running' ? task.fraction : null;
}

/**
 * What is at work before a map, or a check of one, that has not begun: jobs run one after the other, and one that waits must not look as if it
 * hung. '' where it is its turn.
 */
export function describeWait(map: InspectedMap, part: MapPart = 'map'): string {
  if (fractionOf(map, part) !== 0) return '';
  return waitFor(findAtWork() ?? (ranking.value?.phase === 'running' && ranking.value.atWork ? 'the ranking' : null));
}

/** The same for the ranking, whose jobs stand in the line with all others. */
export function describeRankingWait(): string {
  return ranking.value?.phase !== 'running' || ranking.value.atWork ? '' : waitFor(findAtWork());
}

function waitFor(what: string | null): string {
  return what === null ? '' : `Waits for ${what}`;
}

/** The map, or the check of one, that has begun and is not over. */
function findAtWork(): string | null {
  for (const map of maps.value) {
    const part = parts.find((one) => (fractionOf(map, one) ?? 0) > 0);
    if (part !== undefined) return `${nouns[part]}${methodOf(map)?.name ?? map.request.method}`;
  }
  return null;
}
