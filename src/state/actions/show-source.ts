import { batch } from '@preact/signals-core';
import type { FrameSource } from '../../camera/frame-source';
import { view } from '../choices';
import { notePictureChange } from '../picture-seen';
import { getRuntime } from '../runtime';
import { camera, cameraAbilities, cameraMuted, pictureShape, source, torchOn, waitingSource, zoom } from '../source-state';

let stopFollowing: () => void = () => undefined;

/** Puts a source on screen and before the network. Owns it; what was there is disposed, a frozen frame's live source too. */
export function showSource(next: FrameSource | null): void {
  const before = source.peek();
  const waiting = waitingSource.peek();
  putOnScreen(next, null);
  if (before !== next) before?.dispose();
  if (waiting !== null && waiting !== next) waiting.dispose();
}

/** A frozen frame on screen while its live source waits, or the live source back again. The other one is kept. */
export function putOnScreen(next: FrameSource | null, waiting: FrameSource | null): void {
  stopFollowing();
  if (next !== null) applyMirror(next);
  const follow = (): void => {
    pictureShape.value = next === null || next.widthPx === 0 ? null
      : { widthPx: next.widthPx, heightPx: next.heightPx, crop: next.crop, mirror: next.mirror };
  };
  stopFollowing = next === null ? () => undefined : next.onChange(() => {
    notePictureChange(next, getRuntime().page.nowMs());
    follow();
  });
  batch(() => {
    source.value = next;
    waitingSource.value = waiting;
    notePictureChange(next, getRuntime().page.nowMs());
    follow();
  });
  getRuntime().supervisor.setSource(next);
}

/** Cameras follow the person's choice; a frozen frame keeps the mirroring it was taken with, pictures keep theirs. */
export function applyMirror(target: FrameSource): void {
  const { mirror } = view.peek();
  if (target.kind === 'still') return;
  const wanted = mirror === 'auto' ? target.kind === 'camera' && camera.peek()?.device.facing === 'user' : mirror === 'on';
  if (target.mirror !== wanted) target.mirror = wanted;
}

/** Turns the camera off; its light goes out. */
export function closeCamera(): void {
  const open = camera.peek();
  batch(() => {
    camera.value = null;
    cameraAbilities.value = null;
    cameraMuted.value = false;
    torchOn.value = false;
    zoom.value = null;
  });
  open?.close();
}
