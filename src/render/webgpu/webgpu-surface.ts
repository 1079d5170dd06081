import { AppError } from '../../contract/errors';
import type { SurfaceLayout, TileContent } from '../../contract/stage-layout';
import { placeTiles, updateCells, type PlacedTile } from '../placed-tile';
import type { LayerView } from '../renderer';
import { canvasSize } from '../tile-geometry';
import { slotKey } from './layer-slots';
import { cellBytes, type RenderPipelines } from './pipelines';

/** A run of cells that one draw call paints. */
export interface CellRun {
  readonly content: TileContent;
  readonly first: number;
  readonly count: number;
}

/** One canvas: its context, its tiles and the cells uploaded for it. Owned by the renderer. */
export class WebGpuSurface {
  readonly #device: GPUDevice;
  readonly #canvas: OffscreenCanvas;
  readonly #context: GPUCanvasContext;
  readonly #label: string;
  readonly #size: GPUBuffer;
  readonly group: GPUBindGroup;
  #layout: SurfaceLayout;
  #tiles: readonly PlacedTile[] = [];
  #placedAnew = true;
  #cells: GPUBuffer | null = null;
  #runs: readonly CellRun[] = [];

  /** @throws AppError 'internal' when the canvas already has a context of another kind */
  constructor(device: GPUDevice, pipelines: RenderPipelines, label: string, canvas: OffscreenCanvas, layout: SurfaceLayout) {
    const context = canvas.getContext('webgpu');
    if (context === null) throw new AppError('internal', 'the canvas gives no webgpu context');
    this.#device = device;
    this.#canvas = canvas;
    this.#context = context;
    this.#label = label;
    this.#layout = layout;
    this.#size = device.createBuffer({ label: `size of ${label}`, size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    this.group = device.createBindGroup({
      label: `surface ${label}`, layout: pipelines.surfaceLayout, entries: [{ binding: 0, resource: { buffer: this.#size } }],
    });
    context.configure({ device, format: pipelines.format, alphaMode: 'premultiplied' });
    this.place(layout);
  }

  get layout(): SurfaceLayout {
    return this.#layout;
  }

  get tiles(): readonly PlacedTile[] {
    return this.#tiles;
  }

  get cells(): GPUBuffer | null {
    return this.#cells;
  }

  get runs(): readonly CellRun[] {
    return this.#runs;
  }

  /** New tiles and size; what is on screen stays until the next draw unless the size changed. */
  place(layout: SurfaceLayout): void {
    this.#layout = layout;
    const { width, height } = canvasSize(layout, this.#device.limits.maxTextureDimension2D);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#device.queue.writeBuffer(this.#size, 0, new Float32Array([width, height, 0, 0]));
    this.#tiles = placeTiles(layout);
    this.#placedAnew = true;
  }

  /**
   * Brings the cells up to date with the shapes of what is shown; uploads them only when something changed.
   * Explanations come last: they lie over what they overlap.
   */
  updateRuns(viewOf: (content: TileContent) => LayerView | null): void {
    let changed = this.#placedAnew;
    for (const placed of this.#tiles) {
      const view = viewOf(placed.tile.content);
      if (view !== null && updateCells(placed, view.shape)) changed = true;
    }
    if (!changed) return;
    this.#placedAnew = false;
    const byLayer = new Map<string, PlacedTile[]>();
    for (const placed of this.#tiles) {
      const { content } = placed.tile;
      const key = slotKey(content);
      const group = byLayer.get(key);
      if (group === undefined) byLayer.set(key, [placed]);
      else group.push(placed);
    }
    const groups = [...byLayer].sort(([a], [b]) => Number(a === 'explanation') - Number(b === 'explanation'));
    const total = this.#tiles.reduce((sum, { cells }) => sum + cells.length, 0);
    const bytes = new ArrayBuffer(Math.max(1, total) * cellBytes);
    const floats = new Float32Array(bytes);
    const words = new Uint32Array(bytes);
    const runs: CellRun[] = [];
    let at = 0;
    for (const [, tiles] of groups) {
      const first = at;
      for (const { cells, smooth } of tiles) {
        for (const cell of cells) {
          floats.set([cell.x, cell.y, cell.width, cell.height], at * 6);
          words.set([cell.channel, smooth ? 1 : 0], at * 6 + 4);
          at++;
        }
      }
      const content = tiles[0]?.tile.content;
      if (content !== undefined && at > first) runs.push({ content, first, count: at - first });
    }
    this.#runs = runs;
    if (this.#cells === null || this.#cells.size < bytes.byteLength) {
      this.#cells?.destroy();
      this.#cells = this.#device.createBuffer({
        label: `cells of ${this.#label}`, size: bytes.byteLength, usage: GPUBufferUsage.VERTEX | GPUBufferUsage.COPY_DST,
      });
    }
    this.#device.queue.writeBuffer(this.#cells, 0, bytes);
  }

  /** Starts the pass that draws this surface, emptied. */
  beginPass(encoder: GPUCommandEncoder): GPURenderPassEncoder {
    return encoder.beginRenderPass({
      label: `draw ${this.#label}`,
      colorAttachments: [{
        view: this.#context.getCurrentTexture().createView(), loadOp: 'clear', storeOp: 'store', clearValue: { r: 0, g: 0, b: 0, a: 0 },
      }],
    });
  }

  dispose(): void {
    this.#context.unconfigure();
    this.#size.destroy();
    this.#cells?.destroy();
    this.#cells = null;
    this.#runs = [];
  }
}
