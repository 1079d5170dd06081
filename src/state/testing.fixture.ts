import type { OpenCamera } from '../camera/camera.interface';
import { createChangeListeners, type FrameSource } from '../camera/frame-source';
import type { Supervisor, SupervisorStatus } from '../client/supervisor.interface';
import type { SessionSpec } from '../contract/session-spec';
import type { WorkerEvent } from '../contract/events';
import { createFakeImporter, type FakeImporter } from './importer.fixture';
import { setRuntime, type Runtime } from './runtime';

/** A source that counts how often it was disposed. */
export interface CountedSource extends FrameSource {
  disposals: number;
}

export function fakeSource(kind: FrameSource['kind'], label: string = kind): CountedSource {
  const listeners = createChangeListeners();
  return {
    kind, label, mirror: false, still: kind === 'still' || kind === 'picture', widthPx: 640, heightPx: 480,
    display: { kind: 'picture', bitmap: {} as ImageBitmap }, crop: { x: 80, y: 0, sizePx: 480 }, disposals: 0,
    requestFrame: () => () => undefined, takeFrame: () => Promise.resolve(null), onChange: listeners.add,
    dispose() { this.disposals += 1; },
  };
}

export interface FakeRuntime {
  readonly runtime: Runtime;
  /** Sources handed to the supervisor, in order. */
  readonly fed: (FrameSource | null)[];
  readonly made: CountedSource[];
  readonly applied: SessionSpec[];
  readonly page: { nowMs: number; wide: boolean };
  readonly camera: { closed: number; end: () => void; mute: (muted: boolean) => void };
  readonly importer: FakeImporter;
  /** Names of the files handed to the person. */
  readonly saved: string[];
  /** What the browser keeps between visits. */
  readonly stored: Map<string, string>;
  /** What the next camera or picture fails with; null: nothing. */
  refuse: unknown;
  say(event: WorkerEvent): void;
}

/** A runtime of doubles, already set. */
export function useFakeRuntime(): FakeRuntime {
  const status: SupervisorStatus = { phase: 'running', generation: 1, backend: 'wasm', error: null, failures: 0, fellBackToWasm: false };
  const eventListeners: ((event: WorkerEvent) => void)[] = [];
  const make = (kind: FrameSource['kind'], label?: string): Promise<FrameSource> => {
    if (fake.refuse !== null) return Promise.reject(fake.refuse);
    const source = fakeSource(kind, label);
    fake.made.push(source);
    return Promise.resolve(source);
  };
  const done = (): Promise<void> => Promise.resolve();
  const supervisor: Supervisor = {
    status, apply: (spec) => { fake.applied.push(spec); return done(); }, attachSurface: done, layoutSurface: done, detachSurface: done, watchPoint: done,
    describeNetwork: () => Promise.resolve({ nodes: [], input: 'in', output: 'out', logits: 'out', firstConvolution: null }),
    describeExplanations: () => Promise.resolve([]), estimateCost: () => Promise.reject(new Error('a double')), readUnits: () => Promise.resolve([]),
    readKernels: () => Promise.resolve({ shape: [1], values: new Float32Array(1) }), runJob: () => Promise.reject(new Error('a double')), cancelJob: done,
    readActivation: () => Promise.resolve({ shape: [1], values: new Float32Array(1) }), memory: () => Promise.resolve({ tensors: 0, bytes: 0, openFrames: 0 }),
    breakForTest: done, onEvent: (listener) => { eventListeners.push(listener); return () => undefined; }, onStatus: () => () => undefined,
    setSource: (source) => { fake.fed.push(source as FrameSource | null); }, retry: () => undefined, dispose: () => undefined,
  };
  let ended: () => void = () => undefined;
  let muted: (on: boolean) => void = () => undefined;
  const openCamera = (): Promise<OpenCamera> => (fake.refuse === null ? Promise.resolve({
    device: { deviceId: 'a', label: 'Front', facing: 'user' }, stream: {} as MediaStream, abilities: { torch: true, zoom: null },
    setTorch: done, setZoom: done, onEnded: (listener) => { ended = listener; return () => undefined; },
    onMutedChange: (listener) => { muted = listener; return () => undefined; }, close: () => { fake.camera.closed += 1; },
  }) : Promise.reject(fake.refuse));
  const importer = createFakeImporter();
  const page = { nowMs: 1000, wide: false };
  const fake: FakeRuntime = {
    fed: [], made: [], applied: [], page, refuse: null, camera: { closed: 0, end: () => ended(), mute: (on) => muted(on) },
    say: (event) => { for (const listener of eventListeners) listener(event); },
    saved: [], stored: new Map(), importer,
    runtime: {
      supervisor, importer,
      sources: {
        openCamera, listCameras: () => Promise.resolve([]), onCameraListChange: () => () => undefined, readRememberedCamera: () => null, rememberCamera: () => undefined,
        cameraSource: () => make('camera'), pictureSource: (_, label) => make('picture', label), clipSource: (_, label) => make('clip', label), stillSource: () => make('still'), paintedSource: () => make('still'), encodeStill: async () => new Blob(['picture']), keptStill: (_, label) => make('still', label), arraySource: ({ name }) => make('picture', name),
      },
      page: {
        search: '', debug: false, baseUrl: 'http://localhost/', readHash: () => '', writeHash: () => undefined, onHashChange: () => undefined, isWide: () => page.wide,
        prefersStillness: () => false, canPlay: () => true, readStored: (key) => fake.stored.get(key) ?? null, store: (key, text) => { fake.stored.set(key, text); }, reload: () => undefined, saveFile: (name) => { fake.saved.push(name); }, nowMs: () => page.nowMs,
      },
    },
  };
  setRuntime(fake.runtime);
  return fake;
}
