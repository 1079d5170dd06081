import { divergingZeroIndex } from '../../contract/colour-map';
import { AppError } from '../../contract/errors';
import type { LayerId } from '../../contract/ids';
import type { MapScale } from '../../contract/session-spec';
import type { DrawStyle } from '../../contract/stage-layout';
import { explanationPixels, layerPixels } from '../colormap';
import { displayRange, isConstant, LayerRanges, largestFloat32 } from '../range';
import type { LayerView, Renderer, RenderInput, ValueRange } from '../renderer';
import { updateCells, type PlacedTile } from '../placed-tile';
import { SurfaceSet } from '../surface-set';
import { isVector, type Rectangle } from '../tile-geometry';
import { Canvas2dSurface } from './canvas2d-surface';
import { mapRange, paintInput, paintNearest, paintSmooth, type PixelTarget, type ValueMapping } from './paint';

/** Longest side at which a smooth explanation is coloured before the canvas scales it further. */
const explanationSidePx = 128;
/** Longest side at which the range of a thumbnail's maps is measured. */
const measuredSidePx = 32;

/** A surface out of sight is drawn with every so many frames only; as soon as it comes into view it gets a new layout and is drawn at once. */
const drawsPerHiddenDraw = 6;

/** What is known of one layer: its ranges, and the values of the frame being drawn (read at most once). */
interface LayerState {
  readonly ranges: LayerRanges;
  signed: boolean;
  vector: boolean;
  values: Float32Array | null;
  view: LayerView | null;
  /** Number of the draw in which the ranges were measured. */
  measuredIn: number;
}

/**
 * Renderer of the WASM tier: paints maps at the canvas's own resolution into one ImageData for each surface.
 * Only visible cells are converted; `LayerView.values` is called at most once for each visible layer and draw.
 * Where an explanation tile overlaps others it lies on top of them.
 */
export function createCanvas2dRenderer(): Renderer {
  const layers = new Map<LayerId, LayerState>();
  const surfaces = new SurfaceSet<Canvas2dSurface>((visible) => {
    for (const layer of layers.keys()) if (!visible.layers.has(layer)) layers.delete(layer);
  });
  const mapping: ValueMapping = { scale: 0, offset: 0, table: layerPixels('viridis', false) };
  const overlay = createOverlay();
  let inputValues: Float32Array | null = null;
  let drawCount = 0;
  let lastScale: MapScale = 'channel';

  function stateOf(layer: LayerId, view: LayerView): LayerState {
    let state = layers.get(layer);
    if (state === undefined || state.ranges.channels !== view.shape[2]) {
      state = { ranges: new LayerRanges(view.shape[2]), signed: view.signed, vector: isVector(view.shape), values: null, view: null, measuredIn: 0 };
      layers.set(layer, state);
    }
    if (state.view !== view) {
      state.view = view;
      state.signed = view.signed;
      state.vector = isVector(view.shape);
      state.values = null;
    }
    return state;
  }

  function drawLayer(target: PixelTarget, placed: PlacedTile, layer: LayerId, view: LayerView, input: RenderInput): void {
    const { shape } = view;
    const state = stateOf(layer, view);
    const values = (state.values ??= readValues(view));
    updateCells(placed, shape);
    const { cells } = placed;
    const { ranges } = state;
    if (state.measuredIn !== drawCount) {
      state.measuredIn = drawCount;
      if (surfaces.visible.openLayers.has(layer) || isVector(shape)) ranges.measureAll(values, shape, input.still === true);
      else {
        const step = (side: number): number => Math.max(1, Math.ceil(side / measuredSidePx));
        ranges.measureSome(values, shape, placed.channels, step(shape[0]), step(shape[1]), input.still === true);
      }
    }
    const whole = input.style.scale === 'layer' || isVector(shape);
    const flat = view.signed ? divergingZeroIndex : 0;
    mapping.table = layerPixels(input.style.colourMap, view.signed);
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at];
      if (cell === undefined) continue;
      const low = whole ? ranges.layerMin : ranges.min[cell.channel] ?? 0;
      const high = whole ? ranges.layerMax : ranges.max[cell.channel] ?? 0;
      const constant = whole ? isConstant(low, high) : ranges.channelIsConstant(cell.channel);
      if (view.signed) {
        const reach = Math.max(Math.abs(low), Math.abs(high));
        mapRange(mapping, -reach, reach, constant, flat);
      } else {
        mapRange(mapping, low >= 0 ? 0 : low, high, constant, flat);
      }
      (placed.smooth ? paintSmooth : paintNearest)(target, cell, values, shape, cell.channel, mapping);
    }
  }

  function drawSurface(surface: Canvas2dSurface, input: RenderInput): void {
    const { target, tiles } = surface;
    let complete = true;
    if (target !== null) {
      for (const placed of tiles) {
        const { content } = placed.tile;
        if (content.kind === 'channel' || content.kind === 'mosaic') {
          const view = input.layers.get(content.layer);
          if (view === undefined) complete = false;
          else drawLayer(target, placed, content.layer, view, input);
        } else if (content.kind === 'input' && input.input !== null) {
          const { view, mean, std } = input.input;
          inputValues ??= readValues(view);
          paintInput(target, placed.area, inputValues, view.shape, mean, std, placed.smooth);
        }
      }
    }
    surface.present();
    if (!complete) surface.drawn = false;
    if (input.explanation === null) return;
    for (const placed of tiles) {
      if (placed.tile.content.kind === 'explanation') overlay.draw(surface.context, placed.area, placed.smooth, input.explanation, input.style);
    }
  }

  return {
    attach: (id, canvas, layout) => surfaces.attach(id, () => new Canvas2dSurface(canvas, layout)),
    layout: (id, layout) => surfaces.layout(id, layout),
    detach: (id) => surfaces.detach(id),
    visibleLayers: () => surfaces.visible.layers,
    showsExplanation: () => surfaces.visible.explanation,
    showsInput: () => surfaces.visible.input,
    draw(input) {
      drawCount++;
      lastScale = input.style.scale;
      overlay.begin();
      let turn = drawCount;
      for (const surface of surfaces) {
        // In turn, so that no frame has to draw all of them.
        turn++;
        const skipped = surface.layout.inView === false && surface.drawn && input.still !== true && turn % drawsPerHiddenDraw !== 0;
        if (!skipped) drawSurface(surface, input);
      }
      inputValues = null;
      for (const state of layers.values()) {
        state.values = null;
        state.view = null;
      }
    },
    readRange(layer, channel) {
      const state = layers.get(layer);
      if (state === undefined || state.measuredIn === 0) return Promise.resolve(null);
      const { ranges, signed, vector } = state;
      const whole = channel === null || lastScale === 'layer' || vector || ranges.channels <= channel;
      const range: ValueRange = whole
        ? displayRange(ranges.layerMin, ranges.layerMax, signed)
        : displayRange(ranges.min[channel] ?? 0, ranges.max[channel] ?? 0, signed);
      return Promise.resolve(range);
    },
    clear() {
      layers.clear();
      for (const surface of surfaces) surface.clear();
    },
    dispose() {
      surfaces.dispose();
      layers.clear();
    },
  };
}

