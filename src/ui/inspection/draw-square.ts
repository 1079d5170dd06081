import { original } from '../../state/painting';
import type { LinkedPlace } from '../../state/inspection';
import { pictureShape, source } from '../../state/source-state';

/** Draws what the network sees of the picture, mirrored as it sees it, over the whole of a square canvas. @param unpainted  as it was before strokes */
export function drawSquare(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, unpainted = false): void {
  const shown = (unpainted ? original.peek() : null) ?? source.peek();
  const shape = pictureShape.peek();
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (shown === null || shape === null) return;
  const picture = shown.display.kind === 'video' ? shown.display.element : shown.display.bitmap;
  if (picture.width === 0 && shown.display.kind === 'picture') return;
  context.save();
  if (shape.mirror) {
    context.translate(width, 0);
    context.scale(-1, 1);
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, shape.crop.x, shape.crop.y, shape.crop.sizePx, shape.crop.sizePx, 0, 0, width, height);
  context.restore();
}

/** Draws the one pixel of the picture at a place of the network's square. @returns its red, green and blue, 0..255; '' where there is none */
export function drawPixel(context: CanvasRenderingContext2D, at: LinkedPlace): string {
  const shown = source.peek();
  const shape = pictureShape.peek();
  if (shown === null || shape === null) return '';
  const picture = shown.display.kind === 'video' ? shown.display.element : shown.display.bitmap;
  const across = shape.mirror ? 1 - at.x : at.x;
  const last = shape.crop.sizePx - 1;
  context.drawImage(picture, shape.crop.x + Math.min(last, Math.floor(across * shape.crop.sizePx)), shape.crop.y + Math.min(last, Math.floor(at.y * shape.crop.sizePx)), 1, 1, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)].join(', ');
}

/** The still that {@link drawSquare} draws, and what else its drawing depends on; null where the picture moves or is gone. */
export function squareKey(unpainted: boolean): { readonly bitmap: ImageBitmap; readonly key: string } | null {
  const shown = (unpainted ? original.peek() : null) ?? source.peek();
  const shape = pictureShape.peek();
  if (shown === null || shape === null || shown.display.kind === 'video' || shown.display.bitmap.width === 0) return null;
  const { crop, mirror } = shape;
  return { bitmap: shown.display.bitmap, key: `${crop.x} ${crop.y} ${crop.sizePx} ${mirror}` };
}
