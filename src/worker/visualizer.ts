import type { StartOptions, VisualizerApi } from '../contract/api';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { ExplanationDescription } from '../contract/explanations';
import type { JobId, LayerId, NetworkId, SurfaceId } from '../contract/ids';
import { diffSpec } from '../contract/session-spec';
import type { BackendChoice, SessionSpec } from '../contract/session-spec';
import type { SurfaceLayout } from '../contract/stage-layout';
import type { NetworkGraph } from '../graph/network-graph';
import { breakWorker } from './break-worker';
import { describeNetwork, readKernels } from './describe-network';
import { asFramePort, createFrameInbox } from './frame-inbox';
import type { FrameInbox } from './frame-inbox';
import { startFrameLoop } from './frame-loop';
import type { FrameLoop } from './frame-loop';
import type { LiveNetwork } from './live-network';
import type { LiveSession, LiveSessionParts } from './live-session';
import type { JobRunner } from './jobs/job-runner';
import { createNetworkSwitch, postNetwork } from './network-switch';
import type { NetworkSwitch, Shown } from './network-switch';
import { readUnits } from './read-units';
import { recogniseFailure } from './recognise-failure';
import type { Scheduler } from './scheduler';
import type { Tier } from './tier';

const heartbeatPeriodMs = 500;
const tierFailureGraceMs = 250;

/** What the visualizer is put together from; fakes in tests. */
export interface VisualizerParts {
  readonly scheduler: Scheduler;
  /** @throws AppError 'backend-unavailable' */
  readonly openTier: (choice: BackendChoice, baseUrl: string, onFailure: (error: AppError) => void) => Promise<Tier>;
  /** Files, graph and executor. @throws AppError 'network-…' | 'format-…' | 'cancelled' when the signal aborted */
  readonly loadNetwork: (
    baseUrl: string, id: NetworkId, progress: (loadedBytes: number, totalBytes: number) => void, signal: AbortSignal,
  ) => Promise<LiveNetwork>;
  readonly createSession: (parts: LiveSessionParts) => LiveSession;
  /** Long computations on frames of this session. */
  readonly createJobs: (tier: Tier, network: LiveNetwork, session: LiveSession, loop: FrameLoop, post: (event: WorkerEvent) => void) => JobRunner;
  readonly describeExplanations: (network: LiveNetwork, unitLayer?: LayerId) => readonly ExplanationDescription[];
  readonly estimateCost: (network: LiveNetwork, ...of: Parameters<VisualizerApi['estimateCost']>) => number;
  readonly countTensors: () => { readonly tensors: number; readonly bytes: number };
}

interface Started {
  readonly options: StartOptions;
  readonly inbox: FrameInbox;
  readonly loop: FrameLoop;
  readonly networks: NetworkSwitch;
}

/** The visualizer and what the composition root needs of it besides the API. */
export interface Visualizer extends VisualizerApi {
  /** Says that something failed that no caller waits for. */
  report(error: AppError): void;
}

/**
 * Makes the worker's side of the contract. Specs are declarative: the newest wins, the one before rejects with `superseded`,
 * and what both need (a download under way) goes on.
 */
