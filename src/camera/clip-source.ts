import { AppError } from '../contract/errors';
import type { FrameSource } from './frame-source';
import { prepareVideo, startVideo } from './video-frames';
import { createVideoSource } from './video-source';

/**
 * A short clip that plays for ever.
 *
 * @param clip     its address, or the file itself
 * @param element  in the DOM, shown by the page · borrowed until `dispose`
 * @throws AppError 'picture-unreadable' when the browser cannot play it
 */
export async function createClipSource(clip: string | Blob, label: string, element: HTMLVideoElement): Promise<FrameSource> {
  const address = typeof clip === 'string' ? clip : URL.createObjectURL(clip);
  const release = (): void => {
    element.pause();
    element.removeAttribute('src');
    element.load();
    if (typeof clip !== 'string') URL.revokeObjectURL(address);
  };
  prepareVideo(element);
  element.loop = true;
  element.srcObject = null;
  element.src = address;
  try {
    await startVideo(element);
  } catch (thrown) {
    release();
    throw new AppError('picture-unreadable', `${label}: ${String(thrown)}`, false, { cause: thrown });
  }
  return createVideoSource(element, { kind: 'clip', label, mirror: false, release });
}
