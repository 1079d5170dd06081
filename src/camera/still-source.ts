import { AppError } from '../contract/errors';
import { withArray } from './array-source';
import { createBitmapSource } from './bitmap-source';
import type { FrameSource } from './frame-source';

/**
 * Freezes a source: a still of the frame that is on screen now. The source itself goes on (its camera stays open), so that
 * going back is setting it again.
 *
 * @returns owned by the caller until `dispose`
 * @throws AppError 'camera-failed' when there is no frame yet
 */
export async function freezeSource(source: FrameSource): Promise<FrameSource> {
  const { display } = source;
  try {
    const bitmap = await createImageBitmap(display.kind === 'video' ? display.element : display.bitmap);
    const still = createBitmapSource('still', bitmap, source.label, source.mirror);
    return source.takeArray === undefined ? still : withArray(still, source.takeArray());
  } catch (thrown) {
    throw new AppError('camera-failed', `no frame to freeze: ${String(thrown)}`, true, { cause: thrown });
  }
}
