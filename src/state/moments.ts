import { signal } from '@preact/signals-core';

/** A frame that was frozen, kept for this visit only. */
export interface Moment {
  readonly id: number;
  readonly label: string;
  readonly takenAtMs: number;
  readonly mirror: boolean;
  readonly picture: Blob;
  /** Object URL of `picture`; owned here. */
  readonly address: string;
}

/** So many are kept; a camera frame is one to three megabytes. */
export const mostMoments = 8;

/** Oldest first. */
export const moments = signal<readonly Moment[]>([]);
/** The one on screen; null: none of them. */
export const momentOnScreen = signal<number | null>(null);
