import { AppError } from '../contract/errors';
import type { Painting, Stroke, StrokePoint } from '../contract/strokes';

/** A blurred part keeps no more than this many pixels along the square's side. */
const blurredSidePx = 8;

/**
 * A picture with its strokes, in order.
 *
 * @param painting  its picture is borrowed, not changed
 * @returns         of the picture's size · owned by the caller
 * @throws AppError 'out-of-memory' without a drawing context
 */
export function paintStrokes({ picture, strokes, ...view }: Painting): ImageBitmap {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  if (context === null) throw new AppError('out-of-memory', 'no drawing context for the painted picture', true);
  context.drawImage(picture, 0, 0);
  const colour = meanColour(context, view);
  for (const stroke of strokes) {
    if (stroke.tool === 'move') move(context, view, stroke, colour);
    else if (stroke.tool === 'erase') erase(context, view, stroke, colour);
    else blur(context, view, stroke);
  }
  return canvas.transferToImageBitmap();
}

type View = Pick<Painting, 'crop' | 'mirror'>;
type BrushStroke = Extract<Stroke, { readonly tool: 'erase' | 'blur' }>;

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

function toPixels({ crop, mirror }: View, point: StrokePoint): PixelPoint {
  return { x: crop.x + (mirror ? 1 - point.x : point.x) * crop.sizePx, y: crop.y + point.y * crop.sizePx };
}

function meanColour(context: OffscreenCanvasRenderingContext2D, { crop }: View): string {
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
function trace(context: OffscreenCanvasRenderingContext2D, view: View, points: readonly StrokePoint[], radius: number): void {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = 2 * radius * view.crop.sizePx;
  context.beginPath();
  points.forEach((point, index) => {
    const { x, y } = toPixels(view, point);
    if (index === 0) context.moveTo(x, y);
    // A line of no length draws nothing in some browsers.
    context.lineTo(x + (index === 0 ? 0.01 : 0), y);
  });
  context.stroke();
}

function erase(context: OffscreenCanvasRenderingContext2D, view: View, stroke: BrushStroke, colour: string): void {
  context.strokeStyle = colour;
  trace(context, view, stroke.points, stroke.radius);
}

/** The part of the picture that a stroke covers, whole pixels; null: nothing of it. */
function boundsOf({ width, height }: OffscreenCanvas, view: View, { points, radius }: BrushStroke): Bounds | null {
  const places = points.map((point) => toPixels(view, point));
  const radiusPx = Math.ceil(radius * view.crop.sizePx) + 1;
  const left = Math.max(0, Math.floor(Math.min(...places.map(({ x }) => x))) - radiusPx);
  const top = Math.max(0, Math.floor(Math.min(...places.map(({ y }) => y))) - radiusPx);
  const right = Math.min(width, Math.ceil(Math.max(...places.map(({ x }) => x))) + radiusPx);
  const bottom = Math.min(height, Math.ceil(Math.max(...places.map(({ y }) => y))) + radiusPx);
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null;
}

/** Scaled down and up again instead of a filter: not every browser has canvas filters. */
function blur(context: OffscreenCanvasRenderingContext2D, view: View, stroke: BrushStroke): void {
  const { width, height } = context.canvas;
  const bounds = boundsOf(context.canvas, view, stroke);
  if (bounds === null) return;
  const scale = blurredSidePx / view.crop.sizePx;
  const small = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const smallContext = small.getContext('2d');
  const soft = new OffscreenCanvas(bounds.width, bounds.height);
  const softContext = soft.getContext('2d');
  if (smallContext === null || softContext === null) return;
  smallContext.imageSmoothingQuality = 'high';
  smallContext.drawImage(context.canvas, 0, 0, small.width, small.height);
  softContext.translate(-bounds.left, -bounds.top);
  softContext.strokeStyle = '#000';
  trace(softContext, view, stroke.points, stroke.radius);
  softContext.globalCompositeOperation = 'source-in';
  softContext.imageSmoothingQuality = 'high';
  softContext.drawImage(small, 0, 0, width, height);
  context.drawImage(soft, bounds.left, bounds.top);
}

function move(context: OffscreenCanvasRenderingContext2D, view: View, stroke: Extract<Stroke, { readonly tool: 'move' }>, colour: string): void {
  const from = toPixels(view, stroke.from);
  const to = toPixels(view, stroke.to);
  const radiusPx = stroke.radius * view.crop.sizePx;
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
