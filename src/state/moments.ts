import { computed, signal } from '@preact/signals-core';
import { original } from './painting';
import { nameOfPicture } from './picture-identity';
import { source } from './source-state';

/** A frame that was frozen, kept for this visit only. */
export interface Moment {
  readonly id: number;
  /** Of the picture, as `nameOfPicture` has it. */
  readonly name: string;
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
/** The one on screen, painted over or not; null: none of them. */
export const momentOnScreen = computed<number | null>(() => {
  const shown = original.value ?? source.value;
  return shown === null ? null : moments.value.find(({ name }) => name === nameOfPicture(shown))?.id ?? null;
});
