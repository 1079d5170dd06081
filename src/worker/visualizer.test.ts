import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

interface FakeNetwork extends LiveNetwork {
  readonly disposals: number;
}

function createFakeNetwork(id: string): FakeNetwork {
  let disposals = 0;
  const graph: NetworkGraph = { name: id, format: 'test', nodes: [], input: 'in', output: 'out', logits: 'out', inputShape: [1, 1, 1] };
  const executor = { graph, layers: () => [], dispose: () => { disposals += 1; } } as unknown as Executor;
  return { card: { id } as NetworkCard, executor, layers: new Map(), explainable: new Set(), explanationLayer: null, probabilities: 'softmax', get disposals() { return disposals; } };
}

interface Load {
  readonly id: string;
  readonly signal: AbortSignal;
  finish(): Promise<FakeNetwork>;
  fail(error: AppError): Promise<void>;
}

function setUp(openTier: () => Promise<Tier> = async () => createFakeTier()) {
  const loads: Load[] = [];
  const sessions: { readonly id: string; specs: SessionSpec[]; disposed: boolean }[] = [];
  const events: WorkerEvent[] = [];
  const tiers: Tier[] = [];
  let failWarmUp: Error | null = null;
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
      const entry = { id: network.card.id, specs: [spec], disposed: false };
      sessions.push(entry);
      return {
        hasInput: false, importFrame: async () => undefined, compute: () => undefined, draw: () => undefined, settle: async () => undefined,
        publish: () => undefined, nextPublishInMs: () => null, noteTick: () => undefined, watchPoint: () => undefined,
        readActivation: async () => ({ shape: [1], values: new Float32Array(1) }),
        inputSpec: () => network.card.input, copyFrame: () => { throw new AppError('internal', 'a double'); },
        warmUp: async () => { if (failWarmUp !== null) throw failWarmUp; },
        whenIdle: async () => undefined,
        setSpec: (next: SessionSpec) => { entry.specs.push(next); },
        dispose: () => { entry.disposed = true; },
      } satisfies LiveSession;
    },
    createJobs: (_, network) => {
      const name = network.card.id;
      return {
        run: async (job) => { jobs.push(`${name} ${job}`); throw new AppError('cancelled', job); }, cancel: (job) => { jobs.push(`${name} cancel ${job}`); },
        dispose: async () => { jobs.push(`${name} end`); },
      };
    },
    describeExplanations: () => [],
    countTensors: () => ({ tensors: 3, bytes: 12 }),
  });
  const port = { postMessage: (event: WorkerEvent) => events.push(event), onmessage: null } as unknown as MessagePort;
  const begin = (debug = false) => visualizer.start({ framePort: port, eventPort: port, baseUrl: '/', debug });
  return { visualizer, begin, jobs, loads, sessions, events, tiers, setWarmUpFailure: (error: Error | null) => { failWarmUp = error; } };
}

function createFakeTier(log: string[] = []): Tier {
  const renderer = {
    attach: (surface: string) => log.push(`attach ${surface}`), layout: (surface: string) => log.push(`layout ${surface}`), detach: (surface: string) => log.push(`detach ${surface}`),
    clear: () => log.push('clear'), visibleLayers: () => new Set(), showsExplanation: () => false, showsInput: () => false,
  } as unknown as Renderer;
  return { backend: 'wasm', why: 'test', threads: 1, renderer, destroyDevice: null } as unknown as Tier;
}

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: AppError) => error.code);
const everyday = defaultSpec;
const digits: SessionSpec = { ...defaultSpec, network: 'digits' };

