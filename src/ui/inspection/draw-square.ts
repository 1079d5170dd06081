import { original } from '../../state/painting';
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