function readValues(view: LayerView): Float32Array {
  if (view.values === undefined) throw new AppError('internal', 'the 2d renderer was given a layer without values');
  return view.values();
}

/** Draws explanation tiles: coloured at a small size (once for each size and draw), then scaled by the canvas. */
function createOverlay(): {
  begin(): void;
  draw(context: OffscreenCanvasRenderingContext2D, area: Rectangle, smooth: boolean, view: LayerView, style: DrawStyle): void;
} {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d');
  if (context === null) throw new AppError('internal', 'no 2d context for the overlay');
  const mapping: ValueMapping = { scale: 0, offset: 0, table: explanationPixels('viridis') };
  let image = new ImageData(1, 1);
  let target: PixelTarget = { pixels: new Uint32Array(image.data.buffer), width: 1, height: 1 };
  let values: Float32Array | null = null;
  let max = 0;
  let colouredSmooth: boolean | null = null;
  return {
    begin() {
      values = null;
      colouredSmooth = null;
    },
    draw(surface, area, smooth, view, style) {
      const [mapHeight, mapWidth] = view.shape;
      if (values === null) {
        values = readValues(view);
        max = finiteMaximum(values, mapHeight * mapWidth);
      }
      if (!(max > 0)) return;
      const width = smooth ? Math.max(mapWidth, Math.min(area.width, explanationSidePx)) : mapWidth;
      const height = smooth ? Math.max(mapHeight, Math.min(area.height, explanationSidePx)) : mapHeight;
      if (colouredSmooth !== smooth || image.width !== width || image.height !== height) {
        if (image.width !== width || image.height !== height) {
          canvas.width = width;
          canvas.height = height;
          image = new ImageData(width, height);
          target = { pixels: new Uint32Array(image.data.buffer), width, height };
        }
        mapping.table = explanationPixels(style.colourMap);
        mapRange(mapping, 0, max, false, 0);
        (smooth ? paintSmooth : paintNearest)(target, { x: 0, y: 0, width, height }, values, view.shape, 0, mapping);
        context.putImageData(image, 0, 0);
        colouredSmooth = smooth;
      }
      surface.imageSmoothingEnabled = smooth;
      surface.drawImage(canvas, area.x, area.y, area.width, area.height);
    },
  };
}

/** Largest value, or NaN when one of them is not finite. */
function finiteMaximum(values: Float32Array, count: number): number {
  let max = -Infinity;
  for (let index = 0; index < count; index++) {
    const value = values[index] as number;
    if (!(Math.abs(value) <= largestFloat32)) return Number.NaN;
    if (value > max) max = value;
  }
  return max;
}