export function createVisualizer(parts: VisualizerParts): Visualizer {
  let started: Started | null = null;
  let tier: { readonly choice: BackendChoice; readonly opening: Promise<Tier>; opened: Tier | null } | null = null;
  let supersede: ((reason: AppError) => void) | null = null;
  let newest = 0;
  let tierFailed = false;
  let point: Parameters<VisualizerApi['watchPoint']>[0] = null;
  /** Canvases that came before the tier. */
  const surfaces = new Map<SurfaceId, { canvas: OffscreenCanvas; layout: SurfaceLayout }>();
  const attached = new Set<SurfaceId>();
  /** Jobs that were asked for and have not reached a runner. */
  const arriving = new Map<JobId, 'wanted' | 'cancelled'>();

  const post = (event: WorkerEvent): void => { started?.options.eventPort.postMessage(event); };
  const report = (error: AppError): void => {
    post({ kind: 'error', error: { code: error.code, detail: error.detail, recoverable: error.recoverable } });
  };
  /** A lost device makes readbacks and ticks fail too, in no certain order: its own report goes first, and alone. */
  const reportLater = (error: AppError): void => {
    parts.scheduler.after(tierFailureGraceMs, () => { if (!tierFailed) report(error); });
  };
  const requireStart = (): Started => {
    if (started === null) throw new AppError('internal', 'start() was not called');
    return started;
  };

  const ensureTier = (choice: BackendChoice): Promise<Tier> => {
    if (tier !== null && tier.choice === choice) return tier.opening;
    // Canvases and tensors belong to a backend; the window starts another worker for another choice.
    if (tier !== null) throw new AppError('internal', `this worker runs '${tier.choice}', not '${choice}'`);
    const { options } = requireStart();
    const opening = parts.openTier(choice, options.baseUrl, (error) => {
      tierFailed = true;
      started?.loop.halt();
      report(error);
    });
    const entry = { choice, opening, opened: null as Tier | null };
    tier = entry;
    opening.then((opened) => {
      entry.opened = opened;
      for (const [surface, { canvas, layout }] of surfaces) {
        opened.renderer.attach(surface, canvas, layout);
        attached.add(surface);
      }
      surfaces.clear();
      post({ kind: 'ready', backend: opened.backend, why: opened.why, threads: opened.threads });
    }, () => { tier = null; });
    return opening;
  };

  const bringIntoEffect = async (spec: SessionSpec, isNewest: () => boolean): Promise<void> => {
    const opened = await ensureTier(spec.backend);
    if (!isNewest()) return;
    const { loop, networks } = requireStart();
    const shown = await networks.bring(spec, opened);
    if (!isNewest()) return;
    const change = diffSpec(shown.spec, spec);
    const everyStepChanged = shown.spec.everyStep !== spec.everyStep;
    shown.spec = spec;
    shown.session.setSpec(spec);
    if (everyStepChanged) postNetwork(post, shown.network, spec);
    if (change.view) loop.requestRedraw();
  };

  const findShown = (): Shown | null => started?.networks.shown ?? null;
  const requireShown = (): Shown => {
    const shown = findShown();
    if (shown === null) throw new AppError('internal', 'no network is loaded yet', true);
    return shown;
  };
  const requireTier = (): Tier => {
    if (tier?.opened == null) throw new AppError('internal', 'nothing runs yet', true);
    return tier.opened;
  };
  const shownGraph = (): NetworkGraph => requireShown().network.executor.graph;

  const redraw = (): void => { started?.loop.requestRedraw(); };

  return {
    report,
    start: async (options) => {
      if (started !== null) throw new AppError('internal', 'start() was called twice');
      const inbox = createFrameInbox(asFramePort(options.framePort));
      const loop = startFrameLoop({ inbox, scheduler: parts.scheduler, onFailure: reportLater });
      const now = (): number => parts.scheduler.now();
      const networks = createNetworkSwitch({
        loop, post, now,
        loadNetwork: (id, progress, signal) => parts.loadNetwork(options.baseUrl, id, progress, signal),
        createSession: (opened, network, spec) => parts.createSession({
          tier: opened, network, spec, post, now, onError: (thrown) => reportLater(recogniseFailure(thrown)), onReadEnd: () => loop.requestPublish(),
        }),
        createJobs: (opened, network, session) => parts.createJobs(opened, network, session, loop, post),
        prepare: (session) => session.watchPoint(point),
      });
      started = { options, inbox, loop, networks };
      setInterval(() => post({ kind: 'heartbeat', atMs: parts.scheduler.now() }), heartbeatPeriodMs);
      return { backend: null };
    },
    apply: (spec) => {
      const number = ++newest;
      supersede?.(new AppError('superseded', 'a newer spec came', true));
      return new Promise<void>((resolve, reject) => {
        supersede = reject;
        bringIntoEffect(spec, () => number === newest).then(resolve, (thrown: unknown) => reject(recogniseFailure(thrown)))
          .finally(() => { if (number === newest) supersede = null; });
      });
    },
    attachSurface: async (surface, canvas, layout) => {
      if (tier?.opened == null) {
        surfaces.set(surface, { canvas, layout });
        return;
      }
      tier.opened.renderer.attach(surface, canvas, layout);
      attached.add(surface);
      redraw();
    },
    layoutSurface: async (surface, layout) => {
      const waiting = surfaces.get(surface);
      if (waiting !== undefined) waiting.layout = layout;
      // One that is not attached belonged to a worker that is gone; the page is about to hand over its successor.
      if (!attached.has(surface)) return;
      tier?.opened?.renderer.layout(surface, layout);
      redraw();
    },
    detachSurface: async (surface) => {
      surfaces.delete(surface);
      if (attached.delete(surface)) tier?.opened?.renderer.detach(surface);
    },
    watchPoint: async (next) => {
      point = next;
      findShown()?.session.watchPoint(next);
      redraw();
    },
    readActivation: async (layer: LayerId) => requireStart().loop.betweenTicks(() => requireShown().session.readActivation(layer)),
    readUnits: async (at) => requireStart().loop.betweenTicks(async () => {
      const { network, session, spec } = requireShown();
      const { input } = session.copyFrame();
      try {
        return await readUnits({ network, input, mode: spec.everyStep ? 'inspect' : 'live', readValues: requireTier().readValues }, at);
      } finally {
        input.dispose();
      }
    }),
    describeNetwork: async () => requireStart().loop.betweenTicks(() => describeNetwork(shownGraph())),
    readKernels: async (layer) => requireStart().loop.betweenTicks(() => readKernels(shownGraph(), layer)),
    describeExplanations: async (unitLayer) => requireStart().loop.betweenTicks(() => parts.describeExplanations(requireShown().network, unitLayer)),
    estimateCost: async (...of) => requireStart().loop.betweenTicks(() => parts.estimateCost(requireShown().network, ...of)),
    runJob: async (job, what, urgent) => {
      arriving.set(job, 'wanted');
      try {
        // A network that is being shown takes a turn; the job belongs to the one after it.
        const { jobs } = await requireStart().loop.betweenTicks(requireShown);
        if (arriving.get(job) === 'cancelled') throw new AppError('cancelled', `job ${job}`, true);
        return jobs.run(job, what, urgent);
      } finally {
        arriving.delete(job);
      }
    },
    cancelJob: async (job) => {
      if (arriving.has(job)) arriving.set(job, 'cancelled');
      else findShown()?.jobs.cancel(job);
    },
    memory: async () => {
      const { loop, inbox } = requireStart();
      return loop.betweenTicks(async () => {
        // tfjs, asked before it was told where its files lie, starts by itself and looks for them in the wrong place.
        requireTier();
        await findShown()?.session.whenIdle();
        return { ...parts.countTensors(), openFrames: inbox.openFrames };
      });
    },
    breakForTest: async (what) => {
      if (!requireStart().options.debug) throw new AppError('internal', 'breakForTest needs ?debug');
      breakWorker(what, tier?.opened ?? null);
    },
  };
}
