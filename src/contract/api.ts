import type { ReceptiveField } from './events';
import type { ExplanationDescription } from './explanations';
import type { JobId, LayerId, MapShape, SurfaceId } from './ids';
import type { Job, JobParameters, JobResult } from './jobs';
import type { Backend, SessionSpec } from './session-spec';
import type { SurfaceLayout } from './stage-layout';

/** Given once, before anything else. */
export interface StartOptions {
  /** Receives {@link FrameMessage}, answers {@link CreditMessage}. Transferred. */
  readonly framePort: MessagePort;
  /** Sends {@link WorkerEvent}. Transferred. */
  readonly eventPort: MessagePort;
  /** Address under which `models/` and `wasm/` lie; ends with a slash. */
  readonly baseUrl: string;
  /** `?debug`: test hooks (`breakForTest`) are allowed. */
  readonly debug: boolean;
}

export interface MemoryReport {
  readonly tensors: number;
  readonly bytes: number;
  /** VideoFrames and ImageBitmaps the worker holds open now. */
  readonly openFrames: number;
}

export interface ActivationReport {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A place whose value follows the frames: pixel (y, x) of a feature map. */
export interface PointQuery {
  readonly layer: LayerId;
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

/** The unit of one layer that looks at a place of the picture. */
export interface UnitReport {
  readonly layer: LayerId;
  readonly y: number;
  readonly x: number;
  /** The strongest first, by absolute value; three at most. */
  readonly channels: readonly { readonly channel: number; readonly value: number }[];
}

/** One node of the graph as the network page draws it. */
export interface NodeDescription {
  readonly id: LayerId;
  readonly op: string;
  readonly inputs: readonly LayerId[];
  readonly shape: MapShape;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** float32 bytes of its output and of its weights. */
  readonly activationBytes: number;
  readonly weightBytes: number;
  readonly receptiveField: ReceptiveField | null;
  /** Key attributes in words: `3 × 3, stride 2, padding 1`, `6 groups`. '' where there are none. */
  readonly settings: string;
}

/** The whole graph, every node, in topological order. */
export interface NetworkDescription {
  readonly nodes: readonly NodeDescription[];
  readonly input: LayerId;
  readonly output: LayerId;
  readonly logits: LayerId;
  /** Convolutions whose kernels can be read as pictures: the first one that sees the input's channels; null: none. */
  readonly firstConvolution: LayerId | null;
}

export interface KernelReport {
  /** `[kh, kw, cin, cout]` (depthwise: `[kh, kw, cin, multiplier]`). */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Control plane; the worker implements it, the window wraps it with comlink. Every call rejects with an AppError. */
export interface VisualizerApi {
  start(options: StartOptions): Promise<{ readonly backend: Backend | null }>;
  /** Declarative and idempotent; resolves when the spec is in effect, rejects with `superseded` when a newer one came. */
  apply(spec: SessionSpec): Promise<void>;
  /** Hands over a canvas (transferred); the worker owns its drawing context until `detachSurface`. */
  attachSurface(surface: SurfaceId, canvas: OffscreenCanvas, layout: SurfaceLayout): Promise<void>;
  layoutSurface(surface: SurfaceId, layout: SurfaceLayout): Promise<void>;
  detachSurface(surface: SurfaceId): Promise<void>;
  /** The value under the finger, again with every frame as a `point` event; null stops it. */
  watchPoint(point: PointQuery | null): Promise<void>;
  /** All values of one layer for the frame on screen, `[n, h, w, c]` or `[n, c]`. @throws AppError 'layer-unknown' */
  readActivation(layer: LayerId): Promise<ActivationReport>;
  /**
   * For each layer of the rail with a place in the picture: the unit that looks at this place of the frame on screen.
   * @param at  place of the network's square, 0..1 from its top left
   */
  readUnits(at: { readonly y: number; readonly x: number }): Promise<readonly UnitReport[]>;
  /** The graph of the network on screen. */
  describeNetwork(): Promise<NetworkDescription>;
  /**
   * Every method, and whether it is defined for the network on screen.
   * @param unitLayer  for maps of a channel or unit of this layer: what lies above it does not count; left out: for maps of classes
   * @throws AppError 'layer-unknown'
   */
  describeExplanations(unitLayer?: LayerId): Promise<readonly ExplanationDescription[]>;
  /**
   * Forward and backward passes that a map takes with these settings on the network on screen.
   * @param layer      of a CAM method; null: the default
   * @param unitLayer  as for `describeExplanations`
   * @throws AppError 'explain-unsupported' for an unknown method or a setting out of range · 'layer-unknown'
   */
  estimateCost(method: string, parameters: JobParameters, layer: LayerId | null, unitLayer?: LayerId): Promise<number>;
  /** The kernels of a convolution, as in the file. @throws AppError 'layer-unknown' */
  readKernels(layer: LayerId): Promise<KernelReport>;
  /**
   * A long computation on the frame on screen; the frame is kept until it ends, the camera gets its turn between steps.
   * @param urgent  few passes, and a person waits for them: goes before jobs that are not, which pause meanwhile; false where it is left out
   * @throws AppError 'cancelled' | 'explain-unsupported' (detail: a plain sentence that says why) | 'superseded' when the network changed
   */
  runJob(job: JobId, what: Job, urgent?: boolean): Promise<JobResult>;
  /** Also forgets the map of a job that has ended, so that nothing can refer to it any more. */
  cancelJob(job: JobId): Promise<void>;
  memory(): Promise<MemoryReport>;
  /** Only with `debug`: makes the named failure happen for real (device.destroy(), a throw outside any handler, an endless loop). */
  breakForTest(what: 'device-lost' | 'crash' | 'hang'): Promise<void>;
}
