import type { CameraDevice, OpenCamera, OpenCameraOptions } from '../camera/camera.interface';
import type { FrameSource } from '../camera/frame-source';
import type { Stroke } from '../contract/strokes';
import type { Importer } from '../client/importer.interface';
import type { Supervisor } from '../client/supervisor.interface';
import type { InputArray } from '../contract/importer';

/** What makes frames. `main.tsx` hands in the camera layer; tests and the workbench hand in doubles. */
export interface SourceMaker {
  openCamera(options: OpenCameraOptions): Promise<OpenCamera>;
  listCameras(): Promise<readonly CameraDevice[]>;
  onCameraListChange(listener: () => void): () => void;
  readRememberedCamera(): string | null;
  rememberCamera(deviceId: string | null): void;
  cameraSource(camera: OpenCamera): Promise<FrameSource>;
  pictureSource(picture: Blob, label: string): Promise<FrameSource>;
  clipSource(address: string, label: string): Promise<FrameSource>;
  /** An array of a `.npy` or `.npz`, with any number of channels. */
  arraySource(array: InputArray): Promise<FrameSource>;
  /** A still copy of what a source shows now. */
  stillSource(live: FrameSource): Promise<FrameSource>;
  /** A still with strokes over it; the original is only borrowed. */
  paintedSource(original: FrameSource, strokes: readonly Stroke[]): Promise<FrameSource>;
  /** What a still shows, without loss. */
  encodeStill(source: FrameSource): Promise<Blob>;
  /** A kept moment as a still again. */
  keptStill(picture: Blob, label: string, mirror: boolean): Promise<FrameSource>;
}

/** The page around the app; a few functions, so that the state needs no DOM. */
export interface PageAround {
  readonly search: string;
  /** `?debug` */
  readonly debug: boolean;
  /** Ends with a slash; `models/`, `gallery/` lie under it. */
  readonly baseUrl: string;
  readHash(): string;
  writeHash(hash: string): void;
  onHashChange(listener: () => void): void;
  /** True: several panels fit side by side. */
  isWide(): boolean;
  prefersStillness(): boolean;
  /** Whether a clip of this media type can be played. */
  canPlay(type: string): boolean;
  readStored(key: string): string | null;
  store(key: string, text: string): void;
  reload(): void;
  /** Hands a file to the person: the browser's download. */
  saveFile(name: string, file: Blob): void;
  nowMs(): number;
}

export interface Runtime {
  readonly supervisor: Supervisor;
  readonly importer: Importer;
  readonly sources: SourceMaker;
  readonly page: PageAround;
}

let current: Runtime | null = null;

/** Called once, before anything is shown. */
export function setRuntime(runtime: Runtime): void {
  current = runtime;
}

export function getRuntime(): Runtime {
  if (current === null) throw new Error('setRuntime was not called');
  return current;
}
