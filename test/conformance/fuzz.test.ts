import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { FuzzFormat } from './fuzz-worker';

/*
 * Thousands of broken files for each reader, drawn by seed: each is read after all, or refused with the code of an AppError,
 * soon, in bounded memory, and without changing a prototype. More on demand: FUZZ_CASES=100000 npx vitest run test/conformance/fuzz.test.ts
 */
const cases: Readonly<Record<FuzzFormat, number>> = { onnx: 1500, 'keras-h5': 600, 'keras-zip': 600, 'tfjs-layers': 1000, 'tfjs-graph': 1500, tflite: 1500, npy: 1500, npz: 1500 };
const asked = Number(process.env['FUZZ_CASES'] ?? 0);
const start = Number(process.env['FUZZ_FROM'] ?? 0);
/** A single file must be answered within this; machines that run tests stall. */
const longestMs = 5000;
const mostBufferBytes = 2 ** 30;

interface Said {
  readonly seed: number;
  readonly outcome: string | null;
  readonly bufferBytes?: number;
}

interface Outcome {
  readonly counts: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

function run(format: FuzzFormat, count: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const counts = new Map<string, number>();
    const faults: string[] = [];
    let current = start;
    // Not before the thread says that it begins: starting it and loading the parsers is not a file's fault.
    let begunMs = Number.POSITIVE_INFINITY;
    // A thread does not inherit vitest's way of reading TypeScript.
    const path = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'fuzz-worker.ts')).href);
    const worker = new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${path}); });`, {
      // HDF5 tells its own story of each broken file.
      stderr: true, eval: true, workerData: { format, from: start, count }, resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const watch = setInterval(() => {
      if (Date.now() - begunMs > longestMs) end(`seed ${current}: no answer within ${longestMs} ms`);
    }, 250);
    const end = (fault: string | null): void => {
      clearInterval(watch);
      if (fault !== null) faults.push(fault);
      void worker.terminate();
      resolve({ counts, faults });
    };
    worker.on('message', ({ seed, outcome, bufferBytes = 0 }: Said) => {
      current = seed;
      begunMs = Date.now();
      if (outcome === 'end') end(null);
      else if (outcome !== null) {
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        if (outcome === 'internal' || /^not an|^a prototype/.test(outcome)) faults.push(`seed ${seed}: ${outcome}`);
        if (bufferBytes > mostBufferBytes) faults.push(`seed ${seed}: ${Math.round(bufferBytes / 2 ** 20)} MiB of buffers`);
      }
    });
    worker.on('error', (error) => end(`seed ${current}: ${String(error)}`));
  });
}

describe('broken files of every format', () => {
  it.each(Object.entries(cases) as [FuzzFormat, number][])('%s', { timeout: 600_000 }, async (format, usual) => {
    const count = asked > 0 ? asked : usual;
    const { counts, faults } = await run(format, count);
    expect(faults.slice(0, 5)).toEqual([]);
    expect([...counts.values()].reduce((sum, found) => sum + found, 0)).toBe(count);
    // The sound file comes first, and breaking it does break it.
    expect(counts.get('read') ?? 0).toBeGreaterThan(0);
    expect(counts.get('format-malformed') ?? 0).toBeGreaterThan(count / 20);
  });
});
