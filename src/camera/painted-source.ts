import { AppError } from '../contract/errors';
import { createBitmapSource } from './bitmap-source';
import type { FrameSource } from './frame-source';
import { decodePicture } from './picture-source';

/** A place of the network's square as the person sees it (mirrored where the source is), 0..1 from its top left. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
}

/** One thing painted over a frozen picture. Radii are parts of the square's side. */
export type Stroke =
  /** `erase`: the square's mean colour; `blur`: so soft that nothing can be recognised. */
  | { readonly tool: 'erase' | 'blur'; readonly points: readonly StrokePoint[]; readonly radius: number }
  /** A disc goes elsewhere; the mean colour stays behind. */
  | { readonly tool: 'move'; readonly from: StrokePoint; readonly to: StrokePoint; readonly radius: number };

/** A blurred part keeps no more than this many pixels along the square's side. */
const blurredSidePx = 8;

/**
 * A still with strokes painted over it; strokes apply in order.
 *
 * @param original  a still or picture · borrowed, not changed
 * @returns         owned by the caller until `dispose`
 * @throws AppError 'input-mismatch' for a source without a still picture
 */
export async function createPaintedSource(original: FrameSource, strokes: readonly Stroke[]): Promise<FrameSource> {
  if (original.display.kind !== 'picture' || original.takeArray !== undefined) throw new AppError('input-mismatch', 'only a still picture can be painted over');
  const { bitmap } = original.display;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  if (context === null) throw new AppError('out-of-memory', 'no drawing context for the painted picture', true);
  context.drawImage(bitmap, 0, 0);
  const colour = meanColour(context, original);
  for (const stroke of strokes) {
    if (stroke.tool === 'move') move(context, original, stroke, colour);
    else if (stroke.tool === 'erase') erase(context, original, stroke, colour);
    else blur(context, original, stroke);
  }
  return createBitmapSource('still', canvas.transferToImageBitmap(), original.label, original.mirror);
}

interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

function toPixels({ crop, mirror }: FrameSource, point: StrokePoint): PixelPoint {
  return { x: crop.x + (mirror ? 1 - point.x : point.x) * crop.sizePx, y: crop.y + point.y * crop.sizePx };
}

function meanColour(context: OffscreenCanvasRenderingContext2D, { crop }: FrameSource): string {
  const small = new OffscreenCanvas(16, 16);
  const smallContext = small.getContext('2d', { willReadFrequently: true });
  if (smallContext === null) return 'rgb(128 128 128)';
  smallContext.imageSmoothingQuality = 'high';
  smallContext.drawImage(context.canvas, crop.x, crop.y, crop.sizePx, crop.sizePx, 0, 0, 16, 16);
  const { data } = smallContext.getImageData(0, 0, 16, 16);
  const sums = [0, 0, 0];
  for (let place = 0; place < data.length; place += 4) for (let channel = 0; channel < 3; channel += 1) sums[channel] = (sums[channel] ?? 0) + (data[place + channel] ?? 0);
  return `rgb(${sums.map((sum) => Math.round(sum / 256)).join(' ')})`;
}

/** The line of a stroke with round ends; a tap is a disc. */
function trace(context: OffscreenCanvasRenderingContext2D, source: FrameSource, points: readonly StrokePoint[], radius: number): void {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = 2 * radius * source.crop.sizePx;
  context.beginPath();
  points.forEach((point, index) => {
    const { x, y } = toPixels(source, point);
    if (index === 0) context.moveTo(x, y);
    // A line of no length draws nothing in some browsers.
    context.lineTo(x + (index === 0 ? 0.01 : 0), y);
  });
  context.stroke();
}

function erase(context: OffscreenCanvasRenderingContext2D, source: FrameSource, stroke: Extract<Stroke, { readonly tool: 'erase' | 'blur' }>, colour: string): void {
  context.strokeStyle = colour;
  trace(context, source, stroke.points, stroke.radius);
}

/** Scaled down and up again instead of a filter: not every browser has canvas filters. */
function blur(context: OffscreenCanvasRenderingContext2D, source: FrameSource, stroke: Extract<Stroke, { readonly tool: 'erase' | 'blur' }>): void {
  const { width, height } = context.canvas;
  const scale = blurredSidePx / source.crop.sizePx;
  const small = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const smallContext = small.getContext('2d');
  const soft = new OffscreenCanvas(width, height);
  const softContext = soft.getContext('2d');
  if (smallContext === null || softContext === null) return;
  smallContext.imageSmoothingQuality = 'high';
  smallContext.drawImage(context.canvas, 0, 0, small.width, small.height);
  softContext.lineCap = 'round';
  softContext.strokeStyle = '#000';
  trace(softContext, source, stroke.points, stroke.radius);
  softContext.globalCompositeOperation = 'source-in';
  softContext.imageSmoothingQuality = 'high';
  softContext.drawImage(small, 0, 0, width, height);
  context.drawImage(soft, 0, 0);
}

function move(context: OffscreenCanvasRenderingContext2D, source: FrameSource, stroke: Extract<Stroke, { readonly tool: 'move' }>, colour: string): void {
  const from = toPixels(source, stroke.from);
  const to = toPixels(source, stroke.to);
  const radiusPx = stroke.radius * source.crop.sizePx;
  const side = Math.max(1, Math.ceil(2 * radiusPx));
  const taken = new OffscreenCanvas(side, side);
  const takenContext = taken.getContext('2d');
  if (takenContext === null) return;
  takenContext.beginPath();
  takenContext.arc(side / 2, side / 2, radiusPx, 0, 2 * Math.PI);
  takenContext.clip();
  takenContext.drawImage(context.canvas, from.x - side / 2, from.y - side / 2, side, side, 0, 0, side, side);
  context.fillStyle = colour;
  context.beginPath();
  context.arc(from.x, from.y, radiusPx, 0, 2 * Math.PI);
  context.fill();
  context.drawImage(taken, to.x - side / 2, to.y - side / 2);
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
