import { batch, signal } from '@preact/signals-core';
import type { FrameSource } from '../camera/frame-source';
import { failure } from './failure';
import { inputNeed } from './input-need';
import { numberOfPicture } from './picture-identity';
import { until } from './until';
import { network, status } from './worker-state';

/** The first frame of the picture on screen that the network on screen saw; null: it did not see this picture yet. */
export const firstSequence = signal<number | null>(null);
/** Which picture is on screen: the same number whenever the same one comes back; cut or mirrored otherwise it is another. */
export const pictureNumber = signal(0);

/** Which pictures the networks saw, by the first frame of each time that one was drawn after another; the frames up to the next entry are of it. */
const log = signal<readonly { readonly from: number; readonly picture: number }[]>([]);
/** A person who paints for an hour; frames of before are of no picture that is known. */
const longestLog = 2000;

/** What came on screen when, milliseconds since the epoch; the last one is there now. Frames of earlier ones are still under way. */
let shows: readonly { readonly sinceMs: number; readonly picture: number }[] = [{ sinceMs: 0, picture: 0 }];
const mostShows = 100;

/** Another picture is on screen, or the same one cut or mirrored otherwise: frames taken before are not of this time. */
export function notePictureChange(shown: FrameSource | null, nowMs: number): void {
  batch(() => {
    pictureNumber.value = numberOfPicture(shown);
    shows = [...shows, { sinceMs: nowMs, picture: pictureNumber.peek() }].slice(-mostShows);
    firstSequence.value = null;
  });
}

/** Another network is on screen: it has seen nothing yet. */
export function forgetPictureSeen(): void {
  firstSequence.value = null;
}

/** The network saw a frame. Later ones of the same picture change nothing: it may be sent again, to another worker. */
export function notePictureSeen(frame: { readonly sequence: number; readonly capturedAtMs: number }): void {
  // Pictures may follow each other faster than a frame is drawn: it is of the one that was there when it was taken.
  const show = shows.findLast(({ sinceMs }) => sinceMs <= frame.capturedAtMs);
  if (show === undefined) return;
  batch(() => {
    if (log.peek().at(-1)?.picture !== show.picture) log.value = [...log.peek(), { from: frame.sequence, picture: show.picture }].slice(-longestLog);
    if (firstSequence.peek() === null && show === shows.at(-1)) firstSequence.value = frame.sequence;
  });
}

/** The picture that a frame is of; null: none that is known. */
export function pictureOfFrame(sequence: number): number | null {
  return log.value.findLast(({ from }) => from <= sequence)?.picture ?? null;
}

/** True: made from a frame of another picture than the one on screen. */
export function isOfOtherPicture(sequence: number): boolean {
  return pictureOfFrame(sequence) !== pictureNumber.value;
}

/** Resolves when the network has seen the picture on screen, or when that will not be: it takes other pictures, or there is no network. */
export function whenPictureIsSeen(): Promise<void> {
  // A failure that is on screen may be of anything, of a file that was not saved, say: frames come all the same.
  return until(() => firstSequence.value !== null || inputNeed.value !== null || status.value.phase === 'failed' || (network.value === null && failure.value !== null));
}