describe('createVisualizer', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('gives jobs to the network on screen and ends them before another is shown', async () => {
    const { visualizer, begin, loads, jobs } = setUp();
    await begin();
    expect(await code(visualizer.runJob('a', { kind: 'sanity', of: 'x', seed: 1 }))).toBe('internal');
    const applied = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await applied;
    expect(await code(visualizer.runJob('b', { kind: 'sanity', of: 'x', seed: 1 }))).toBe('cancelled');
    await visualizer.cancelJob('b');
    const changed = visualizer.apply(digits);
    await settlePromises();
    await loads[1]?.finish();
    await changed;
    expect(await code(visualizer.runJob('c', { kind: 'sanity', of: 'x', seed: 1 }))).toBe('cancelled');
    expect(jobs).toEqual(['everyday b', 'everyday cancel b', 'everyday end', 'digits c']);
  });

  it('opens the tier, loads, shows, and says so in this order', async () => {
    const { visualizer, begin, loads, events, sessions } = setUp();
    await begin();
    const applied = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await applied;
    expect(events.filter((event) => event.kind !== 'heartbeat' && 'kind' in event && event.kind !== ('credit' as string)).map((event) => event.kind)).toEqual(['ready', 'loading', 'network']);
    expect(sessions.map((session) => session.id)).toEqual(['everyday']);
  });

  it('is idempotent: the same spec again loads nothing', async () => {
    const { visualizer, begin, loads, sessions } = setUp();
    await begin();
    const first = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await first;
    await visualizer.apply({ ...everyday });
    expect(loads.length).toBe(1);
    expect(sessions.length).toBe(1);
  });

  it('reads a network again when its card was changed, and stays with what a newer revision made of it', async () => {
    const { visualizer, begin, loads, sessions } = setUp();
    await begin();
    const applied = visualizer.apply({ ...everyday, networkRevision: 1 });
    await settlePromises();
    const first = await loads[0]?.finish();
    await applied;
    const changed = visualizer.apply({ ...everyday, networkRevision: 2 });
    await settlePromises();
    const changedAgain = visualizer.apply({ ...everyday, networkRevision: 3 });
    expect(await code(changed)).toBe('superseded');
    await settlePromises();
    expect(loads.map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
    await loads[2]?.finish();
    await changedAgain;
    expect(first?.disposals).toBe(1);
    expect(sessions.map(({ disposed }) => disposed)).toEqual([true, false]);
    await visualizer.apply({ ...everyday, networkRevision: 3, openChannel: 1 });
    expect(loads).toHaveLength(3);
  });

  it('lets the newest win: the older rejects at once, and its download stops', async () => {
    const { visualizer, begin, loads, sessions } = setUp();
    await begin();
    const older = code(visualizer.apply(everyday));
    await settlePromises();
    const newer = visualizer.apply(digits);
    expect(await older).toBe('superseded');
    await settlePromises();
    expect(loads.map((load) => [load.id, load.signal.aborted])).toEqual([['everyday', true], ['digits', false]]);
    await loads[1]?.finish();
    await newer;
    expect(sessions.map((session) => session.id)).toEqual(['digits']);
  });

  it('goes on with a download that the newer spec needs too', async () => {
    const { visualizer, begin, loads, sessions } = setUp();
    await begin();
    const older = code(visualizer.apply(everyday));
    await settlePromises();
    const newer = visualizer.apply({ ...everyday, colourMap: 'grey' });
    await settlePromises();
    await loads[0]?.finish();
    await newer;
    expect(await older).toBe('superseded');
    expect(loads.length).toBe(1);
    expect(sessions[0]?.specs.at(-1)?.colourMap).toBe('grey');
  });

  it('keeps what is shown when the next network cannot be loaded, and can try again', async () => {
    const { visualizer, begin, loads, sessions } = setUp();
    await begin();
    const first = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await first;
    const missing = code(visualizer.apply(digits));
    await settlePromises();
    await loads[1]?.fail(new AppError('network-missing', '404'));
    expect(await missing).toBe('network-missing');
    expect(sessions[0]?.disposed).toBe(false);
    const again = visualizer.apply(digits);
    await settlePromises();
    const network = await loads[2]?.finish();
    await again;
    expect(sessions.map((session) => [session.id, session.disposed])).toEqual([['everyday', true], ['digits', false]]);
    expect(network?.disposals).toBe(0);
  });

  it('does not count a network as shown whose warm-up failed', async () => {
    const { visualizer, begin, loads, sessions, setWarmUpFailure } = setUp();
    await begin();
    setWarmUpFailure(new RangeError('WebAssembly.Memory.grow(): out of memory'));
    const failed = code(visualizer.apply(everyday));
    await settlePromises();
    const network = await loads[0]?.finish();
    expect(await failed).toBe('out-of-memory');
    expect(network?.disposals).toBe(1);
    setWarmUpFailure(null);
    const again = visualizer.apply(everyday);
    await settlePromises();
    await loads[1]?.finish();
    await again;
    expect(sessions.map((session) => session.disposed)).toEqual([true, false]);
  });

  it('rejects when no backend can be had, and refuses to change it', async () => {
    let works = false;
    const { visualizer, begin, loads } = setUp(async () => {
      if (!works) throw new AppError('backend-unavailable', 'nothing here');
      return createFakeTier();
    });
    await begin();
    expect(await code(visualizer.apply(everyday))).toBe('backend-unavailable');
    works = true;
    const applied = visualizer.apply(everyday);
    await settlePromises();
    await loads[0]?.finish();
    await applied;
    expect(await code(visualizer.apply({ ...everyday, backend: 'webgpu' }))).toBe('internal');
  });

  it('attaches surfaces that came before the tier once it is there, unless they left', async () => {
    const log: string[] = [];
    const { visualizer, begin, loads } = setUp(async () => createFakeTier(log));
    await begin();
    const layout = { widthPx: 1, heightPx: 1, tiles: [] };
    const canvas = {} as OffscreenCanvas;
    await visualizer.attachSurface('rail', canvas, layout);
    await visualizer.attachSurface('gone', canvas, layout);
    await visualizer.detachSurface('gone');
    expect(log).toEqual([]);
    const applied = visualizer.apply(everyday);
    await settlePromises();
    expect(log).toEqual(['attach rail']);
    await loads[0]?.finish();
    await applied;
    await visualizer.attachSurface('late', canvas, layout);
    await visualizer.detachSurface('rail');
    await visualizer.detachSurface('rail');
    await visualizer.layoutSurface('rail', layout);
    await visualizer.layoutSurface('late', layout);
    expect(log).toEqual(['attach rail', 'clear', 'attach late', 'detach rail', 'layout late']);
  });

  it('counts memory, beats, and breaks only when it may', async () => {
    const { visualizer, begin, events } = setUp();
    await begin();
    expect(await visualizer.memory()).toEqual({ tensors: 3, bytes: 12, openFrames: 0 });
    await vi.advanceTimersByTimeAsync(1100);
    expect(events.filter((event) => event.kind === 'heartbeat').length).toBe(2);
    expect(await code(visualizer.breakForTest('crash'))).toBe('internal');
    expect(await code(visualizer.readActivation('conv'))).toBe('internal');
  });
});
