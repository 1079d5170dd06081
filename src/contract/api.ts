import type { LayerId, SurfaceId } from './ids';
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
  memory(): Promise<MemoryReport>;
  /** Only with `debug`: makes the named failure happen for real (device.destroy(), a throw outside any handler, an endless loop). */
  breakForTest(what: 'device-lost' | 'crash' | 'hang'): Promise<void>;
}
