import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import type { NetworkId } from '../contract/ids';
import type { SessionSpec } from '../contract/session-spec';
import type { FrameLoop } from './frame-loop';
import type { JobRunner } from './jobs/job-runner';
import { listFolded, listLayerInfos } from './live-network';
import type { LiveNetwork } from './live-network';
import type { LiveSession } from './live-session';
import type { Tier } from './tier';

const progressPeriodMs = 100;

/** The network on screen with what runs it; owned by the switch. */
export interface Shown {
  readonly network: LiveNetwork;
  readonly session: LiveSession;
  readonly jobs: JobRunner;
  /** `networkRevision` it was read at. */
  readonly revision: number;
  /** The spec that is in effect. */
  spec: SessionSpec;
}

export interface NetworkSwitchParts {
  /** Files, graph and executor. @throws AppError 'network-…' | 'format-…' | 'cancelled' when the signal aborted */
  readonly loadNetwork: (id: NetworkId, progress: (loadedBytes: number, totalBytes: number) => void, signal: AbortSignal) => Promise<LiveNetwork>;
  readonly createSession: (tier: Tier, network: LiveNetwork, spec: SessionSpec) => LiveSession;
  readonly createJobs: (tier: Tier, network: LiveNetwork, session: LiveSession) => JobRunner;
  /** Tells a session what else the person chose: before it is warmed up, and once more before its first frame. */
  readonly prepare: (session: LiveSession) => void;
  readonly loop: FrameLoop;
  readonly post: (event: WorkerEvent) => void;
  readonly now: () => number;
}

/**
 * Loads networks and brings them on screen, one after the other. What the newest spec does not need is given up: a download
 * stops, a network that waits for its turn is let go. Specs of one network share one load and one turn.
 */
export interface NetworkSwitch {
  /** Null before the first network and while one takes its turn. */
  readonly shown: Shown | null;
  /**
   * Brings the network of the newest spec on screen; at once where it is there already.
   *
   * @throws AppError 'superseded' | 'cancelled' when a later call asked for another network; what loading and warming up throw
   */
  bring(spec: SessionSpec, tier: Tier): Promise<Shown>;
}

/** Which network, as a spec names it. */
type Wanted = Pick<SessionSpec, 'network' | 'networkRevision'>;

interface Loading extends Wanted {
  readonly abort: AbortController;
  readonly loaded: Promise<LiveNetwork>;
}

interface Coming extends Wanted {
  readonly done: Promise<Shown>;
}

const isSame = (a: Wanted, b: Wanted): boolean => a.network === b.network && a.networkRevision === b.networkRevision;

/** Makes the switch of one worker; nothing is loaded before the first spec. */
export function createNetworkSwitch(parts: NetworkSwitchParts): NetworkSwitch {
  const { loop, post } = parts;
  let loading: Loading | null = null;
  /** Loaded, and waiting for its turn or taking it: the last of the queue. */
  let coming: Coming | null = null;
  let shown: Shown | null = null;
  let newest: SessionSpec | null = null;

  const isShown = (spec: Wanted): boolean => shown !== null && isSame(spec, { network: shown.network.card.id, networkRevision: shown.revision });

  const stopLoading = (): void => {
    loading?.abort.abort();
    loading = null;
  };

  const ensureLoad = ({ network: id, networkRevision }: SessionSpec): Promise<LiveNetwork> => {
    if (loading !== null && isSame(loading, { network: id, networkRevision })) return loading.loaded;
    stopLoading();
    const abort = new AbortController();
    let lastPostMs = Number.NEGATIVE_INFINITY;
    const progress = (loadedBytes: number, totalBytes: number): void => {
      const now = parts.now();
      if (abort.signal.aborted || (now - lastPostMs < progressPeriodMs && loadedBytes < totalBytes)) return;
      lastPostMs = now;
      post({ kind: 'loading', network: id, loadedBytes, totalBytes });
    };
    const loaded = parts.loadNetwork(id, progress, abort.signal).then((network) => {
      if (!abort.signal.aborted) return network;
      network.executor.dispose();
      throw new AppError('cancelled', id, true);
    });
    const entry: Loading = { network: id, networkRevision, abort, loaded };
    loading = entry;
    // Each caller handles its own rejection; this one only forgets the attempt, so that the next one tries again.
    loaded.catch(() => { if (loading === entry) loading = null; });
    return loaded;
  };

  const takeTurn = async (network: LiveNetwork, asked: SessionSpec, tier: Tier): Promise<Shown> => {
    if (newest === null || !isSame(newest, asked) || isShown(asked)) {
      network.executor.dispose();
      if (shown !== null && isShown(asked)) return shown;
      throw new AppError('superseded', 'another network is wanted by now', true);
    }
    loop.setSession(null);
    // Before the turn is taken: a job's last step needs one.
    await shown?.jobs.dispose();
    return loop.betweenTicks(() => replace(network, asked, tier));
  };

  const replace = async (network: LiveNetwork, asked: SessionSpec, tier: Tier): Promise<Shown> => {
    const old = shown;
    shown = null;
    old?.session.dispose();
    await old?.session.whenIdle();
    old?.network.executor.dispose();
    tier.renderer.clear();
    // What was chosen while it waited is part of the warm-up.
    const spec = newest !== null && isSame(newest, asked) ? newest : asked;
    const session = parts.createSession(tier, network, spec);
    parts.prepare(session);
    postNetwork(post, network, spec);
    try {
      await session.warmUp();
    } catch (thrown) {
      session.dispose();
      network.executor.dispose();
      throw thrown;
    }
    parts.prepare(session);
    shown = { network, session, jobs: parts.createJobs(tier, network, session), revision: spec.networkRevision, spec };
    loop.setSession(session);
    return shown;
  };

  /** In turn: two at once would dispose the network that one of them is about to show, or forget the jobs of the other. */
  const queue = (network: LiveNetwork, asked: SessionSpec, tier: Tier): Promise<Shown> => {
    const turn = (): Promise<Shown> => takeTurn(network, asked, tier);
    const done = coming === null ? turn() : coming.done.then(turn, turn);
    const entry: Coming = { network: asked.network, networkRevision: asked.networkRevision, done };
    coming = entry;
    const leave = (): void => { if (coming === entry) coming = null; };
    done.then(leave, leave);
    return done;
  };

  return {
    get shown() { return shown; },
    bring: async (spec, tier) => {
      newest = spec;
      if (coming !== null && isSame(coming, spec)) {
        stopLoading();
        return coming.done;
      }
      if (coming === null && shown !== null && isShown(spec)) {
        stopLoading();
        return shown;
      }
      const network = await ensureLoad(spec);
      // Whoever waited for the same load has queued it already.
      if (coming !== null && isSame(coming, spec)) return coming.done;
      loading = null;
      return queue(network, spec, tier);
    },
  };
}

/** Tells the window which network runs and what its layers are. */
export function postNetwork(post: (event: WorkerEvent) => void, network: LiveNetwork, spec: SessionSpec): void {
  const mode = spec.everyStep ? 'inspect' : 'live';
  post({
    kind: 'network', network: network.card.id, card: network.card, layers: listLayerInfos(network, mode), folded: listFolded(network, mode),
    explanationLayer: network.explanationLayer, answersStandAlone: network.executor.graph.probabilities !== 'softmax',
  });
}
