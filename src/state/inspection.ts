import { computed, signal } from '@preact/signals-core';
import type { ErrorReport } from '../contract/errors';
import type { ExplanationDescription } from '../contract/explanations';
import type { JobId, LayerId, NetworkId } from '../contract/ids';
import type { ExplainResult, FaithfulnessResult, JobMap, JobNote, JobParameters, SanityResult } from '../contract/jobs';
import { planeOf, rangeOf, type MapPlane } from '../contract/map-plane';
import type { ExplanationTarget } from '../contract/session-spec';
import { isOfOtherPicture, pictureNumber } from './picture-seen';
import { layers, network } from './worker-state';

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

/** What a map brings along that was read from a file: the network that made it need not be on this device. */
export interface MapOrigin {
  /** {@link pictureNumber} of the picture that came with it. */
  readonly picture: number;
  /** It was of another picture already when it was saved. */
  readonly stale: boolean;
  /** How it is named and drawn; null: the file is older and does not say. */
  readonly method: ExplanationDescription | null;
  /** What it explains, in the words of its network; null likewise. */
  readonly targetName: string | null;
  readonly networkName: string;
}

/** One map of the inspection, from the asking to the end. */
export interface InspectedMap {
  /** Its place on screen: stays when the map is made again. */
  readonly id: string;
  /** The job that makes it, or made it. */
  readonly job: JobId;
  readonly network: NetworkId;
  readonly request: MapRequest;
  readonly phase: TaskPhase;
  readonly fraction: number;
  readonly note: JobNote | null;
  /** {@link pictureNumber} when the map was asked for, and once more when its job was sent; null: it came with a file. */
  readonly begunOn: number | null;
  /** Until it is made again here; null: made here. */
  readonly origin: MapOrigin | null;
  /** The map so far, while it is made. */
  readonly partial: PartialMap | null;
  readonly result: ExplainResult | null;
  readonly error: ErrorReport | null;
  readonly faithfulness: TrustCheck<FaithfulnessResult> | null;
  readonly sanity: TrustCheck<SanityResult> | null;
}

/** A map so far, and the frame that it is of. */
export interface PartialMap extends JobMap {
  readonly sequence: number;
}

/** A place of the network's square, 0..1 from its top left; all maps and the picture show it. */
export interface LinkedPlace {
  readonly y: number;
  readonly x: number;
}

/** The inspection covers the page. */
export const inspecting = signal(false);
/** So many maps of a saved inspection are still to come, because its network is; null: none is being opened. */
export const openingMaps = signal<number | null>(null);
/** Every method for the network on screen; empty until the worker said so. */
export const methods = signal<readonly ExplanationDescription[]>([]);
/** The same for maps of units, by the unit's layer, as far as the worker was asked: what lies above a unit does not count. */
export const unitMethods = signal<ReadonlyMap<LayerId, readonly ExplanationDescription[]>>(new Map());
export const maps = signal<readonly InspectedMap[]>([]);
/** What the next map will show. */
export const draft = signal<MapRequest>({ method: 'grad-cam', target: { kind: 'top' }, layer: null, parameters: {} });
export const place = signal<LinkedPlace | null>(null);
/** How strongly maps lie over the picture, 0..1; 0 shows the picture alone. */
export const mapStrength = signal(0.75);
/** One scale for all maps of one method family would mislead: each has its own, and says so. */
export const draftMethod = computed(() => methodsFor(draft.value.target).find(({ id }) => id === draft.value.method) ?? null);
export const runningMaps = computed(() => maps.value.filter(({ phase }) => phase === 'running').length);
export const spatialLayers = computed(() => layers.value.filter(({ spatial }) => spatial));

/** Every method as it is for maps of this target; of a unit as it is for classes, until the worker has said more. */
export function methodsFor(target: ExplanationTarget): readonly ExplanationDescription[] {
  return target.kind === 'unit' ? unitMethods.value.get(target.layer) ?? methods.value : methods.value;
}

export function methodOf(map: InspectedMap): ExplanationDescription | null {
  return methods.value.find(({ id }) => id === map.request.method) ?? map.origin?.method ?? null;
}

/** The result whose map is on screen; null: there is none yet, or what there is so far of the next one is shown. */
export function resultShown({ partial, result }: InspectedMap): ExplainResult | null {
  return partial === null ? result : null;
}

