import type { NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import { defaultSpec } from '../contract/session-spec';
import type { SessionSpec } from '../contract/session-spec';
import type { Executor } from '../engine/executor.interface';
import type { NetworkGraph } from '../graph/network-graph';
import type { Renderer } from '../render/renderer';
import type { LiveNetwork } from './live-network';
import type { LiveSession } from './live-session';
import { createFakeScheduler, settlePromises } from './testing.fixture';
import type { Tier } from './tier';
import { createVisualizer } from './visualizer';

/** A visualizer whose tier, networks, sessions and jobs are doubles. */

interface FakeNetwork extends LiveNetwork {
  readonly disposals: number;
}

function createFakeNetwork(id: string): FakeNetwork {
  let disposals = 0;
  const graph: NetworkGraph = { name: id, format: 'test', nodes: [], input: 'in', output: 'out', logits: 'out', probabilities: 'softmax', inputShape: [1, 1, 1] };
  const executor = { graph, layers: () => [], dispose: () => { disposals += 1; } } as unknown as Executor;
  return { card: { id } as NetworkCard, executor, layers: new Map(), explainable: new Set(), explanationLayer: null, get disposals() { return disposals; } };
}

interface Load {
  readonly id: string;
  readonly signal: AbortSignal;
  finish(): Promise<FakeNetwork>;
  fail(error: AppError): Promise<void>;
}

export function setUpVisualizer(openTier: () => Promise<Tier> = async () => createFakeTier()) {
  const loads: Load[] = [];
  const sessions: { readonly id: string; specs: SessionSpec[]; points: unknown[]; disposed: boolean }[] = [];
  const events: WorkerEvent[] = [];
  const tiers: Tier[] = [];
  let failWarmUp: Error | null = null;
  const gates = { warmUp: Promise.resolve(), idle: Promise.resolve() };
  /** Warm-ups (or waiting for readbacks) take until the returned function is called. */
  const hold = (what: keyof typeof gates): (() => Promise<void>) => {
    let open: () => void = () => undefined;
    gates[what] = new Promise<void>((resolve) => { open = resolve; });
    return async () => {
      open();
      await settlePromises();
    };
  };
  const jobs: string[] = [];
  const visualizer = createVisualizer({
    scheduler: createFakeScheduler(),
    openTier: async () => {
      const tier = await openTier();
      tiers.push(tier);
      return tier;
    },
    loadNetwork: (_, id, progress, signal) => new Promise<LiveNetwork>((resolve, reject) => {
      progress(0, 10);
      loads.push({
        id, signal,
        finish: async () => {
          const network = createFakeNetwork(id);
          resolve(network);
          await settlePromises();
          return network;
        },
        fail: async (error) => {
          reject(error);
          await settlePromises();
        },
      });
      signal.addEventListener('abort', () => reject(new AppError('cancelled', id, true)));
    }),
    createSession: ({ network, spec }) => {
      const entry = { id: network.card.id, specs: [spec], points: [] as unknown[], disposed: false };
      sessions.push(entry);
      return {
        hasInput: false, importFrame: async () => undefined, compute: () => undefined, draw: () => undefined, settle: async () => undefined,
        publish: () => undefined, nextPublishInMs: () => null, noteTick: () => undefined, watchPoint: (point) => { entry.points.push(point); },
        readActivation: async () => ({ shape: [1], values: new Float32Array(1) }),
        inputSpec: () => network.card.input, copyFrame: () => { throw new AppError('internal', 'a double'); },
        warmUp: async () => {
          if (failWarmUp !== null) throw failWarmUp;
          await gates.warmUp;
        },
        whenIdle: () => gates.idle,
        setSpec: (next: SessionSpec) => { entry.specs.push(next); },
        dispose: () => { entry.disposed = true; },
      } satisfies LiveSession;
    },
    createJobs: (_, network) => {
      const name = network.card.id;
      return {
        run: async (job, _what, urgent) => { jobs.push(`${name} ${urgent === true ? 'urgent ' : ''}${job}`); throw new AppError('cancelled', job); }, cancel: (job) => { jobs.push(`${name} cancel ${job}`); },
        dispose: async () => { jobs.push(`${name} end`); },
      };
    },
    describeExplanations: () => [],
    estimateCost: (network, method, parameters, layer) => { jobs.push(`${network.card.id} cost ${method} ${JSON.stringify(parameters)} ${layer}`); return 7; },
    countTensors: () => ({ tensors: 3, bytes: 12 }),
  });
  const port = { postMessage: (event: WorkerEvent) => events.push(event), onmessage: null } as unknown as MessagePort;
  const begin = (debug = false) => visualizer.start({ framePort: port, eventPort: port, baseUrl: '/', debug });
  return { visualizer, begin, jobs, loads, sessions, events, tiers, hold, setWarmUpFailure: (error: Error | null) => { failWarmUp = error; } };
}

export function createFakeTier(log: string[] = []): Tier {
  const renderer = {
    attach: (surface: string) => log.push(`attach ${surface}`), layout: (surface: string) => log.push(`layout ${surface}`), detach: (surface: string) => log.push(`detach ${surface}`),
    clear: () => log.push('clear'), visibleLayers: () => new Set(), showsExplanation: () => false, showsInput: () => false,
  } as unknown as Renderer;
  return { backend: 'wasm', why: 'test', threads: 1, renderer, destroyDevice: null } as unknown as Tier;
}

/** The code a promise rejects with, or `done`. */
export const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: AppError) => error.code);
export const everyday = defaultSpec;
export const digits: SessionSpec = { ...defaultSpec, network: 'digits' };
