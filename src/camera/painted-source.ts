import { AppError } from '../contract/errors';
import type { Painting, Stroke } from '../contract/strokes';
import { createBitmapSource } from './bitmap-source';
import type { FrameSource } from './frame-source';
import { decodePicture } from './picture-source';

/**
 * A still with strokes painted over it; strokes apply in order.
 *
 * @param original  a still or picture · borrowed, not changed
 * @param paint     draws the strokes, away from the window; what it returns is owned here
 * @returns         owned by the caller until `dispose`
 * @throws AppError 'input-mismatch' for a source without a still picture · what `paint` throws
 */
export async function createPaintedSource(original: FrameSource, strokes: readonly Stroke[], paint: (painting: Painting) => Promise<ImageBitmap>): Promise<FrameSource> {
  if (original.display.kind !== 'picture' || original.takeArray !== undefined) throw new AppError('input-mismatch', 'only a still picture can be painted over');
  const { display: { bitmap }, crop, mirror, label } = original;
  return createBitmapSource('still', await paint({ picture: bitmap, crop, mirror, strokes }), label, mirror);
}

/** What a still shows, without loss. @throws AppError 'picture-unreadable' when the browser cannot encode it */
export async function encodeStill(source: FrameSource): Promise<Blob> {
  if (source.display.kind !== 'picture') throw new AppError('picture-unreadable', 'a running source is not encoded');
  const { bitmap } = source.display;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** A kept moment as a still again, mirrored as it was. @returns owned by the caller until `dispose` */
export async function createStillFromPicture(picture: Blob, label: string, mirror: boolean): Promise<FrameSource> {
  return createBitmapSource('still', await decodePicture(picture, label), label, mirror);
}
