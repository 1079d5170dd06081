import { AppError } from '../../contract/errors';
import type { LayerId } from '../../contract/ids';
import type { MapScale } from '../../contract/session-spec';
import type { TileContent } from '../../contract/stage-layout';
import { isVector } from '../tile-geometry';
import type { LayerView } from '../renderer';
import { layerParameterBytes, layerStrideBytes, type RenderPipelines } from './pipelines';

/** What the passes need to know of a layer besides its values. */
export interface SlotUse {
  readonly scale: MapScale;
  readonly colourRow: number;
  readonly still: boolean;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** One visible layer on the GPU: its ranges and its place in the parameter buffer. */
export interface LayerSlot {
  readonly channels: number;
  readonly offsetBytes: number;
  readonly gathered: GPUBuffer;
  /** channels + 2 vec4f, see range.wgsl. */
  readonly ranges: GPUBuffer;
  rangeGroups: WeakMap<GPUBuffer, GPUBindGroup>;
  layerGroups: WeakMap<GPUBuffer, GPUBindGroup>;
  signed: boolean;
  height: number;
  width: number;
  /** False until the ranges were measured once. */
  measured: boolean;
  usedIn: number;
}

/** Key of a layer's slot: prefixed, so that no network's layer name can meet the explanation's or the input's. */
export function layerKey(layer: LayerId): string {
  return `layer ${layer}`;
}

/** Key of the slot of what a tile shows. */
export function slotKey(content: TileContent): string {
  return 'layer' in content ? layerKey(content.layer) : content.kind;
}

const firstCapacity = 64;

/** Parameters and ranges of all visible layers. Activation buffers are only bound, never kept. Owned by the renderer. */
export class LayerSlots {
  readonly #device: GPUDevice;
  readonly #pipelines: RenderPipelines;
  readonly #slots = new Map<string, LayerSlot>();
  readonly #free: number[] = [];
  #capacity = 0;
  #parameters: GPUBuffer | null = null;
  #bytes = new ArrayBuffer(0);
  #words = new Uint32Array(0);
  #floats = new Float32Array(0);

  constructor(device: GPUDevice, pipelines: RenderPipelines) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#grow(firstCapacity);
  }

  get(key: string): LayerSlot | undefined {
    return this.#slots.get(key);
  }

  /** Writes what the passes must know of this layer for draw number `draw`; sent by `upload`. */
  use(key: string, view: LayerView, use: SlotUse, draw: number): LayerSlot {
    const [height, width, channels] = view.shape;
    let slot = this.#slots.get(key);
    if (slot !== undefined && slot.channels !== channels) {
      this.remove(key);
      slot = undefined;
    }
    slot ??= this.#create(key, channels);
    if (slot.usedIn === draw) return slot;
    slot.usedIn = draw;
    slot.signed = view.signed;
    slot.height = height;
    slot.width = width;
    const { byteOffset = 0 } = view;
    if (byteOffset % 4 !== 0) throw new AppError('internal', `activation of ${key} begins at byte ${byteOffset}, not on a float`);
    const word = slot.offsetBytes / 4;
    const words = this.#words;
    words[word] = byteOffset / 4;
    words[word + 1] = height;
    words[word + 2] = width;
    words[word + 3] = channels;
    words[word + 4] = view.signed ? 1 : 0;
    words[word + 5] = use.scale === 'layer' || isVector(view.shape) ? 1 : 0;
    words[word + 6] = use.still || !slot.measured ? 1 : 0;
    words[word + 7] = use.colourRow;
    for (let channel = 0; channel < 4; channel++) {
      this.#floats[word + 8 + channel] = use.mean?.[channel] ?? 0;
      this.#floats[word + 12 + channel] = use.std?.[channel] ?? 1;
    }
    return slot;
  }

  /** Sends all parameters in one write. */
  upload(): void {
    if (this.#parameters !== null) this.#device.queue.writeBuffer(this.#parameters, 0, this.#bytes);
  }

  rangeGroup(slot: LayerSlot, values: GPUBuffer): GPUBindGroup {
    let group = slot.rangeGroups.get(values);
    if (group === undefined) {
      group = this.#device.createBindGroup({
        label: 'range of a layer', layout: this.#pipelines.rangeLayout,
        entries: [
          { binding: 0, resource: { buffer: values } }, { binding: 1, resource: { buffer: slot.gathered } },
          { binding: 2, resource: { buffer: slot.ranges } }, { binding: 3, resource: this.#parameterBinding() },
        ],
      });
      slot.rangeGroups.set(values, group);
    }
    return group;
  }

  layerGroup(slot: LayerSlot, values: GPUBuffer): GPUBindGroup {
    let group = slot.layerGroups.get(values);
    if (group === undefined) {
      group = this.#device.createBindGroup({
        label: 'layer to paint', layout: this.#pipelines.layerLayout,
        entries: [
          { binding: 0, resource: { buffer: values } }, { binding: 1, resource: { buffer: slot.ranges } },
          { binding: 2, resource: this.#parameterBinding() }, { binding: 3, resource: this.#pipelines.colourView },
        ],
      });
      slot.layerGroups.set(values, group);
    }
    return group;
  }

  /** Forgets the layers that are not in `visible`. */
  keepOnly(visible: ReadonlySet<string>): void {
    for (const key of [...this.#slots.keys()]) if (!visible.has(key)) this.remove(key);
  }

  remove(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    slot.gathered.destroy();
    slot.ranges.destroy();
    this.#free.push(slot.offsetBytes);
    this.#slots.delete(key);
  }

  dispose(): void {
    for (const key of [...this.#slots.keys()]) this.remove(key);
    this.#parameters?.destroy();
    this.#parameters = null;
  }

  #create(key: string, channels: number): LayerSlot {
    if (this.#free.length === 0) this.#grow(this.#capacity * 2);
    const buffer = (label: string, size: number): GPUBuffer =>
      this.#device.createBuffer({ label: `${label} of ${key}`, size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const slot: LayerSlot = {
      channels, offsetBytes: this.#free.pop() ?? 0,
      gathered: buffer('gathered range', channels * 12), ranges: buffer('ranges', (channels + 2) * 16),
      rangeGroups: new WeakMap(), layerGroups: new WeakMap(), signed: false, height: 0, width: 0, measured: false, usedIn: 0,
    };
    this.#slots.set(key, slot);
    return slot;
  }

  #parameterBinding(): GPUBufferBinding {
    if (this.#parameters === null) throw new AppError('internal', 'the renderer was disposed');
    return { buffer: this.#parameters, size: layerParameterBytes };
  }

  /** A larger parameter buffer. Bind groups name the buffer, so every slot starts anew. */
  #grow(capacity: number): void {
    for (const slot of this.#slots.values()) {
      slot.rangeGroups = new WeakMap();
      slot.layerGroups = new WeakMap();
    }
    this.#parameters?.destroy();
    this.#parameters = this.#device.createBuffer({
      label: 'layer parameters', size: capacity * layerStrideBytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const before = new Uint8Array(this.#bytes);
    this.#bytes = new ArrayBuffer(capacity * layerStrideBytes);
    new Uint8Array(this.#bytes).set(before);
    this.#words = new Uint32Array(this.#bytes);
    this.#floats = new Float32Array(this.#bytes);
    for (let index = capacity - 1; index >= this.#capacity; index--) this.#free.push(index * layerStrideBytes);
    this.#capacity = capacity;
  }
}
