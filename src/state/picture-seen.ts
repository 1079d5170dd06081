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

/** Which pictures the networks saw, by the first frame of each time they were on screen; the frames up to the next entry are of it. */
let log: readonly { readonly from: number; readonly picture: number }[] = [];
/** A person who paints for an hour; frames of before are of no picture that is known. */
const longestLog = 2000;

/** When the picture on screen came there, milliseconds since the epoch. */
let sinceMs = 0;

/** Another picture is on screen, or the same one cut or mirrored otherwise: frames taken before are not of this time. */
export function notePictureChange(shown: FrameSource | null, nowMs: number): void {
  sinceMs = nowMs;
  batch(() => {
    pictureNumber.value = numberOfPicture(shown);
    firstSequence.value = null;
  });
}

/** Another network is on screen: it has seen nothing yet. */
export function forgetPictureSeen(): void {
  firstSequence.value = null;
}

/** The network saw a frame. Later ones of the same picture change nothing: it may be sent again, to another worker. */
export function notePictureSeen(frame: { readonly sequence: number; readonly capturedAtMs: number }): void {
  if (firstSequence.peek() !== null || frame.capturedAtMs < sinceMs) return;
  log = [...log, { from: frame.sequence, picture: pictureNumber.peek() }].slice(-longestLog);
  firstSequence.value = frame.sequence;
}

/** The picture that a frame is of; null: none that is known. */
export function pictureOfFrame(sequence: number): number | null {
  // What is known grows with the first frame of each picture.
  void firstSequence.value;
  return log.findLast(({ from }) => from <= sequence)?.picture ?? null;
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
