import type { CropSquare } from '../contract/frames';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PictureFit {
  /** The whole picture inside the stage (may reach beyond it), CSS pixels from the stage's corner. */
  readonly picture: Box;
  /** The square that the network sees; always wholly inside the stage. */
  readonly square: Box;
}

/**
 * Where a picture lies on the stage: as large as it can be while the network's square stays wholly in sight.
 * The picture's margins beyond the square may be cut off.
 */
export function fitPicture(
  stage: { readonly widthPx: number; readonly heightPx: number },
  picture: { readonly widthPx: number; readonly heightPx: number },
  crop: CropSquare, mirror: boolean,
): PictureFit | null {
  if (stage.widthPx <= 0 || stage.heightPx <= 0 || picture.widthPx <= 0 || picture.heightPx <= 0 || crop.sizePx <= 0) return null;
  const cover = Math.max(stage.widthPx / picture.widthPx, stage.heightPx / picture.heightPx);
  const whole = Math.min(stage.widthPx, stage.heightPx) / crop.sizePx;
  const scale = Math.min(cover, whole);
  const cropX = mirror ? picture.widthPx - crop.x - crop.sizePx : crop.x;
  const width = picture.widthPx * scale;
  const height = picture.heightPx * scale;
  const side = crop.sizePx * scale;
  const left = placeAxis(stage.widthPx, width, cropX * scale, side);
  const top = placeAxis(stage.heightPx, height, crop.y * scale, side);
  return {
    picture: { left, top, width, height },
    square: { left: left + cropX * scale, top: top + crop.y * scale, width: side, height: side },
  };
}

/** Centred; moved only as far as the square needs to stay inside. */
function placeAxis(stagePx: number, picturePx: number, squareStartPx: number, squarePx: number): number {
  const centred = (stagePx - picturePx) / 2;
  const least = -squareStartPx;
  const most = stagePx - squareStartPx - squarePx;
  return Math.min(Math.max(centred, least), most);
}
