import { useLayoutEffect, useRef } from 'preact/hooks';
import type { MapPlane } from '../../contract/map-plane';
import { paintPlane, type ColourRange } from '../../state/colours-of-map';
import { place } from '../../state/inspection';
import { pictureShape, source } from '../../state/source-state';
import { isNarrow } from '../page/media';
import { drawSquare, squareKey } from './draw-square';

/** Enough for a card; more only costs drawing. */
const sidePx = 320;

interface MapCanvasProps {
  readonly plane: MapPlane | null;
  readonly range: ColourRange | null;
  readonly strength: number;
  readonly crisp: boolean;
  readonly label: string;
  /** True: the picture as it was before it was painted over. */
  readonly original?: boolean;
}

/** The network's square of the picture with a map over it and the crosshair that all maps share. */
export function MapCanvas({ plane, range, strength, crisp, label, original = false }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = source.value;
  const shape = pictureShape.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (context === null) return;
    drawMap(context, plane, range, strength, crisp, original);
  }, [original, plane, range?.high, range?.low, range?.map, strength, crisp, shown, shape]);
  return (
    <div class="map-canvas">
      <canvas ref={canvas} width={sidePx} height={sidePx} role="img" aria-label={label} />
      <SharedCrosshair label={label} plane={plane} />
    </div>
  );
}

/** Draws picture and map into a square context. */
export function drawMap(context: CanvasRenderingContext2D, plane: MapPlane | null, range: ColourRange | null, strength: number, crisp: boolean, original = false): void {
  const side = context.canvas.width;
  const dim = plane === null || range === null ? 0 : strength;
  drawBackground(context, dim, original);
  if (plane === null || range === null || strength === 0) return;
  context.globalAlpha = strength;
  context.imageSmoothingEnabled = !crisp;
  context.drawImage(paintLayer(plane, range, chooseSide(plane, side, crisp), crisp), 0, 0, side, side);
  context.imageSmoothingEnabled = true;
  context.globalAlpha = 1;
}

interface Background {
  readonly key: string;
  readonly canvas: OffscreenCanvas;
}

/** The last two backgrounds of each picture, plain and dimmed: scaling and blending it is most of the work, and all maps share them. */
const backgrounds = new WeakMap<object, readonly Background[]>();

function drawBackground(context: CanvasRenderingContext2D, dim: number, original: boolean): void {
  const side = context.canvas.width;
  const picture = squareKey(original);
  if (picture === null) {
    drawSquare(context, original);
    return;
  }
  const key = `${side} ${dim} ${picture.key}`;
  const known = backgrounds.get(picture.bitmap) ?? [];
  const found = known.find((background) => background.key === key);
  if (found !== undefined) {
    context.drawImage(found.canvas, 0, 0);
    return;
  }
  const canvas = new OffscreenCanvas(side, side);
  const own = canvas.getContext('2d');
  if (own === null) return;
  drawSquare(own, original);
  if (dim > 0) {
    // The picture steps back: grey and darker. Blending instead of a filter, which not every browser has.
    own.globalCompositeOperation = 'saturation';
    own.fillStyle = `rgb(128 128 128 / ${dim})`;
    own.fillRect(0, 0, side, side);
    own.globalCompositeOperation = 'source-over';
    own.fillStyle = `rgb(0 0 0 / ${0.45 * dim})`;
    own.fillRect(0, 0, side, side);
  }
  backgrounds.set(picture.bitmap, [{ key, canvas }, ...known].slice(0, 2));
  context.drawImage(canvas, 0, 0);
}

/** Coarser maps are interpolated as values, to this many pixels; then the browser scales the colours, which is far quicker. */
const smoothSidePx = 128;

/** Saved pictures are drawn in full; on screen a map is coloured at its own resolution, again and again while it is made. */
function chooseSide(plane: MapPlane, side: number, crisp: boolean): number {
  const own = Math.max(plane.width, plane.height);
  if (crisp) return plane.width === plane.height ? own : side;
  return side > sidePx ? side : Math.min(side, Math.max(own, smoothSidePx));
}

interface PaintedLayer {
  readonly key: string;
  readonly canvas: OffscreenCanvas;
}

/** The last drawing of each plane: a change of strength, or of the picture below, colours nothing again. */
const layersOfPlanes = new WeakMap<MapPlane, PaintedLayer>();

function paintLayer(plane: MapPlane, range: ColourRange, side: number, crisp: boolean): OffscreenCanvas {
  const key = `${side} ${crisp} ${range.map} ${range.low} ${range.high}`;
  const known = layersOfPlanes.get(plane);
  if (known?.key === key) return known.canvas;
  const canvas = new OffscreenCanvas(side, side);
  canvas.getContext('2d')?.putImageData(new ImageData(paintPlane(plane, range, side, crisp), side, side), 0, 0);
  layersOfPlanes.set(plane, { key, canvas });
  return canvas;
}

/** One place on all maps: by mouse, finger or arrow keys. */
function SharedCrosshair({ label, plane }: { readonly label: string; readonly plane: MapPlane | null }) {
  const element = useRef<HTMLDivElement>(null);
  const at = place.value;
  const pointTo = (event: MouseEvent): void => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    place.value = { y: clamp((event.clientY - box.top) / box.height), x: clamp((event.clientX - box.left) / box.width) };
  };
  const handleKey = (event: KeyboardEvent): void => {
    const step = 1 / Math.max(plane?.width ?? 16, 8);
    const moves: Readonly<Record<string, readonly [y: number, x: number]>> = { ArrowRight: [0, step], ArrowLeft: [0, -step], ArrowDown: [step, 0], ArrowUp: [-step, 0] };
    const move = moves[event.key];
    if (move === undefined) return;
    const from = place.peek() ?? { y: 0.5, x: 0.5 };
    place.value = { y: clamp(from.y + move[0]), x: clamp(from.x + move[1]) };
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={element} class="shared-crosshair" tabIndex={0} role="application" aria-label={`Point at ${label} with the arrow keys`} onKeyDown={handleKey}
      onPointerDown={(event) => { if (event.pointerType !== 'touch') { element.current?.setPointerCapture(event.pointerId); pointTo(event); } }}
      onPointerMove={(event) => { if (event.pointerType !== 'touch' || !isNarrow.peek()) pointTo(event); }}
      // A finger that scrolls passes over maps; one that taps means the place.
      onClick={pointTo}>
      {at !== null && <><i class="cross-row" style={{ top: `${at.y * 100}%` }} /><i class="cross-column" style={{ left: `${at.x * 100}%` }} /></>}
    </div>
  );
}

function clamp(share: number): number {
  return Math.min(0.9999, Math.max(0, share));
}
