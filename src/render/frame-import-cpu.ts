import type { InputSpec } from '../contract/card';
import { AppError } from '../contract/errors';
import type { CropSquare } from '../contract/frames';
import { averageAreas, placeSums, placeTurned, type AveragePlan } from './area-average';
import { drawnSidesPx, splitArea } from './frame-import';
import { createPictureSummer, type SummedPicture } from './picture-sums';
import type { Rectangle } from './tile-geometry';

/** Turns frames into network input on the CPU (WASM tier). Owns its canvases and arrays. */
export interface CpuFrameImporter {
  /**
   * Crops, mirrors, shrinks by area averaging and normalises one frame. One call at a time.
   *
   * @param image  stays open: the caller closes it, after the promise has settled
   * @param crop   source pixels after rotation; what lies outside the picture is white
   * @returns      `[h, w, c]` f32, (pixel - mean) / std · owned by the importer, valid until the next call
   * @throws AppError 'input-mismatch' when the network wants neither 1 nor 3 channels
   */
  importFrame(image: VideoFrame | ImageBitmap, crop: CropSquare, mirror: boolean, spec: InputSpec): Promise<Float32Array>;
  dispose(): void;
}

/** Newer members than the type library knows: what turns the coded picture into the shown one. */
interface Orientation {
  readonly rotation?: number;
  readonly flip?: boolean;
}

/** What depends only on sizes; made anew when one of them changes. */
interface KeyedPlan extends AveragePlan {
  readonly key: string;
  /** Where a copied frame is summed; null: without SIMD, or a frame that is drawn. */
  readonly summed: SummedPicture | null;
}

/**
 * Makes the importer of the WASM tier. Camera frames are copied out as they are (`VideoFrame.copyTo`, measured 10 to 40
 * times as fast as drawing them without a GPU); pictures, frames with transparency and browsers without that copy are drawn first.
 *
 * @throws AppError 'internal' where no 2D canvas can be had in this thread
 */
