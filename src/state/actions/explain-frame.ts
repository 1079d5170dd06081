import { batch } from '@preact/signals-core';
import { toErrorReport } from '../../contract/errors';
import type { WorkerEvent } from '../../contract/events';
import type { JobId } from '../../contract/ids';
import type { FaithfulnessResult, SanityResult } from '../../contract/jobs';
import { spec } from '../choices';
import { bringMapIntoSight, chosenMap } from '../chosen-map';
import { reportFailure } from '../failure';
import { changeMap, coversPicture, draft, followsPicture, inspecting, isLeftBehind, isOfShownNetwork, maps, methods, mostMaps, unitMethods, type InspectedMap, type MapRequest, type TrustCheck } from '../inspection';
import { nextToGo } from '../removed-maps';
import { getRuntime } from '../runtime';
import { source } from '../source-state';
import { layers, network } from '../worker-state';
import { pictureNumber, whenPictureIsSeen } from '../picture-seen';
import { curveSteps, ranking } from '../ranking';
import { freeze } from './freeze';
import { offerRemoved, forgetAllRemoved, takeRemoved } from './offer-removed';
import { receiveRankingEvent, stopRanking } from './rank-methods';

let lastNumber = 0;

/** Freezes what is live and opens the inspection, with a map of this method or, without one, the live one. */
export async function openInspection(method: string | null = null): Promise<void> {
  if (source.peek()?.still === false) await freeze();
  // A source that gives no frame is not frozen; that was said.
  if (source.peek()?.still !== true) return;
  inspecting.value = true;
  if (methods.peek().length === 0) await readMethods();
  const { explanation, target, explanationLayer } = spec.peek();
  const first = method ?? (explanation === 'off' ? draft.peek().method : explanation);
  // A link may name a layer that this network does not have.
  const choosesLayer = methods.peek().find(({ id }) => id === first)?.choosesLayer === true;
  const layer = choosesLayer && layers.peek().some(({ id }) => id === explanationLayer) ? explanationLayer : null;
  draft.value = { method: first, target, layer, parameters: {} };
  // Slow maps of another picture stay, dimmed, and are not pushed out: beside them one of this picture.
  const nothingOfIt = maps.peek().length < mostMaps && !maps.peek().some(coversPicture);
  if (method !== null) void askForMap(draft.peek());
  else if (nothingOfIt) void makeMap(draft.peek());
}

/** Back to the live view; what is being computed stops, finished maps are kept until the network changes. */
export function closeInspection(): void {
  for (const map of maps.peek()) for (const job of listRunningJobs(map)) stopJob(job);
  stopRanking();
  inspecting.value = false;
}

/** Asks the worker which methods are defined for the network on screen. */
export async function readMethods(): Promise<void> {
  try {
    methods.value = await getRuntime().supervisor.describeExplanations();
  } catch (thrown) {
    reportFailure(thrown);
  }
}

/** A map that a person asked for, wherever: {@link makeMap}, and it comes into sight. */
export function askForMap(request: MapRequest): Promise<void> {
  const made = makeMap(request);
  // The newest, from the moment it was asked for.
  const asked = maps.peek().at(-1);
  if (asked !== undefined) bringMapIntoSight(asked.id);
  return made;
}

/** Makes a map of the frame on screen and chooses it; with four there already, the first makes room, and can be put back for a while. */
export async function makeMap(request: MapRequest): Promise<void> {
  const job = nextJob();
  const goes = nextToGo.peek();
  if (goes !== null) takeMapOff(goes.id, job);
  const entry: InspectedMap = {
    id: job, job, network: network.peek()?.network ?? '', request, phase: 'running', fraction: 0, note: null, begunOn: pictureNumber.peek(), origin: null, partial: null, result: null, error: null,
    faithfulness: null, sanity: null,
  };
  maps.value = [...maps.peek(), entry];
  chosenMap.value = job;
  await runMap(job, request);
}