/** A map is made again, or was to be, and the one from before is still on screen. */
export function showsEarlierMap(map: InspectedMap): boolean {
  return map.phase !== 'done' && resultShown(map) !== null;
}

/** The network that made it, or is to, is on screen. */
export function isOfShownNetwork(map: InspectedMap): boolean {
  return map.network === (network.value?.network ?? '');
}

/** The finished map is of another picture than the one on screen. */
export function hasStaleResult({ result, origin }: InspectedMap): boolean {
  if (result === null) return false;
  return origin === null ? isOfOtherPicture(result.sequence) : origin.stale || origin.picture !== pictureNumber.value;
}

/** What is drawn, a map or a part of one, is of another picture than the one on screen. */
export function isStale(map: InspectedMap): boolean {
  return map.partial === null ? hasStaleResult(map) : isOfOtherPicture(map.partial.sequence);
}

/**
 * Maps of at most so many passes follow each change of the picture. Gradients, DeepLIFT, LRP and the CAM family but Score-CAM take 2 to 4 passes,
 * so that four maps are 16 at most, a fraction of a second on `everyday`; all other methods take dozens.
 */
export const mostPassesToFollow = 6;

/** Its method is quick enough for this network to be made again whenever the picture changes. */
export function followsPicture(map: InspectedMap): boolean {
  const method = methodsFor(map.request.target).find(({ id }) => id === map.request.method);
  return method !== undefined && method.unsupported === null && method.cost <= mostPassesToFollow;
}

/** Made for a picture before the one on screen, so that it has to be made again to be of this one. */
export function isLeftBehind(map: InspectedMap): boolean {
  // Class numbers and layers of another network mean something else here.
  if (!isOfShownNetwork(map)) return false;
  if (map.phase === 'running' || map.result === null) return map.begunOn !== pictureNumber.value;
  // What a file says is stale was meant to be seen; it follows with the next picture.
  return map.origin === null ? hasStaleResult(map) : map.origin.picture !== pictureNumber.value;
}

/** There is a map of the picture on screen in this place, or there will be without anybody asking. */
export function coversPicture(map: InspectedMap): boolean {
  if (isLeftBehind(map) && followsPicture(map)) return true;
  if (map.phase === 'running') return map.begunOn === pictureNumber.value;
  return (map.partial !== null || map.result !== null) && !isStale(map);
}

/** One plane for each map's values, so that what is drawn is worked out once. */
const planes = new WeakMap<JobMap, MapPlane>();

/** The map, or what there is of it, as it is drawn; while it is made again the old one stays until there is something new. */
export function planeOfMap(map: InspectedMap): MapPlane | null {
  const shown = map.partial ?? map.result?.map ?? null;
  const method = methodOf(map);
  if (shown === null || method === null) return null;
  const known = planes.get(shown);
  if (known !== undefined) return known;
  const plane = planeOf(shown.values, shown.shape, method.pixel);
  planes.set(shown, plane);
  return plane;
}

/** What is true of a finished map, for the sentence beside it. */
export type MapVerdict = 'all-zero' | 'nothing-positive' | 'flat' | 'not-a-number' | 'ok';

export function judgeMap(plane: MapPlane): MapVerdict {
  if (plane.values.some((value) => !Number.isFinite(value))) return 'not-a-number';
  const { min, max } = rangeOf(plane.values);
  if (min === 0 && max === 0) return 'all-zero';
  if (max <= 0) return 'nothing-positive';
  return min === max ? 'flat' : 'ok';
}

/** Value of a plane at a linked place. */
export function valueAt(plane: MapPlane, at: LinkedPlace): number {
  const y = Math.min(plane.height - 1, Math.max(0, Math.floor(at.y * plane.height)));
  const x = Math.min(plane.width - 1, Math.max(0, Math.floor(at.x * plane.width)));
  return plane.values[y * plane.width + x] ?? 0;
}

/** Changes the map that this job makes or made; a job whose map is gone, or is made by another one now, changes nothing. */
export function changeMap(job: JobId, change: (map: InspectedMap) => Partial<InspectedMap>): void {
  if (maps.peek().some((map) => map.job === job)) maps.value = maps.peek().map((map) => (map.job === job ? { ...map, ...change(map) } : map));
}
