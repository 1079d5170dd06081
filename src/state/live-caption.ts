import { computed } from '@preact/signals-core';
import type { WorkerEvent } from '../contract/events';
import type { MapMeaning } from '../contract/explanations';
import type { LayerId } from '../contract/ids';
import type { ExplanationTarget } from '../contract/session-spec';
import { spec } from './choices';
import { methods, methodsFor } from './inspection';
import { captionName } from './layer-names';
import { describeSigns, type MapReading } from './map-meanings';
import { classes, explanation, mappedTopIndex, network, targetIndex, targetLabel } from './worker-state';

type LiveMap = Extract<WorkerEvent, { readonly kind: 'explanation' }>;

export interface LiveCaptionInput {
  /** null: the worker has not described its methods yet. */
  readonly meaning: MapMeaning | null;
  /** Why the method is undefined for the answers of this network; null: it is fine, or not known yet. */
  readonly networkReason: string | null;
  /** What the worker last said of this method; null: nothing yet. */
  readonly found: Pick<LiveMap, 'state' | 'layer' | 'max' | 'everyFrames' | 'reason'> | null;
  readonly target: ExplanationTarget;
  /** The target in words. */
  readonly label: string;
  readonly classCount: number;
  /** False: the map is of an earlier frame, and another answer is on top by now. */
  readonly isTopNow: boolean;
  /** The layer that the person chose, where the method looks at one; null: the usual one. */
  readonly chosenLayer: LayerId | null;
}

/** Words, the target in bold, words, and what can be undone. */
export interface LiveCaption {
  readonly before: string;
  readonly label: string;
  readonly after: string;
  readonly action: 'release-target' | 'usual-layer' | null;
}

const startOf = (meaning: MapMeaning | null, ofUnit: boolean): string => {
  switch (meaning) {
    case 'sensitivity': return 'What would change ';
    case 'modified-gradient': return 'A drawing of what excites ';
    case null: return 'A map for ';
    default: return ofUnit ? 'What excites ' : 'What spoke for ';
  }
};

/** Up to how many frames the map is behind the picture: on a machine that is slower than its camera not every frame is explained. */
function describeLag(everyFrames: number): string {
  const lag = everyFrames - 1;
  return lag <= 0 ? '' : `Up to ${lag} ${lag === 1 ? 'frame' : 'frames'} behind. `;
}

function describeUndefined(input: LiveCaptionInput, reason: string): LiveCaption {
  const ofUnit = input.target.kind === 'unit';
  // The layer first: one that was chosen for an answer may lie behind the unit that is held.
  const action = input.networkReason !== null ? null : input.chosenLayer !== null ? 'usual-layer' : ofUnit ? 'release-target' : null;
  const sentence = /[.!?]$/.test(reason) ? reason : `${reason}.`;
  if (input.networkReason !== null) return { before: `Not defined for this network: ${sentence}`, label: '', after: '', action };
  return ofUnit ? { before: 'Not defined for ', label: input.label, after: `: ${sentence}`, action }
    : { before: `Not defined here: ${sentence}`, label: '', after: '', action };
}

/** A map that is 0 everywhere says, for each kind of value, something else. */
function describeEmpty({ meaning, target, label, found }: LiveCaptionInput, behind: string): LiveCaption {
  if (target.kind === 'unit') {
    const cause = meaning === 'sensitivity' ? 'no small change of it would change it' : 'nothing in it excites it';
    return { before: `${behind}The map of `, label, after: ` is empty: it is 0 in this frame, or ${cause}.`, action: 'release-target' };
  }
  const line = { label, action: null } as const;
  switch (meaning) {
    case 'sensitivity': return { ...line, before: `${behind}No small change of the picture would change `, after: '.' };
    case 'modified-gradient': return { ...line, before: `${behind}Nothing comes back to the picture from `, after: '.' };
    default: return { ...line, before: `${behind}No positive evidence for `, after: found?.layer == null ? '.' : ' in this layer.' };
  }
}

