import { AppError } from '../contract/errors';
import type { OpenCamera } from './camera.interface';
import type { FrameSource } from './frame-source';
import { prepareVideo, startVideo } from './video-frames';
import { createVideoSource } from './video-source';

/**
 * Plays an open camera in a `<video>` and gives its frames. Front cameras are mirrored, as people know themselves.
 *
 * @param camera   borrowed: the caller closes it (freezing keeps it open)
 * @param element  in the DOM, shown by the page · borrowed until `dispose`
 * @throws AppError 'camera-failed' when the element cannot play the stream
 */
export async function createCameraSource(camera: OpenCamera, element: HTMLVideoElement): Promise<FrameSource> {
  prepareVideo(element);
  element.srcObject = camera.stream;
  try {
    await startVideo(element);
  } catch (thrown) {
    element.srcObject = null;
    throw new AppError('camera-failed', `the camera's picture cannot be played: ${String(thrown)}`, true, { cause: thrown });
  }
  return createVideoSource(element, {
    kind: 'camera',
    label: camera.device.label,
    mirror: camera.device.facing === 'user',
    release: () => { if (element.srcObject === camera.stream) element.srcObject = null; },
  });
}
