import { AppError } from '../contract/errors';
import { createBitmapSource } from './bitmap-source';
import type { FrameSource } from './frame-source';
import { signatureBytes, sniffPictureFormat } from './picture-format';
import { readPictureSize } from './picture-size';

/** The longer side of what is kept: the network sees far less, and a phone's memory is small. */
const largestSidePx = 2048;
/** Decoding more than this takes a tab's whole memory in some browsers. */
const largestPixels = 300e6;

/**
 * A picture from a file, a drop, a paste or the network, turned as its EXIF data says and no larger than {@link largestSidePx}.
 *
 * @returns owned by the caller until `dispose`
 * @throws AppError 'picture-unsupported' when the format is one this browser cannot show (the detail begins with its name: HEIC, TIFF, PDF …)
 *         · 'picture-unreadable' when it is broken or no picture
 */
export async function createPictureSource(file: Blob, label: string): Promise<FrameSource> {
  return createBitmapSource('picture', await decodePicture(file, label), label, false);
}

/** The pixels of {@link createPictureSource}, owned by the caller. @throws AppError as there */
export async function decodePicture(file: Blob, label: string): Promise<ImageBitmap> {
  const head = new Uint8Array(await readHead(file, label));
  const format = sniffPictureFormat(head.subarray(0, signatureBytes));
  let bitmap: ImageBitmap;
  try {
    bitmap = format === 'svg' ? await rasteriseVector(file) : await decodeScaled(file, head);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    if (format === 'heic' || format === 'tiff' || format === 'pdf' || format === 'avif') {
      throw new AppError('picture-unsupported', `${format.toUpperCase()}: ${label}`, false, { cause: thrown });
    }
    if (format === 'video') throw new AppError('picture-unsupported', `video: ${label}`, false, { cause: thrown });
    throw new AppError('picture-unreadable', `${label} (${format}): ${String(thrown)}`, false, { cause: thrown });
  }
  return bitmap;
}

/** Signatures and the header with the size lie within the first 256 KiB, also behind a large EXIF block. */
async function readHead(file: Blob, label: string): Promise<ArrayBuffer> {
  try {
    return await file.slice(0, 256 * 1024).arrayBuffer();
  } catch (thrown) {
    // A file that moved or is in the cloud only can be listed and not read.
    throw new AppError('picture-unreadable', `${label}: ${String(thrown)}`, true, { cause: thrown });
  }
}

async function decodeScaled(file: Blob, head: Uint8Array): Promise<ImageBitmap> {
  const size = readPictureSize(head);
  if (size !== null && size.width * size.height > largestPixels) {
    throw new AppError('picture-unsupported', `size: ${size.width} x ${size.height} pixels`);
  }
  if (size !== null && Math.max(size.width, size.height) > largestSidePx) {
    // Told before decoding, a decoder need not hold the whole picture. One side only: the other follows, whichever way it is turned.
    const scale = largestSidePx / Math.max(size.width, size.height);
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', resizeQuality: 'high', resizeWidth: Math.max(1, Math.round(size.width * scale)) });
    return shrink(bitmap);
  }
  return shrink(await createImageBitmap(file, { imageOrientation: 'from-image' }));
}

/** For formats whose size was not read from the header, and pictures that EXIF turned. */
async function shrink(bitmap: ImageBitmap): Promise<ImageBitmap> {
  const longest = Math.max(bitmap.width, bitmap.height);
  if (longest <= largestSidePx) return bitmap;
  const scale = largestSidePx / longest;
  try {
    return await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.round(bitmap.width * scale)), resizeHeight: Math.max(1, Math.round(bitmap.height * scale)), resizeQuality: 'high',
    });
  } finally {
    bitmap.close();
  }
}

/** `createImageBitmap` refuses SVG files; an image element draws them. */
async function rasteriseVector(file: Blob): Promise<ImageBitmap> {
  const address = URL.createObjectURL(new Blob([file], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const longest = Math.max(image.naturalWidth, image.naturalHeight, 1);
    const scale = 1024 / longest;
    return await createImageBitmap(image, {
      resizeWidth: Math.max(1, Math.round((image.naturalWidth || 1) * scale)), resizeHeight: Math.max(1, Math.round((image.naturalHeight || 1) * scale)),
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}
