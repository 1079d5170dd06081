import type { SurfaceLayout, TileContent } from '../../../src/contract/stage-layout';
import { createCanvas2dRenderer } from '../../../src/render/canvas2d/canvas2d-renderer';
import type { LayerView, RenderInput } from '../../../src/render/renderer';
import { readCanvas } from './device';

export interface Canvas2dReport {
  /** How often values were asked for in one draw: of a layer on five tiles of two surfaces, of one that no tile shows, of the explanation on two. */
  readonly reads: readonly number[];
  readonly visible: readonly string[];
  readonly shows: readonly boolean[];
  /** Range before anything was drawn, and of a layer that no tile shows. */
  readonly unknownRanges: readonly unknown[];
  /** Red parts of one pixel: drawn, after a frame without that layer, after a new layout, after clear. */
  readonly reds: readonly number[];
  /** Largest value of the range after each of four frames with maxima 10, 20, 5, 5 (the last one still). */
  readonly maxima: readonly number[];
}

/** How often the layer of a surface out of sight is read: in 12 frames, in a still one, in 6 frames once it is in view, in one after a clear out of sight. */
export function exerciseHiddenSurface(): Promise<readonly number[]> {
  let reads = 0;
  const view: LayerView = { shape: [1, 2, 1], signed: false, values: () => { reads++; return Float32Array.of(0, 1); } };
  const frame = (still: boolean): RenderInput => ({ layers: new Map([['a', view]]), explanation: null, input: null, style: { scale: 'channel', colourMap: 'grey' }, still });
  const renderer = createCanvas2dRenderer();
  const layout = (inView: boolean): SurfaceLayout => ({ widthPx: 8, heightPx: 8, inView, tiles: [{ x: 0, y: 0, width: 8, height: 8, content: { kind: 'channel', layer: 'a', channel: 0 } }] });
  const countReads = (frames: number, still: boolean): number => {
    reads = 0;
    for (let count = 0; count < frames; count++) renderer.draw(frame(still));
    return reads;
  };
  renderer.attach('ahead', new OffscreenCanvas(1, 1), layout(false));
  const counts = [countReads(1, false), countReads(12, false), countReads(1, true)];
  renderer.layout('ahead', layout(true));
  counts.push(countReads(6, false));
  renderer.layout('ahead', layout(false));
  renderer.clear();
  counts.push(countReads(1, false));
  renderer.dispose();
  return Promise.resolve(counts);
}

/** What the 2D renderer reads, keeps and forgets; no GPU. */
export async function exerciseCanvas2d(): Promise<Canvas2dReport> {
  const reads = [0, 0, 0];
  const counted = (index: number, values: readonly number[], shape: LayerView['shape']): LayerView => ({
    shape, signed: false,
    values: () => {
      reads[index] = (reads[index] ?? 0) + 1;
      return Float32Array.from(values);
    },
  });
  const tile = (content: TileContent, x = 0): { readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly content: TileContent } =>
    ({ x, y: 0, width: 8, height: 8, content });
  const frame = (max: number, still = false): RenderInput => ({
    layers: new Map([['a', counted(0, [0, 1, 2, max], [2, 2, 1])], ['hidden', counted(1, [1], [1, 1, 1])]]),
    explanation: counted(2, [0, 1, 2, 3], [2, 2, 1]), input: null, style: { scale: 'channel', colourMap: 'grey' }, still,
  });
  const renderer = createCanvas2dRenderer();
  const unknownRanges = [await renderer.readRange('a', 0)];
  const first = new OffscreenCanvas(1, 1);
  const channel: TileContent = { kind: 'channel', layer: 'a', channel: 0 };
  const mosaic: TileContent = { kind: 'mosaic', layer: 'a', side: 2 };
  renderer.attach('first', first, { widthPx: 24, heightPx: 8, tiles: [tile(channel), tile(mosaic, 8), tile(mosaic, 16)] });
  renderer.attach('second', new OffscreenCanvas(1, 1), { widthPx: 24, heightPx: 8, tiles: [tile(channel), tile(mosaic, 8)] });
  renderer.attach('over', new OffscreenCanvas(1, 1), { widthPx: 24, heightPx: 8, tiles: [tile({ kind: 'explanation' }), tile({ kind: 'explanation' }, 9)] });
  const visible = [...renderer.visibleLayers()];
  const shows = [renderer.showsExplanation(), renderer.showsInput()];
  const redAt = (): number => readCanvas(first)[4 * (7 * 24 + 7)] ?? -1;
  const maxima: number[] = [];
  const drawAndRead = async (max: number, still: boolean): Promise<void> => {
    renderer.draw(frame(max, still));
    maxima.push((await renderer.readRange('a', null))?.max ?? -1);
  };
  await drawAndRead(10, false);
  const readsOfOneDraw = [...reads];
  unknownRanges.push(await renderer.readRange('hidden', null));
  const reds = [redAt()];
  renderer.draw({ ...frame(10), layers: new Map() });
  reds.push(redAt());
  await drawAndRead(20, false);
  await drawAndRead(5, false);
  await drawAndRead(5, true);
  renderer.layout('first', { widthPx: 24, heightPx: 8, tiles: [tile(mosaic, 8)] });
  renderer.draw(frame(5));
  reds.push(redAt());
  renderer.clear();
  unknownRanges.push(await renderer.readRange('a', null));
  reds.push(redAt());
  renderer.detach('first');
  renderer.draw(frame(5));
  renderer.dispose();
  return { reads: readsOfOneDraw, visible, shows, unknownRanges, reds, maxima };
}
