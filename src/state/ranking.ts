import { signal } from '@preact/signals-core';
import type { ExplanationTarget } from '../contract/session-spec';

/** One method judged on the frame on screen. */
export interface RankedMethod {
  readonly method: string;
  /** Areas under the curves, 0..1. */
  readonly deletion: number;
  readonly insertion: number;
}

export interface Ranking {
  readonly phase: 'running' | 'done' | 'cancelled';
  readonly target: ExplanationTarget;
  /** The class behind `target`; null: not known yet. */
  readonly targetIndex: number | null;
  /** Of the frame that is judged; null: none yet. */
  readonly sequence: number | null;
  readonly rows: readonly RankedMethod[];
  /** A random order of the same pixels. */
  readonly random: { readonly deletion: number; readonly insertion: number } | null;
  /** The method that is being judged, and how many are still to come. */
  readonly current: string | null;
  readonly left: number;
}

export const ranking = signal<Ranking | null>(null);

/** Better first: much kept when its pixels are shown, little when they are deleted. */
export function sortRanking(rows: readonly RankedMethod[]): readonly RankedMethod[] {
  return [...rows].sort((a, b) => (b.insertion - b.deletion) - (a.insertion - a.deletion));
}
