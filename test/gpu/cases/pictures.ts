import type { MapShape } from '../../../src/contract/ids';
import type { ColourMap, MapScale } from '../../../src/contract/session-spec';
import type { SurfaceLayout } from '../../../src/contract/stage-layout';
import { createCanvas2dRenderer } from '../../../src/render/canvas2d/canvas2d-renderer';
import type { LayerView, RenderInput, Renderer } from '../../../src/render/renderer';
import { createWebGpuRenderer } from '../../../src/render/webgpu/webgpu-renderer';
import { activationBuffer, readCanvas, withDevice } from './device';

export interface ViewRequest {
  readonly shape: MapShape;
  readonly signed: boolean;
  /** `null` stands for NaN. */
  readonly values: readonly (number | null)[];
}

export interface PictureRequest {
  readonly layout: SurfaceLayout;
  readonly layers: Readonly<Record<string, ViewRequest>>;
  readonly explanation?: ViewRequest;
  readonly input?: { readonly view: ViewRequest; readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly scale?: MapScale;
  readonly colourMap?: ColourMap;
}

export interface Pictures {
  readonly width: number;
  readonly height: number;
  /** RGBA bytes of each tier. */
  readonly canvas2d: readonly number[];
  readonly webgpu: readonly number[];
}

/** Draws the same things in both tiers, one after the other with the same two renderers. */
export async function drawBoth(requests: readonly PictureRequest[]): Promise<readonly Pictures[]> {
  return withDevice(async (device) => {
    const floats = ({ values }: ViewRequest): Float32Array => Float32Array.from(values, (value) => value ?? Number.NaN);
    const onCpu = (view: ViewRequest): LayerView => ({ shape: view.shape, signed: view.signed, values: () => floats(view) });
    const onGpu = (view: ViewRequest): LayerView => ({ shape: view.shape, signed: view.signed, buffer: activationBuffer(device, floats(view), 0), byteOffset: 0 });
    const canvas2d = createCanvas2dRenderer();
    const webgpu = await createWebGpuRenderer(device);
    const pictures = requests.map((request): Pictures => ({
      width: request.layout.widthPx, height: request.layout.heightPx,
      canvas2d: Array.from(draw(canvas2d, request, onCpu)), webgpu: Array.from(draw(webgpu, request, onGpu)),
    }));
    canvas2d.dispose();
    webgpu.dispose();
    return pictures;
  });
}

function draw(renderer: Renderer, request: PictureRequest, toView: (view: ViewRequest) => LayerView): Uint8ClampedArray {
  const canvas = new OffscreenCanvas(1, 1);
  renderer.attach('one', canvas, request.layout);
  renderer.draw(renderInput(request, toView));
  const pixels = readCanvas(canvas);
  renderer.detach('one');
  return pixels;
}

function renderInput(request: PictureRequest, toView: (view: ViewRequest) => LayerView): RenderInput {
  return {
    layers: new Map(Object.entries(request.layers).map(([layer, view]) => [layer, toView(view)])),
    explanation: request.explanation === undefined ? null : toView(request.explanation),
    input: request.input === undefined ? null : { ...request.input, view: toView(request.input.view) },
    style: { scale: request.scale ?? 'channel', colourMap: request.colourMap ?? 'viridis' },
  };
}

export interface LifeReport {
  /** GPU objects made during the frames after the first two. */
  readonly madeInSteadyState: readonly string[];
  readonly liveBuffersAfterDispose: number;
  readonly unlabelled: number;
  /** Alpha of a pixel: drawn, after a frame without views, after clear. */
  readonly alphas: readonly number[];
}

/** A hundred layers on two surfaces, many frames, new layouts, a clear and the end: what was made and what is left. */
export async function liveAndDie(): Promise<LifeReport> {
  return withDevice(async (device) => {
    const made: string[] = [];
    const live = new Set<GPUBuffer>();
    let unlabelled = 0;
    const createBuffer = device.createBuffer.bind(device);
    const createBindGroup = device.createBindGroup.bind(device);
    const createTexture = device.createTexture.bind(device);
    const note = (label: string | undefined): void => {
      made.push(label ?? '');
      if (label === undefined || label === '') unlabelled++;
    };
    device.createBuffer = (descriptor) => {
      note(descriptor.label);
      const buffer = createBuffer(descriptor);
      if (descriptor.label === 'activation') return buffer;
      live.add(buffer);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        live.delete(buffer);
        destroy();
      };
      return buffer;
    };
    device.createBindGroup = (descriptor) => {
      note(descriptor.label);
      return createBindGroup(descriptor);
    };
    device.createTexture = (descriptor) => {
      note(descriptor.label);
      return createTexture(descriptor);
    };
    const renderer = await createWebGpuRenderer(device);
    const names = Array.from({ length: 100 }, (_, index) => `layer ${index}`);
    const layers = new Map(names.map((name, index): [string, LayerView] => [name, {
      shape: [4, 4, 5], signed: false, byteOffset: 0, buffer: activationBuffer(device, new Float32Array(80).fill(index + 1).map((value, at) => value * (at % 7)), 0),
    }]));
    const tiles = names.map((layer, index) => ({ x: (index % 10) * 8, y: Math.floor(index / 10) * 8, width: 8, height: 8, content: { kind: 'mosaic' as const, layer, side: 2 } }));
    const canvas = new OffscreenCanvas(1, 1);
    renderer.attach('few', new OffscreenCanvas(1, 1), { widthPx: 80, heightPx: 8, tiles: tiles.slice(0, 10) });
    renderer.attach('all', canvas, { widthPx: 80, heightPx: 80, tiles });
    const input: RenderInput = { layers, explanation: null, input: null, style: { scale: 'layer', colourMap: 'inferno' } };
    const alphaOf = (x: number, y: number): number => readCanvas(canvas)[4 * (y * 80 + x) + 3] ?? -1;
    renderer.draw(input);
    renderer.draw(input);
    made.length = 0;
    for (let frame = 0; frame < 5; frame++) renderer.draw(input);
    const madeInSteadyState = [...made];
    const alphas = [alphaOf(75, 75)];
    renderer.clear();
    alphas.push(alphaOf(75, 75));
    renderer.draw({ ...input, layers: new Map() });
    renderer.layout('all', { widthPx: 80, heightPx: 80, tiles: tiles.slice(50) });
    renderer.draw(input);
    alphas.push(alphaOf(2, 2), alphaOf(75, 75));
    renderer.detach('few');
    renderer.draw(input);
    renderer.dispose();
    renderer.dispose();
    await device.queue.onSubmittedWorkDone();
    return { madeInSteadyState, liveBuffersAfterDispose: live.size, unlabelled, alphas };
  });
}
