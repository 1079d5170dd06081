import { maps, methodOf, type InspectedMap } from './inspection';
import { ranking } from './ranking';

/**
 * What is at work before a map, or a check of one, that has not begun: jobs run one after the other, and one that waits must not look as if it
 * hung. '' where it is its turn.
 *
 * @param fraction  how far the job that may wait is
 */
export function describeWait(map: InspectedMap, fraction = map.fraction): string {
  if (fraction > 0) return '';
  const ahead = maps.value.find((other) => other.id !== map.id && other.phase === 'running' && other.fraction > 0);
  if (ahead !== undefined) return `Waits for ${methodOf(ahead)?.name ?? ahead.request.method}`;
  return ranking.value?.phase === 'running' ? 'Waits for the ranking' : '';
}