export function createCpuFrameImporter(): CpuFrameImporter {
  const stages: OffscreenCanvasRenderingContext2D[] = [];
  let copied = new Uint32Array(0);
  let values = new Float32Array(0);
  let plan: KeyedPlan | null = null;
  let copyWorks = true;
  const summer = createPictureSummer();

  /** `source`: size of what is copied; null: not copied. */
  function planFor(key: string, source: { readonly width: number; readonly height: number } | null, make: () => Omit<AveragePlan, 'sums'>): KeyedPlan {
    if (plan === null || plan.key !== key) {
      const made = make();
      const summed = source === null || summer === null ? null : summer.prepare(source.width, source.height, made.rows, made.columns);
      plan = { key, sums: new Float64Array(made.columns.first.length * 3), summed, ...made };
    }
    return plan;
  }

  function stage(index: number, side: number): OffscreenCanvasRenderingContext2D {
    let context = stages[index];
    if (context === undefined) {
      const made = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
      if (made === null) throw new AppError('internal', 'no 2d context to read frames with');
      stages[index] = context = made;
    }
    if (context.canvas.width !== side) context.canvas.width = side;
    if (context.canvas.height !== side) context.canvas.height = side;
    context.imageSmoothingQuality = 'low';
    return context;
  }

  async function importByCopy(frame: VideoFrame, crop: CropSquare, mirror: boolean, spec: InputSpec): Promise<boolean> {
    const visible = frame.visibleRect;
    if (visible === null) return false;
    const { rotation = 0 } = frame as Orientation;
    const turned = rotation % 180 !== 0;
    const lying = cropInMemory(crop, rotation, frame);
    // Chroma is shared by 2 x 2 pixels: the copied rectangle must begin and end on even ones.
    const left = Math.max(0, Math.floor(lying.x / 2) * 2);
    const top = Math.max(0, Math.floor(lying.y / 2) * 2);
    const width = Math.min(visible.width, Math.ceil((lying.x + lying.width) / 2) * 2) - left;
    const height = Math.min(visible.height, Math.ceil((lying.y + lying.height) / 2) * 2) - top;
    if (width <= 0 || height <= 0) return false;
    const rows = turned ? spec.width : spec.height;
    const columns = turned ? spec.height : spec.width;
    const key = `copy ${lying.x - left} ${lying.y - top} ${lying.width} ${lying.height} ${width} ${height} ${rows} ${columns}`;
    const averaging = planFor(key, { width, height }, () => ({
      rows: splitArea(lying.y - top, lying.height, rows, height), columns: splitArea(lying.x - left, lying.width, columns, width),
      areaPx: (lying.width * lying.height) / (rows * columns),
    }));
    const { summed } = averaging;
    if (summed === null && copied.length < width * height) copied = new Uint32Array(width * height);
    const rect = { x: visible.x + left, y: visible.y + top, width, height };
    try {
      const target = summed?.pixels ?? new Uint8Array(copied.buffer, 0, width * height * 4);
      const options: VideoFrameCopyToOptions & { readonly format: string } = { rect, format: 'RGBA', layout: [{ offset: 0, stride: width * 4 }] };
      const layout = await frame.copyTo(target, options);
      // A browser that does not know `format` hands over the planes of the coded picture.
      copyWorks = layout.length === 1 && layout[0]?.stride === width * 4;
    } catch {
      copyWorks = false;
    }
    if (!copyWorks) return false;
    const placed = placeTurned(rotation, mirror, spec.height, spec.width);
    if (summed === null) averageAreas(copied, width, averaging, placed, spec, values);
    else {
      summed.sum();
      placeSums(summed.sums, averaging, placed, spec, values);
    }
    return true;
  }

  function importByDrawing(image: VideoFrame | ImageBitmap, crop: CropSquare, mirror: boolean, spec: InputSpec): void {
    const sides = drawnSidesPx(crop.sizePx, Math.max(spec.width, spec.height));
    let context = stage(0, sides[0] ?? 1);
    context.fillStyle = 'white';
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.drawImage(image, crop.x, crop.y, crop.sizePx, crop.sizePx, 0, 0, context.canvas.width, context.canvas.height);
    for (let index = 1; index < sides.length; index++) {
      const smaller = stage(index, sides[index] ?? 1);
      smaller.drawImage(context.canvas, 0, 0, smaller.canvas.width, smaller.canvas.height);
      context = smaller;
    }
    const side = context.canvas.width;
    const averaging = planFor(`draw ${side} ${spec.width} ${spec.height}`, null, () => ({
      rows: splitArea(0, side, spec.height, side), columns: splitArea(0, side, spec.width, side),
      areaPx: side ** 2 / (spec.width * spec.height),
    }));
    const pixels = new Uint32Array(context.getImageData(0, 0, side, side).data.buffer);
    averageAreas(pixels, side, averaging, placeTurned(0, mirror, spec.height, spec.width), spec, values);
  }

  return {
    async importFrame(image, crop, mirror, spec) {
      const count = spec.height * spec.width * spec.channels;
      if (values.length !== count) values = new Float32Array(count);
      if (copyWorks && canBeCopied(image) && await importByCopy(image, crop, mirror, spec)) return values;
      importByDrawing(image, crop, mirror, spec);
      return values;
    },
    dispose() {
      for (const context of stages) context.canvas.width = context.canvas.height = 1;
      stages.length = 0;
      copied = new Uint32Array(0);
      values = new Float32Array(0);
      plan = null;
    },
  };
}

/** The part of the frame as it lies in memory (its visible part) that is `crop` once it is turned clockwise and stretched to its shown size. */
function cropInMemory(crop: CropSquare, rotation: number, frame: VideoFrame): Rectangle {
  const { width: visibleWidth = 0, height: visibleHeight = 0 } = frame.visibleRect ?? {};
  const turned = rotation % 180 !== 0;
  const scaleX = visibleWidth / (turned ? frame.displayHeight : frame.displayWidth);
  const scaleY = visibleHeight / (turned ? frame.displayWidth : frame.displayHeight);
  const width = crop.sizePx * scaleX;
  const height = crop.sizePx * scaleY;
  const alongX = (turned ? crop.y : crop.x) * scaleX;
  const alongY = (turned ? crop.x : crop.y) * scaleY;
  return {
    x: rotation === 180 || rotation === 270 ? visibleWidth - alongX - width : alongX,
    y: rotation === 90 || rotation === 180 ? visibleHeight - alongY - height : alongY,
    width, height,
  };
}

/** True for a frame without transparency that is not mirrored. */
function canBeCopied(image: VideoFrame | ImageBitmap): image is VideoFrame {
  if (!('copyTo' in image) || image.visibleRect === null) return false;
  const { flip = false } = image as Orientation;
  return !flip && (image.format === 'I420' || image.format === 'NV12' || image.format === 'RGBX' || image.format === 'BGRX');
}
