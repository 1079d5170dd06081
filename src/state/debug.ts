import type { ActivationReport, MemoryReport, VisualizerApi } from '../contract/api';
import type { Prediction } from '../contract/events';
import { spec } from './choices';
import { getRuntime } from './runtime';
import { answers, drawn, explanation, layers, network, rate, status } from './worker-state';

/** What `?debug` lets tests (and the curious) read; plain JSON, last known values. */
export interface Snapshot {
  readonly backend: string | null;
  /** Counts up with every worker; 1: the first one still runs. */
  readonly generation: number;
  readonly network: string | null;
  readonly frame: { readonly sequence: number; readonly capturedAtMs: number; readonly drawnAtMs: number };
  readonly rate: { readonly framesPerSecond: number; readonly tickMs: number; readonly forwardMs: number };
  readonly predictions: readonly Pick<Prediction, 'label' | 'probability'>[];
  readonly memory: MemoryReport;
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly explanation: { readonly method: string; readonly state: string; readonly layer: string | null; readonly target: string | null;
    /** Every how many frames one is explained. */
    readonly everyFrames: number };
}

export interface DebugHandle {
  snapshot(): Snapshot;
  readActivation(layer: string): Promise<ActivationReport>;
  runJob: VisualizerApi['runJob'];
  /** Makes a failure happen for real. */
  break(what: Parameters<VisualizerApi['breakForTest']>[0]): Promise<void>;
}

const memoryPollMs = 500;

/** Only with `?debug`: `globalThis.innerview`. */
export function exposeDebugHandle(): void {
  let memory: MemoryReport = { tensors: 0, bytes: 0, openFrames: 0 };
  const { supervisor } = getRuntime();
  const poll = async (): Promise<void> => {
    // While there is no worker there is no memory to count; the last count stands.
    memory = await supervisor.memory().catch(() => memory);
    setTimeout(() => void poll(), memoryPollMs);
  };
  void poll();
  const handle: DebugHandle = {
    snapshot: () => takeSnapshot(memory),
    readActivation: (layer) => supervisor.readActivation(layer),
    runJob: (job, what, urgent) => supervisor.runJob(job, what, urgent),
    break: (what) => supervisor.breakForTest(what),
  };
  Object.assign(globalThis, { innerview: handle });
}

function takeSnapshot(memory: MemoryReport): Snapshot {
  const shownFrame = drawn.peek();
  const shownRate = rate.peek();
  const shownExplanation = explanation.peek();
  return {
    backend: status.peek().backend,
    generation: status.peek().generation,
    network: network.peek()?.network ?? null,
    frame: { sequence: shownFrame?.sequence ?? 0, capturedAtMs: shownFrame?.capturedAtMs ?? 0, drawnAtMs: shownFrame?.drawnAtMs ?? 0 },
    rate: { framesPerSecond: shownRate?.framesPerSecond ?? 0, tickMs: shownRate?.tickMs ?? 0, forwardMs: shownRate?.forwardMs ?? 0 },
    predictions: answers.peek().map(({ label, probability }) => ({ label, probability })),
    memory,
    layers: layers.peek().map(({ name, shape }) => ({ name, shape })),
    explanation: {
      method: shownExplanation?.method ?? spec.peek().explanation,
      state: shownExplanation?.state ?? 'off',
      layer: shownExplanation?.layer ?? null,
      everyFrames: shownExplanation?.everyFrames ?? 1,
      target: shownExplanation === null ? null : network.peek()?.card.classes[shownExplanation.targetIndex] ?? null,
    },
  };
}
