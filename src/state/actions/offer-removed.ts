import { reportFailure } from '../failure';
import { mostMaps } from '../inspection';
import { removedMaps, type RemovedMap } from '../removed-maps';
import { getRuntime } from '../runtime';
import { undoMs } from '../undo-time';

const timers = new Map<string, ReturnType<typeof setTimeout>>();
/** The person is at the offers: none goes meanwhile. */
let held = false;

/** Keeps a map that was taken away for a while. The worker keeps what checks need of it until the offer is gone. */
export function offerRemoved(removed: RemovedMap): void {
  removedMaps.value = [...removedMaps.peek(), removed];
  if (!held) startTimer(removed.map.id);
  const [oldest] = removedMaps.peek();
  if (removedMaps.peek().length > mostMaps && oldest !== undefined) forgetRemoved(oldest.map.id);
}

/** Ends an offer because the map comes back; the worker keeps what it has of it. @returns null where the offer is gone */
export function takeRemoved(id: string): RemovedMap | null {
  const removed = removedMaps.peek().find(({ map }) => map.id === id) ?? null;
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (removed !== null) removedMaps.value = removedMaps.peek().filter((other) => other !== removed);
  // Whoever was at its line is at it no more; the others are told when somebody comes to them.
  holdRemoved(false);
  return removed;
}

/** Ends an offer; the worker forgets too. */
function forgetRemoved(id: string): void {
  const removed = takeRemoved(id);
  if (removed?.map.phase === 'done') getRuntime().supervisor.cancelJob(removed.map.job).catch(reportFailure);
}

/** What another network made is nothing here. */
export function forgetAllRemoved(): void {
  for (const { map } of removedMaps.peek()) forgetRemoved(map.id);
}

/** While a person reads an offer, or has the focus on it, it does not go; then it has its whole time again. */
export function holdRemoved(hold: boolean): void {
  if (held === hold) return;
  held = hold;
  for (const { map } of removedMaps.peek()) {
    if (hold) clearTimeout(timers.get(map.id));
    else startTimer(map.id);
  }
}

function startTimer(id: string): void {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => forgetRemoved(id), undoMs));
}
