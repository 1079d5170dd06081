import type { DropDrafts, ImporterApi, ImportProgress } from '../contract/importer';
import { readNetworkWithFacts } from '../formats/read-network';
import { openDownloadStore } from '../store/download-store';
import { openNetworkStore } from '../store/network-store';
import { createImporter } from './importer';
import type { ImporterParts } from './importer';

/** An importer on real readers and a store in memory (`fake-indexeddb/auto` must be imported), with the window's hand on its port. */
export interface FakeImporter {
  readonly importer: ImporterApi;
  readonly progress: ImportProgress[];
  /** Moves the clock and lets timers run. */
  advance(ms: number): void;
}

/** Starts one at 2026-01-02; `changes` replaces its parts. */
export async function startFakeImporter(changes: Partial<ImporterParts> & { readonly dropDrafts?: DropDrafts } = {}): Promise<FakeImporter> {
  const progress: ImportProgress[] = [];
  const timers = new Set<{ readonly periodMs: number; nextMs: number; readonly callback: () => void }>();
  let nowMs = 0;
  const importer = createImporter({
    clock: {
      now: () => nowMs,
      every: (periodMs, callback) => {
        const timer = { periodMs, nextMs: nowMs + periodMs, callback };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    today: () => '2026-01-02T03:04:05.000Z',
    fetch: async (input) => {
      const address = input instanceof Request ? input.url : String(input);
      if (address.endsWith('labels/imagenet.json')) return new Response(JSON.stringify(Array.from({ length: 1000 }, (_, index) => `thing ${index}`)));
      throw new TypeError(`no network: ${address}`);
    },
    digest: (bytes) => crypto.subtle.digest('SHA-256', bytes),
    networks: openNetworkStore,
    downloads: openDownloadStore,
    readNetwork: readNetworkWithFacts,
    readArrays: () => Promise.resolve([]),
    estimate: async () => ({ usedBytes: 1, quotaBytes: 2, persisted: false }),
    ...changes,
  });
  const eventPort = { postMessage: (event: ImportProgress) => { progress.push(event); } } as unknown as MessagePort;
  await importer.start({ eventPort, baseUrl: 'https://app.example/', dropDrafts: changes.dropDrafts ?? 'all' });
  return {
    importer, progress,
    advance: (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.nextMs <= endMs).sort((a, b) => a.nextMs - b.nextMs);
        if (next === undefined) break;
        nowMs = next.nextMs;
        next.nextMs += next.periodMs;
        next.callback();
      }
      nowMs = endMs;
    },
  };
}