/** Makes a map again, on the frame that is on screen now or with other settings; its place stays, and the old map until there is a new one. */
export async function remakeMap(id: string, request: MapRequest): Promise<void> {
  const old = maps.peek().find((map) => map.id === id);
  // Class numbers and layers of another network mean something else here.
  if (old === undefined || !isOfShownNetwork(old)) return;
  for (const job of new Set([old.job, ...listRunningJobs(old)])) stopJob(job);
  const job = nextJob();
  maps.value = maps.peek().map((map) => (map.id === id
    ? { ...map, job, request, phase: 'running', fraction: 0, note: null, begunOn: pictureNumber.peek(), partial: null, error: null, faithfulness: null, sanity: null } : map));
  await runMap(job, request);
}

function nextJob(): JobId {
  lastNumber += 1;
  return `map-${lastNumber}`;
}

/** Jobs that wait for the network to see the picture; the worker does not know them yet. */
const unsent = new Set<JobId>();

async function runMap(job: JobId, request: MapRequest): Promise<void> {
  unsent.add(job);
  await whenPictureIsSeen();
  if (!unsent.delete(job)) return;
  changeMap(job, () => ({ begunOn: pictureNumber.peek() }));
  // What follows each stroke of a brush must not wait for minutes of another map, or for a ranking.
  const urgent = maps.peek().some((map) => map.job === job && followsPicture(map));
  try {
    const result = await getRuntime().supervisor.runJob(job, { kind: 'explain', ...request }, urgent);
    if (result.kind === 'explain') changeMap(job, () => ({ phase: 'done', fraction: 1, note: result.note, partial: null, result, origin: null }));
  } catch (thrown) {
    changeMap(job, () => endOf(thrown));
  }
}

function endOf(thrown: unknown): { readonly phase: 'failed' | 'cancelled'; readonly error: InspectedMap['error'] } {
  const error = toErrorReport(thrown);
  return error.code === 'cancelled' || error.code === 'superseded' ? { phase: 'cancelled', error: null } : { phase: 'failed', error };
}

/** Stops what is being computed; of a finished map the worker forgets what it kept for checks. */
export function stopJob(job: JobId): void {
  if (unsent.delete(job)) changeMap(job, () => ({ phase: 'cancelled' }));
  else getRuntime().supervisor.cancelJob(job).catch(reportFailure);
}

/** Takes a map away that can be put back for a while. @param madeRoomFor  the map that stands there instead */
export function takeMapOff(id: string, madeRoomFor: string | null = null): void {
  const place = maps.peek().findIndex((entry) => entry.id === id);
  const map = maps.peek()[place];
  if (map === undefined) return;
  batch(() => {
    maps.value = maps.peek().filter((entry) => entry !== map);
    offerRemoved({ map: stopped(map), place, madeRoomFor });
  });
  // Not the finished map: the worker keeps it for checks until the offer is gone.
  for (const job of listRunningJobs(map)) stopJob(job);
}

/**
 * Puts a map back where it stood, while that is offered. Where four stand again, the one goes that it had made room for, or else the last: this
 * undoes what the person did since. What goes is offered in turn.
 */
export function putMapBack(id: string): void {
  batch(() => {
    const removed = takeRemoved(id);
    if (removed === null) return;
    if (nextToGo.peek() !== null) {
      const rival = maps.peek().find((map) => map.id === removed.madeRoomFor) ?? maps.peek().at(-1);
      if (rival !== undefined) takeMapOff(rival.id, id);
    }
    maps.value = [...maps.peek().slice(0, removed.place), removed.map, ...maps.peek().slice(removed.place)];
    bringMapIntoSight(id);
  });
  // As the maps beside it did when the picture changed.
  const back = maps.peek().find((map) => map.id === id);
  if (back !== undefined && isLeftBehind(back) && followsPicture(back)) void remakeMap(id, back.request);
}

