import { Worker } from 'node:worker_threads';

interface Rows {
  readonly sizePx: number;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly samples: number;
}

export type RenderJob = (Rows & { readonly kind: 'picture'; readonly name: string; readonly seed: number }) | (Rows & { readonly kind: 'frame'; readonly phase: number });

export interface RenderPool {
  /** Runs one job on the next free thread; the rows of floats are the caller's. */
  readonly run: (job: RenderJob) => Promise<Float32Array>;
  readonly dispose: () => Promise<void>;
}

/** Starts `threads` Node worker threads that render rows. */
export function createRenderPool(threads: number): RenderPool {
  // Threads do not inherit tsx's loader, so each registers it before it imports TypeScript.
  const boot = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then((tsx) => { tsx.register(); return import(${JSON.stringify(new URL('./render-worker.ts', import.meta.url).href)}); });`;
  const workers = Array.from({ length: threads }, () => new Worker(boot, { eval: true }));
  const idle = [...workers];
  const waiting: ((worker: Worker) => void)[] = [];
  const release = (worker: Worker): void => {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  };
  return {
    run: async (job) => {
      const worker = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
      return new Promise<Float32Array>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (rows: Float32Array) => {
          worker.removeListener('error', reject);
          release(worker);
          resolve(rows);
        });
        worker.postMessage(job);
      });
    },
    dispose: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
