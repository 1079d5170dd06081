import { batch } from '@preact/signals-core';
import type { OpenCamera } from '../../camera/camera.interface';
import { AppError } from '../../contract/errors';
import { changeView } from '../choices';
import { clearFailure, reportFailure } from '../failure';
import { getRuntime } from '../runtime';
import { begun, camera, cameraAbilities, cameraMuted, cameraOpening, cameras, source, zoom } from '../source-state';
import { leavePictures } from './open-picture';
import { closeCamera, showSource } from './show-source';

/**
 * Asks for the camera and puts it on screen. What was on screen stays until the camera is there, so a refusal costs nothing.
 *
 * @param deviceId  the person's choice; undefined: the one chosen last, else the rear one
 */
export async function startCamera(deviceId?: string): Promise<void> {
  if (cameraOpening.peek()) return;
  const { sources } = getRuntime();
  cameraOpening.value = true;
  try {
    // Many phones cannot open two cameras at once: the old one is let go first.
    if (camera.peek() !== null) {
      showSource(null);
      closeCamera();
    }
    const opened = await sources.openCamera({ deviceId: deviceId ?? sources.readRememberedCamera() });
    await showCamera(opened);
    if (deviceId !== undefined) sources.rememberCamera(deviceId);
    cameras.value = await sources.listCameras();
  } catch (thrown) {
    reportFailure(thrown);
  } finally {
    cameraOpening.value = false;
  }
}

/** The next camera of the list: front, rear, the one plugged in. */
export async function switchCamera(): Promise<void> {
  const list = cameras.peek();
  const index = list.findIndex((device) => device.deviceId === camera.peek()?.device.deviceId);
  const next = list[(index + 1) % Math.max(1, list.length)];
  await startCamera(next?.deviceId);
}

async function showCamera(opened: OpenCamera): Promise<void> {
  const { sources } = getRuntime();
  const made = await sources.cameraSource(opened).catch((thrown: unknown) => {
    opened.close();
    throw thrown;
  });
  batch(() => {
    leavePictures();
    camera.value = opened;
    cameraAbilities.value = opened.abilities;
    zoom.value = opened.abilities.zoom?.value ?? null;
    begun.value = true;
    clearFailure();
  });
  changeView({ picture: null });
  showSource(made);
  opened.onMutedChange((muted) => { cameraMuted.value = muted; });
  opened.onEnded(() => {
    if (camera.peek() !== opened) return;
    // The last picture stays on screen: losing the camera is no reason to lose the object.
    if (source.peek() === made) closeCamera();
    reportFailure(new AppError('camera-ended', opened.device.label));
  });
}
