import { batch, signal } from '@preact/signals-core';
import { failure } from './failure';
import { inputNeed } from './input-need';
import { until } from './until';
import { network, status } from './worker-state';

/** The first frame of the picture on screen that the network on screen saw; null: it did not see this picture yet. */
export const firstSequence = signal<number | null>(null);
/** Counts the pictures that were on screen; the same one cut or mirrored otherwise is another. */
export const pictureNumber = signal(0);

/** When the picture on screen came there, milliseconds since the epoch. */
let sinceMs = 0;

/** Another picture is on screen, or the same one cut or mirrored otherwise: frames taken before are not of it. */
export function notePictureChange(nowMs: number): void {
  sinceMs = nowMs;
  batch(() => {
    pictureNumber.value = pictureNumber.peek() + 1;
    firstSequence.value = null;
  });
}

/** Another network is on screen: it has seen nothing yet. */
export function forgetPictureSeen(): void {
  firstSequence.value = null;
}

/** The network saw a frame. Later ones of the same picture change nothing: it may be sent again, to another worker. */
export function notePictureSeen(frame: { readonly sequence: number; readonly capturedAtMs: number }): void {
  if (firstSequence.peek() === null && frame.capturedAtMs >= sinceMs) firstSequence.value = frame.sequence;
}

/** True: made from a frame before the picture on screen. */
export function isOfOlderPicture(sequence: number): boolean {
  return firstSequence.value === null || sequence < firstSequence.value;
}

/** Resolves when the network has seen the picture on screen, or when that will not be: it takes other pictures, or there is no network. */
export function whenPictureIsSeen(): Promise<void> {
  // A failure that is on screen may be of anything, of a file that was not saved, say: frames come all the same.
  return until(() => firstSequence.value !== null || inputNeed.value !== null || status.value.phase === 'failed' || (network.value === null && failure.value !== null));
}
