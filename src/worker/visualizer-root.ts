/** Composition root of the worker: puts the parts together and offers them to the window. */
import { AppError } from '../contract/errors';
import { exposeApi } from '../contract/rpc';
import { startBackend } from '../engine/backend';
import { createExecutor } from '../engine/executor';
import { countTensors } from '../engine/frame-values';
import { describeExplanations, estimateCost } from '../explain/registry';
import { openNetworkStore } from '../store/network-store';
import { createJobs } from './jobs/create-jobs';
import { createLiveNetwork } from './live-network';
import { createLiveSession } from './live-session';
import { loadNetworkFiles } from './network-loader';
import { readNetworkGraph } from './read-graph';
import { isKept, readKeptNetwork } from './read-kept';
import { recogniseFailure } from './recognise-failure';
import { createScheduler } from './scheduler';
import { createWasmTier } from './tier-wasm';
import { createWebGpuTier } from './tier-webgpu';
import { createVisualizer } from './visualizer';

// Absent on insecure origins, whatever the type says.
const subtle = (crypto as { readonly subtle?: SubtleCrypto }).subtle;

const scheduler = createScheduler();
const visualizer = createVisualizer({
  scheduler,
  openTier: async (choice, baseUrl, onFailure) => {
    const started = await startBackend({ choice, wasmPath: `${baseUrl}wasm/` });
    return started.backend === 'webgpu' ? createWebGpuTier(started, onFailure) : createWasmTier(started);
  },
  loadNetwork: async (baseUrl, id, progress, signal) => {
    if (isKept(id)) {
      const store = await openNetworkStore();
      try {
        const { card, graph } = await readKeptNetwork(store, id, progress, signal);
        return createLiveNetwork(card, createExecutor(graph));
      } finally {
        store.close();
      }
    }
    const digest = subtle === undefined ? null : (bytes: ArrayBuffer) => subtle.digest('SHA-256', bytes);
    const { card, files } = await loadNetworkFiles({ baseUrl, fetch: (...request) => fetch(...request), digest }, id, progress, signal);
    return createLiveNetwork(card, createExecutor(readNetworkGraph(card, files)));
  },
  createSession: createLiveSession,
  createJobs: (...session) => createJobs(scheduler, ...session),
  describeExplanations: ({ executor }, unitLayer) => describeExplanations(executor.graph, unitLayer),
  estimateCost: ({ executor }, ...of) => estimateCost(executor.graph, ...of),
  countTensors,
});

// Nothing here is caught elsewhere: whatever arrives means that the worker's state cannot be trusted any more.
const reportCrash = (thrown: unknown): void => {
  const error = recogniseFailure(thrown);
  visualizer.report(error.code === 'out-of-memory' ? error : new AppError('worker-crashed', error.detail, true, { cause: thrown }));
};
addEventListener('error', (event) => reportCrash(event.error ?? event.message));
addEventListener('unhandledrejection', (event) => reportCrash(event.reason));

exposeApi(visualizer);
