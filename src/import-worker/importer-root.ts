/** Composition root of the import worker: reads the files a person brings, apart from the worker that shows frames. */
import type { ImporterApi } from '../contract/importer';
import { exposeApi } from '../contract/rpc';
import { readNetworkWithFacts } from '../formats/read-network';
import { openDownloadStore } from '../store/download-store';
import { openNetworkStore } from '../store/network-store';
import { digestBytes } from './digest';
import { createImporter } from './importer';

// Absent on insecure origins, whatever the type says.
const storage = (navigator as { readonly storage?: StorageManager }).storage;

exposeApi<ImporterApi>(createImporter({
  clock: {
    now: () => performance.now(),
    every: (periodMs, callback) => {
      const timer = setInterval(callback, periodMs);
      return () => clearInterval(timer);
    },
  },
  today: () => new Date().toISOString(),
  fetch: (...request) => fetch(...request),
  digest: digestBytes,
  networks: openNetworkStore,
  downloads: openDownloadStore,
  readNetwork: readNetworkWithFacts,
  readArrays: async (name, bytes) => (await import('../formats/numpy')).readNumpyArrays(name, bytes),
  estimate: async () => {
    const { usage = 0, quota = 0 } = await storage?.estimate?.() ?? {};
    return { usedBytes: usage, quotaBytes: quota, persisted: await storage?.persisted?.() ?? false };
  },
}));
