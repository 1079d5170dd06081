import { computed, signal } from '@preact/signals-core';
import type { CameraAbilities, CameraDevice, OpenCamera } from '../camera/camera.interface';
import type { FrameSource } from '../camera/frame-source';
import type { CropSquare } from '../contract/frames';

/** Size of the picture on screen and what of it the network sees; follows the source. */
export interface PictureShape {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly crop: CropSquare;
  readonly mirror: boolean;
}

/** What is on screen and feeds the network; owned here. */
export const source = signal<FrameSource | null>(null);
/** The live source that waits behind a frozen frame; owned here. */
export const waitingSource = signal<FrameSource | null>(null);
export const pictureShape = signal<PictureShape | null>(null);

export const camera = signal<OpenCamera | null>(null);
export const cameras = signal<readonly CameraDevice[]>([]);
export const cameraAbilities = signal<CameraAbilities | null>(null);
export const cameraOpening = signal(false);
/** The system withholds pictures (a call came in). */
export const cameraMuted = signal(false);
export const torchOn = signal(false);
export const zoom = signal<number | null>(null);

/** False until the person started the camera or opened a picture: the page explains itself. */
export const begun = signal(false);

export const frozen = computed(() => waitingSource.value !== null);
/** Frames keep coming: the maps move by themselves. */
export const isLive = computed(() => source.value !== null && !source.value.still);
/** A still keeps the mirroring it was taken with, also with strokes over it; numbers of an array have no left and right for a person. */
export const canMirror = computed(() => pictureShape.value !== null && source.value?.kind !== 'still' && source.value?.arrayShape === undefined);
export const canFreeze = computed(() => frozen.value || isLive.value);
export const cameraOn = computed(() => camera.value !== null);
