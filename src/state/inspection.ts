import { computed, signal } from '@preact/signals-core';
import type { ErrorReport } from '../contract/errors';
import type { ExplanationDescription } from '../contract/explanations';
import type { JobId, LayerId, NetworkId } from '../contract/ids';
import type { ExplainResult, FaithfulnessResult, JobMap, JobNote, JobParameters, SanityResult } from '../contract/jobs';
import { planeOf, rangeOf, type MapPlane } from '../contract/map-plane';
import type { ExplanationTarget } from '../contract/session-spec';
import { drawn, layers } from './worker-state';

/** So many maps stand side by side. */
export const mostMaps = 4;

export type TaskPhase = 'running' | 'done' | 'failed' | 'cancelled';

/** A check of a map: curves or randomisation. */
export interface TrustCheck<Result> {
  readonly phase: TaskPhase;
  readonly fraction: number;
  readonly result: Result | null;
  readonly error: ErrorReport | null;
}

/** What a person asked of one map. */
export interface MapRequest {
  readonly method: string;
  readonly target: ExplanationTarget;
  readonly layer: LayerId | null;
  readonly parameters: JobParameters;
}

/** One map of the inspection, from the asking to the end. */
export interface InspectedMap {
  readonly id: JobId;
  readonly network: NetworkId;
  readonly request: MapRequest;
  readonly phase: TaskPhase;
  readonly fraction: number;
  readonly note: JobNote | null;
  /** The map so far, while it is made. */
  readonly partial: JobMap | null;
  readonly result: ExplainResult | null;
  readonly error: ErrorReport | null;
  readonly faithfulness: TrustCheck<FaithfulnessResult> | null;
  readonly sanity: TrustCheck<SanityResult> | null;
}

/** A place of the network's square, 0..1 from its top left; all maps and the picture show it. */
export interface LinkedPlace {
  readonly y: number;
  readonly x: number;
}

/** The inspection covers the page. */
export const inspecting = signal(false);
/** Every method for the network on screen; empty until the worker said so. */
export const methods = signal<readonly ExplanationDescription[]>([]);
export const maps = signal<readonly InspectedMap[]>([]);
/** What the next map will show. */
export const draft = signal<MapRequest>({ method: 'grad-cam', target: { kind: 'top' }, layer: null, parameters: {} });
export const place = signal<LinkedPlace | null>(null);
/** How strongly maps lie over the picture, 0..1; 0 shows the picture alone. */
export const mapStrength = signal(0.75);
/** One scale for all maps of one method family would mislead: each has its own, and says so. */
export const draftMethod = computed(() => methods.value.find(({ id }) => id === draft.value.method) ?? null);
export const runningMaps = computed(() => maps.value.filter(({ phase }) => phase === 'running').length);
export const spatialLayers = computed(() => layers.value.filter(({ spatial }) => spatial));

export function methodOf(map: InspectedMap): ExplanationDescription | null {
  return methods.value.find(({ id }) => id === map.request.method) ?? null;
}

/** The picture was changed after this map was made. */
export function isStale(map: InspectedMap): boolean {
  return map.result !== null && drawn.value !== null && map.result.sequence !== drawn.value.sequence;
}

/** The map, or what there is of it, as it is drawn. */
export function planeOfMap(map: InspectedMap): MapPlane | null {
  const values = map.result?.map ?? map.partial;
  return values === null || values === undefined ? null : planeOf(values.values, values.shape, methodOf(map)?.pixel ?? 'sum');
}

/** What is true of a finished map, for the sentence beside it. */
export type MapVerdict = 'no-positive-evidence' | 'flat' | 'not-a-number' | 'ok';

export function judgeMap(plane: MapPlane): MapVerdict {
  if (plane.values.some((value) => !Number.isFinite(value))) return 'not-a-number';
  const { min, max } = rangeOf(plane.values);
  if (max <= 0) return 'no-positive-evidence';
  return min === max ? 'flat' : 'ok';
}

/** Value of a plane at a linked place. */
export function valueAt(plane: MapPlane, at: LinkedPlace): number {
  const y = Math.min(plane.height - 1, Math.max(0, Math.floor(at.y * plane.height)));
  const x = Math.min(plane.width - 1, Math.max(0, Math.floor(at.x * plane.width)));
  return plane.values[y * plane.width + x] ?? 0;
}

export function changeMap(id: JobId, change: (map: InspectedMap) => Partial<InspectedMap>): void {
  maps.value = maps.peek().map((map) => (map.id === id ? { ...map, ...change(map) } : map));
}