/** What is true of the map over the live picture, also of a unit that is held. */
export function describeLiveMap(input: LiveCaptionInput): LiveCaption {
  const { meaning, found, target, label } = input;
  if (found?.state === 'unsupported') return describeUndefined(input, found.reason ?? 'It is not known why.');
  // Known before the worker says so of this choice: nothing will be drawn. Of a unit below the answer it need not be true.
  if (found === null && input.networkReason !== null && target.kind !== 'unit') return describeUndefined(input, input.networkReason);
  // First: it holds for all the rest.
  const behind = found === null ? '' : describeLag(found.everyFrames);
  if (found !== null && !Number.isFinite(found.max)) return { before: 'Some values are not numbers: do not read this map.', label: '', after: '', action: null };
  if (found?.state === 'no-positive-evidence') return describeEmpty(input, behind);
  const before = behind + startOf(meaning, target.kind === 'unit');
  if (target.kind === 'unit') return { before, label, after: ', which you hold.', action: 'release-target' };
  const which = input.classCount < 2 ? '' : target.kind !== 'top' ? ', which you pinned' : input.isTopNow ? ', the top answer' : ', the top answer then';
  const elsewhere = input.chosenLayer !== null && found?.layer === input.chosenLayer;
  return { before, label, after: elsewhere ? `${which}, in ${captionName(input.chosenLayer ?? '')}.` : which, action: elsewhere ? 'usual-layer' : null };
}

/** What the colours of a live map mean: it never falls below 0, what speaks against is seen on the frozen frame. */
export function describeLiveSigns(method: Omit<MapReading, 'kind' | 'signed'>): string {
  return describeSigns({ ...method, signed: false });
}

/** The method over the picture, as the worker describes it; null: off, or not described yet. */
export const liveMethod = computed(() => methodsFor(spec.value.target).find(({ id }) => id === spec.value.explanation) ?? null);

/** Why no map of this method can be had of this network; null: it has them, or only what is held has none. */
const networkReason = computed(() => {
  const ofClasses = methods.value.find(({ id }) => id === spec.value.explanation)?.unsupported ?? null;
  return liveMethod.value?.unsupported === ofClasses ? ofClasses : null;
});

/** What the worker last said of the chosen method; what it said of the one before is not true of this one. */
export const liveMap = computed(() => (explanation.value?.method === spec.value.explanation ? explanation.value : null));

/** null: there is no map, or no answer to explain. */
export const liveCaption = computed<LiveCaption | null>(() => {
  const label = targetLabel.value;
  if (spec.value.explanation === 'off') return null;
  if (label === null && liveMap.value?.state !== 'unsupported') return null;
  return describeLiveMap({
    meaning: liveMethod.value?.meaning ?? null, networkReason: networkReason.value, found: liveMap.value, target: spec.value.target,
    label: label ?? 'the top answer', classCount: classes.value.length, isTopNow: mappedTopIndex.value === targetIndex.value, chosenLayer: liveMethod.value?.choosesLayer === false ? null : spec.value.explanationLayer,
  });
});

/**
 * The layer that the map over the picture is made from, where the method looks at one: the person's choice, or the usual one. For a unit that is
 * held that is the last with places before it, which only the worker knows; null: not known yet, or there is none.
 */
export const mappedLayer = computed(() => {
  const { explanationLayer, target } = spec.value;
  if (explanationLayer !== null) return explanationLayer;
  return target.kind === 'unit' ? liveMap.value?.layer ?? null : network.value?.explanationLayer ?? null;
});

/** Greatest value of the live map, where its colours end; null: nothing is drawn, or it is no number. They begin at 0. */
export const liveRangeEnd = computed(() => {
  const found = liveMap.value;
  return found === null || found.state === 'off' || found.state === 'unsupported' || !Number.isFinite(found.max) ? null : Math.max(0, found.max);
});