/** As a map looks when everything of it that runs is stopped. */
function stopped(map: InspectedMap): InspectedMap {
  const { phase, faithfulness, sanity } = map;
  return {
    ...map, phase: phase === 'running' ? 'cancelled' : phase,
    faithfulness: faithfulness?.phase === 'running' ? { ...faithfulness, phase: 'cancelled' } : faithfulness,
    sanity: sanity?.phase === 'running' ? { ...sanity, phase: 'cancelled' } : sanity,
  };
}

/** Takes a map away for good. */
export function removeMap(id: string): void {
  const map = maps.peek().find((entry) => entry.id === id);
  if (map === undefined) return;
  for (const job of new Set([map.job, ...listRunningJobs(map)])) stopJob(job);
  maps.value = maps.peek().filter((entry) => entry.id !== id);
}

function listRunningJobs(map: InspectedMap): readonly JobId[] {
  const { job, faithfulness, sanity } = map;
  return [
    ...(map.phase === 'running' ? [job] : []), ...(faithfulness?.phase === 'running' ? [faithfulnessId(job)] : []),
    ...(sanity?.phase === 'running' ? [sanityId(job)] : []),
  ];
}

export const faithfulnessId = (job: JobId): JobId => `${job}-faithfulness`;
export const sanityId = (job: JobId): JobId => `${job}-sanity`;

const begun = { phase: 'running', fraction: 0, error: null } as const;

/** Deletion and insertion curves of a finished map; those from before stay until there are new ones. */
export async function checkFaithfulness(job: JobId): Promise<void> {
  const put = (check: Partial<TrustCheck<FaithfulnessResult>>): void => changeMap(job, ({ faithfulness }) => ({ faithfulness: { ...begun, result: null, ...faithfulness, ...check } }));
  put(begun);
  try {
    const result = await getRuntime().supervisor.runJob(faithfulnessId(job), { kind: 'faithfulness', of: job, steps: curveSteps, random: true });
    if (result.kind === 'faithfulness') put({ phase: 'done', fraction: 1, result });
  } catch (thrown) {
    put(endOf(thrown));
  }
}

/** Whether the map changes when the network forgets what it learned; the answer from before stays until there is a new one. */
export async function checkSanity(job: JobId): Promise<void> {
  const put = (check: Partial<TrustCheck<SanityResult>>): void => changeMap(job, ({ sanity }) => ({ sanity: { ...begun, result: null, ...sanity, ...check } }));
  put(begun);
  try {
    const result = await getRuntime().supervisor.runJob(sanityId(job), { kind: 'sanity', of: job, seed: 1 });
    if (result.kind === 'sanity') put({ phase: 'done', fraction: 1, result });
  } catch (thrown) {
    put(endOf(thrown));
  }
}

/** The worker says how far a job is. */
export function receiveJobEvent(event: Extract<WorkerEvent, { readonly kind: 'job' }>): void {
  receiveRankingEvent(event);
  for (const { job } of maps.peek()) {
    if (event.job === job) changeMap(job, () => ({ fraction: event.fraction, note: event.note, ...(event.partial === null ? {} : { partial: { ...event.partial, sequence: event.sequence } }) }));
    else if (event.job === faithfulnessId(job)) changeMap(job, ({ faithfulness }) => ({ faithfulness: faithfulness === null ? null : { ...faithfulness, fraction: event.fraction } }));
    else if (event.job === sanityId(job)) changeMap(job, ({ sanity }) => ({ sanity: sanity === null ? null : { ...sanity, fraction: event.fraction } }));
  }
}

/** Another network answers: its methods are asked for, maps of the one before go; a person who was looking at maps gets one of the new network. */
export function forgetMaps(): void {
  const looking = inspecting.peek() && maps.peek().length > 0;
  for (const map of maps.peek()) removeMap(map.id);
  forgetAllRemoved();
  stopRanking();
  ranking.value = null;
  draft.value = { ...draft.peek(), layer: null, target: { kind: 'top' }, parameters: {} };
  methods.value = [];
  unitMethods.value = new Map();
  void readMethods().then(() => { if (looking) void makeMap(draft.peek()); });
}
