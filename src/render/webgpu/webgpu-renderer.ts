import { AppError } from '../../contract/errors';
import type { MapScale } from '../../contract/session-spec';
import type { LayerId } from '../../contract/ids';
import type { TileContent } from '../../contract/stage-layout';
import { displayRange } from '../range';
import type { LayerView, Renderer, RenderInput, ValueRange } from '../renderer';
import { SurfaceSet } from '../surface-set';
import { layerKey, LayerSlots, slotKey, type LayerSlot } from './layer-slots';
import { colourRow, createRenderPipelines } from './pipelines';
import { RangeReader } from './range-reader';
import { WebGpuSurface } from './webgpu-surface';

/**
 * Renderer of the WebGPU tier: measures value ranges and draws cells straight from the activations' own buffers;
 * nothing is read back but `readRange`. The caller flushes its own work (tfjs batches) to the queue before `draw`.
 *
 * @param device  borrowed: the engine's device, not destroyed here
 * @throws GPUPipelineError when a shader does not compile
 */
export async function createWebGpuRenderer(device: GPUDevice): Promise<Renderer> {
  const pipelines = await createRenderPipelines(device, navigator.gpu.getPreferredCanvasFormat());
  const slots = new LayerSlots(device, pipelines);
  const reader = new RangeReader(device);
  const surfaces = new SurfaceSet<WebGpuSurface>((visible) => {
    const keys = new Set([...visible.layers].map(layerKey));
    if (visible.explanation) keys.add('explanation');
    if (visible.input) keys.add('input');
    slots.keepOnly(keys);
  });
  const frameSlots = new Map<string, { readonly slot: LayerSlot; readonly buffer: GPUBuffer }>();
  let drawCount = 0;
  let lastScale: MapScale = 'channel';

  function viewOf(content: TileContent, input: RenderInput): LayerView | null {
    if ('layer' in content) return input.layers.get(content.layer) ?? null;
    return content.kind === 'explanation' ? input.explanation : input.input?.view ?? null;
  }

  function prepare(input: RenderInput): void {
    frameSlots.clear();
    const { scale, colourMap } = input.style;
    for (const surface of surfaces) {
      for (const { tile: { content } } of surface.tiles) {
        const view = viewOf(content, input);
        if (view === null) continue;
        if (view.buffer === undefined) throw new AppError('internal', 'the webgpu renderer was given a layer without a buffer');
        const signed = 'layer' in content && view.signed;
        const use = { scale, colourRow: colourRow(colourMap, signed), still: input.still === true };
        const key = slotKey(content);
        const slot = slots.use(key, view, content.kind === 'input' && input.input !== null ? { ...use, ...input.input } : use, drawCount);
        frameSlots.set(key, { slot, buffer: view.buffer });
      }
      surface.updateRuns((content) => viewOf(content, input));
    }
    slots.upload();
  }

  function encodeRanges(encoder: GPUCommandEncoder): void {
    const pass = encoder.beginComputePass({ label: 'ranges' });
    for (const settling of [false, true]) {
      pass.setPipeline(settling ? pipelines.settle : pipelines.measure);
      for (const [key, { slot, buffer }] of frameSlots) {
        if (key === 'input') continue;
        pass.setBindGroup(0, slots.rangeGroup(slot, buffer), [slot.offsetBytes]);
        const lanes = Math.max(1, Math.floor(256 / slot.channels));
        const strips = Math.min(64, Math.max(1, Math.ceil((slot.height * slot.width) / (lanes * 8))));
        if (settling) pass.dispatchWorkgroups(1);
        else pass.dispatchWorkgroups(strips, Math.ceil(slot.channels / 256));
        if (settling) slot.measured = true;
      }
    }
    pass.end();
  }

  function encodeSurface(encoder: GPUCommandEncoder, surface: WebGpuSurface, input: RenderInput): void {
    const shown = surface.runs.filter(({ content }) => viewOf(content, input) !== null);
    // A canvas that is drawn on starts empty: where nothing has come yet the old picture is better than a flash.
    if (shown.length === 0 && surface.tiles.some(({ tile }) => tile.content.kind !== 'explanation')) return;
    const pass = surface.beginPass(encoder);
    pass.setBindGroup(0, surface.group);
    pass.setVertexBuffer(0, surface.cells);
    for (const { content, first, count } of shown) {
      const frame = frameSlots.get(slotKey(content));
      if (frame === undefined) continue;
      pass.setPipeline('layer' in content ? pipelines.paintLayer : content.kind === 'explanation' ? pipelines.paintExplanation : pipelines.paintInput);
      pass.setBindGroup(1, slots.layerGroup(frame.slot, frame.buffer), [frame.slot.offsetBytes]);
      pass.draw(4, count, 0, first);
    }
    pass.end();
  }

  return {
    attach: (id, canvas, layout) => surfaces.attach(id, () => new WebGpuSurface(device, pipelines, id, canvas, layout)),
    layout: (id, layout) => surfaces.layout(id, layout),
    detach: (id) => surfaces.detach(id),
    visibleLayers: () => surfaces.visible.layers,
    showsExplanation: () => surfaces.visible.explanation,
    showsInput: () => surfaces.visible.input,
    draw(input) {
      if (surfaces.size === 0) return;
      drawCount++;
      lastScale = input.style.scale;
      prepare(input);
      const encoder = device.createCommandEncoder({ label: 'frame' });
      encodeRanges(encoder);
      for (const surface of surfaces) encodeSurface(encoder, surface, input);
      device.queue.submit([encoder.finish()]);
      frameSlots.clear();
    },
    async readRange(layer: LayerId, channel: number | null): Promise<ValueRange | null> {
      const slot = slots.get(layerKey(layer));
      if (slot === undefined || !slot.measured) return null;
      const whole = channel === null || channel >= slot.channels || lastScale === 'layer' || slot.height * slot.width === 1;
      const { signed } = slot;
      const range = await reader.read(slot.ranges, whole ? slot.channels : channel, () => slots.get(layerKey(layer)) !== slot);
      return range === null ? null : displayRange(range.min, range.max, signed);
    },
    clear() {
      slots.keepOnly(new Set());
      const encoder = device.createCommandEncoder({ label: 'clear' });
      for (const surface of surfaces) surface.beginPass(encoder).end();
      device.queue.submit([encoder.finish()]);
    },
    dispose() {
      surfaces.dispose();
      slots.dispose();
      reader.dispose();
      pipelines.colours.destroy();
    },
  };
}
