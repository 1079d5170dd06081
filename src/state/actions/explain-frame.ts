import { toErrorReport } from '../../contract/errors';
import type { WorkerEvent } from '../../contract/events';
import type { JobId } from '../../contract/ids';
import type { FaithfulnessResult, SanityResult } from '../../contract/jobs';
import { spec } from '../choices';
import { reportFailure } from '../failure';
import { changeMap, draft, inspecting, maps, methods, mostMaps, type InspectedMap, type MapRequest, type TrustCheck } from '../inspection';
import { getRuntime } from '../runtime';
import { source } from '../source-state';
import { network } from '../worker-state';
import { freeze } from './freeze';

/** Parts that the pixels are removed in, for the curves. Petsiuk et al. 2018 use each pixel; 64 parts are enough to see. */
const faithfulnessSteps = 64;

let lastNumber = 0;

/** Freezes what is live and opens the inspection, with a map of this method or, without one, the live one. */
export async function openInspection(method: string | null = null): Promise<void> {
  const current = source.peek();
  if (current === null) return;
  if (!current.still) await freeze();
  inspecting.value = true;
  if (methods.peek().length === 0) await readMethods();
  const { explanation, target, explanationLayer } = spec.peek();
  const first = method ?? (explanation === 'off' ? draft.peek().method : explanation);
  draft.value = { method: first, target, layer: explanationLayer, parameters: {} };
  if (method !== null || maps.peek().length === 0) void makeMap(draft.peek());
}

/** Back to the live view; maps are kept until the network changes. */
export function closeInspection(): void {
  for (const map of maps.peek()) if (map.phase === 'running') cancelMap(map.id);
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

/** Makes a map of the frame on screen; with four there already, the oldest makes room. */
export async function makeMap(request: MapRequest): Promise<void> {
  lastNumber += 1;
  const id = `map-${lastNumber}`;
  const kept = maps.peek();
  if (kept.length >= mostMaps && kept[0] !== undefined) removeMap(kept[0].id);
  const entry: InspectedMap = {
    id, network: network.peek()?.network ?? '', request, phase: 'running', fraction: 0, note: null, partial: null, result: null, error: null,
    faithfulness: null, sanity: null,
  };
  maps.value = [...maps.peek(), entry];
  await runMap(id, request);
}

/** Makes a map again, on the frame that is on screen now or with other settings; its place stays. */
export async function remakeMap(id: JobId, request: MapRequest): Promise<void> {
  const old = maps.peek().find((map) => map.id === id);
  if (old === undefined) return;
  if (old.phase === 'running') cancelMap(id);
  lastNumber += 1;
  const next = `map-${lastNumber}`;
  maps.value = maps.peek().map((map) => (map.id === id
    ? { ...map, id: next, request, phase: 'running', fraction: 0, note: null, error: null, faithfulness: null, sanity: null } : map));
  await runMap(next, request);
}

async function runMap(id: JobId, request: MapRequest): Promise<void> {
  try {
    const result = await getRuntime().supervisor.runJob(id, { kind: 'explain', ...request });
    if (result.kind === 'explain') changeMap(id, () => ({ phase: 'done', fraction: 1, note: result.note, partial: null, result }));
  } catch (thrown) {
    changeMap(id, () => endOf(thrown));
  }
}

function endOf(thrown: unknown): { readonly phase: 'failed' | 'cancelled'; readonly error: InspectedMap['error'] } {
  const error = toErrorReport(thrown);
  return error.code === 'cancelled' || error.code === 'superseded' ? { phase: 'cancelled', error: null } : { phase: 'failed', error };
}

/** Stops a map, or a check of it, that is being made. */
export function cancelMap(id: JobId): void {
  getRuntime().supervisor.cancelJob(id).catch(reportFailure);
}

export function removeMap(id: JobId): void {
  const map = maps.peek().find((entry) => entry.id === id);
  if (map === undefined) return;
  for (const job of [map.phase === 'running' ? id : null, map.faithfulness?.phase === 'running' ? faithfulnessId(id) : null, map.sanity?.phase === 'running' ? sanityId(id) : null]) {
    if (job !== null) cancelMap(job);
  }
  maps.value = maps.peek().filter((entry) => entry.id !== id);
}

export const faithfulnessId = (id: JobId): JobId => `${id}-faithfulness`;
export const sanityId = (id: JobId): JobId => `${id}-sanity`;

const begun = { phase: 'running', fraction: 0, result: null, error: null } as const;

/** Deletion and insertion curves of a finished map. */
export async function checkFaithfulness(id: JobId): Promise<void> {
  const put = (faithfulness: TrustCheck<FaithfulnessResult>): void => changeMap(id, () => ({ faithfulness }));
  put(begun);
  try {
    const result = await getRuntime().supervisor.runJob(faithfulnessId(id), { kind: 'faithfulness', of: id, steps: faithfulnessSteps, random: true });
    if (result.kind === 'faithfulness') put({ phase: 'done', fraction: 1, result, error: null });
  } catch (thrown) {
    put({ ...begun, ...endOf(thrown) });
  }
}

/** Whether the map changes when the network forgets what it learned. */
export async function checkSanity(id: JobId): Promise<void> {
  const put = (sanity: TrustCheck<SanityResult>): void => changeMap(id, () => ({ sanity }));
  put(begun);
  try {
    const result = await getRuntime().supervisor.runJob(sanityId(id), { kind: 'sanity', of: id, seed: 1 });
    if (result.kind === 'sanity') put({ phase: 'done', fraction: 1, result, error: null });
  } catch (thrown) {
    put({ ...begun, ...endOf(thrown) });
  }
}

/** The worker says how far a job is. */
export function receiveJobEvent(event: Extract<WorkerEvent, { readonly kind: 'job' }>): void {
  for (const map of maps.peek()) {
    if (event.job === map.id) changeMap(map.id, () => ({ fraction: event.fraction, note: event.note, ...(event.partial === null ? {} : { partial: event.partial }) }));
    else if (event.job === faithfulnessId(map.id)) changeMap(map.id, ({ faithfulness }) => ({ faithfulness: faithfulness === null ? null : { ...faithfulness, fraction: event.fraction } }));
    else if (event.job === sanityId(map.id)) changeMap(map.id, ({ sanity }) => ({ sanity: sanity === null ? null : { ...sanity, fraction: event.fraction } }));
  }
}

/** Another network answers: its methods are asked for, maps of the one before go. */
export function forgetMaps(): void {
  for (const map of maps.peek()) removeMap(map.id);
  draft.value = { ...draft.peek(), layer: null, target: { kind: 'top' }, parameters: {} };
  methods.value = [];
  void readMethods().then(() => { if (inspecting.peek()) void makeMap(draft.peek()); });
}
