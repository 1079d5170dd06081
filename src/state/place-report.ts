import { computed, effect, signal } from '@preact/signals-core';
import type { UnitReport } from '../contract/api';
import { isPlaneSigned, type MapPlane } from '../contract/map-plane';
import { toErrorReport } from '../contract/errors';
import { reportFailure } from './failure';
import { draft, inspecting, place, valueAt, type LinkedPlace } from './inspection';
import { isTurnedRound, nameValue, type ExplainedScore, type MapReading } from './map-meanings';
import { firstSequence } from './picture-seen';
import { getRuntime } from './runtime';

/** The pointer rests for so long before anything is read. */
const restMs = 160;
/** Radius of the disc around the place whose evidence is summed, part of the square's side. */
export const discRadius = 0.05;

/** The place the person rests at; follows `place` once the pointer stands still. */
export const restingPlace = signal<LinkedPlace | null>(null);
/** What each layer holds there; null: not read yet. */
export const unitsHere = signal<readonly UnitReport[] | null>(null);
export const readsPlace = computed(() => inspecting.value && restingPlace.value !== null);

/** Parts of all evidence for and against that lie in the disc; null where the map has none of that sign. */
export interface EvidenceShare {
  readonly positive: number | null;
  readonly negative: number | null;
}

const totals = new WeakMap<MapPlane, { readonly positive: number; readonly negative: number }>();

function totalOf(plane: MapPlane): { readonly positive: number; readonly negative: number } {
  const known = totals.get(plane);
  if (known !== undefined) return known;
  let positive = 0;
  let negative = 0;
  for (const value of plane.values) {
    if (value > 0) positive += value;
    else if (value < 0) negative -= value;
  }
  const total = { positive, negative };
  totals.set(plane, total);
  return total;
}

/** The evidence within a small disc as part of the whole map's. Always at least the place's own cell, however coarse the map. */
export function shareAround(plane: MapPlane, at: LinkedPlace, radius = discRadius): EvidenceShare {
  const { height, width, values } = plane;
  const total = totalOf(plane);
  const ownRow = Math.min(height - 1, Math.floor(at.y * height));
  const ownColumn = Math.min(width - 1, Math.floor(at.x * width));
  let positive = 0;
  let negative = 0;
  for (let row = Math.max(0, Math.floor((at.y - radius) * height)); row <= Math.min(height - 1, Math.ceil((at.y + radius) * height)); row += 1) {
    for (let column = Math.max(0, Math.floor((at.x - radius) * width)); column <= Math.min(width - 1, Math.ceil((at.x + radius) * width)); column += 1) {
      const inside = ((row + 0.5) / height - at.y) ** 2 + ((column + 0.5) / width - at.x) ** 2 <= radius ** 2;
      if (!inside && (row !== ownRow || column !== ownColumn)) continue;
      const value = values[row * width + column] ?? 0;
      if (value > 0) positive += value;
      else if (value < 0) negative -= value;
    }
  }
  return { positive: total.positive > 0 ? positive / total.positive : null, negative: total.negative > 0 ? negative / total.negative : null };
}

/** One map's row of the panel. */
export interface PlaceReading {
  readonly value: number;
  /** What the value is, in words. */
  readonly name: string;
  /** null: values of this kind are neither for nor against anything. `negative` 'left-out': the method does not show it. */
  readonly evidence: { readonly positive: number | null; readonly negative: number | null | 'left-out' } | null;
}

/** What a map holds at a place, read by what its values mean. @param explained  a class whose score is not known where it is left out */
export function readPlace(plane: MapPlane, method: Omit<MapReading, 'kind'>, at: LinkedPlace, explained: ExplainedScore = { target: 'class', score: null }): PlaceReading {
  const { meaning } = method;
  const reading = { value: valueAt(plane, at), name: nameValue(meaning) };
  if (meaning !== 'evidence' && meaning !== 'excitation') return { ...reading, evidence: null };
  const { positive, negative } = shareAround(plane, at);
  if (meaning === 'excitation') return { ...reading, evidence: { positive: isTurnedRound(explained) ? negative : positive, negative: 'left-out' } };
  return { ...reading, evidence: { positive, negative: isPlaneSigned(method) ? negative : 'left-out' } };
}

/** Reads the units under the resting pointer, again when the picture changes. @returns what ends it */
export function followPlace(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopResting = effect(() => {
    const at = place.value;
    clearTimeout(timer);
    timer = setTimeout(() => { restingPlace.value = at; }, at === null ? 0 : restMs);
  });
  let newest = 0;
  const stopReading = effect(() => {
    const at = restingPlace.value;
    const seen = firstSequence.value;
    newest += 1;
    const mine = newest;
    if (at === null || seen === null) return;
    getRuntime().supervisor.readUnits(at).then((units) => { if (mine === newest) unitsHere.value = units; }, (thrown: unknown) => {
      if (mine !== newest) return;
      unitsHere.value = null;
      // A network or worker that is just being replaced has nothing to read; it is asked again with the next place.
      const { code, recoverable } = toErrorReport(thrown);
      if (!recoverable && code !== 'superseded') reportFailure(thrown);
    });
  });
  return () => {
    clearTimeout(timer);
    newest += 1;
    stopResting();
    stopReading();
    restingPlace.value = null;
    unitsHere.value = null;
  };
}

/** The next map shall explain this unit. */
export function chooseUnit({ layer, y, x }: UnitReport, channel: number): void {
  draft.value = { ...draft.peek(), target: { kind: 'unit', layer, channel, y, x } };
}
