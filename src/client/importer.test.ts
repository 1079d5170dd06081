import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import type { DropDrafts, ImportPhase, ImportReport } from '../contract/importer';
import type { Clock } from './clock';
import { createImporterOwner, idleLimitMs, readLimitMs, startLimitMs, wholeLimitMs } from './importer';
import type { ImporterConnection, ImporterHandlers } from './importer-connection';

interface FakeWorker {
  readonly handlers: ImporterHandlers;
  readonly calls: string[];
  readonly dropDrafts: DropDrafts | null;
  readonly ended: AppError | null;
  finishStart(): void;
  /** Answers the oldest call that waits. */
  answer(value?: unknown): void;
  fail(error: AppError): void;
}

const settle = async (): Promise<void> => { for (let turn = 0; turn < 30; turn += 1) await Promise.resolve(); };
const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: AppError) => error.code);

function createClock() {
  let nowMs = 0;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    now: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => { timers = timers.filter((other) => other !== timer); };
    },
    every: () => () => undefined,
  };
  const advance = async (ms: number): Promise<void> => {
    nowMs += ms;
    const due = timers.filter((timer) => timer.atMs <= nowMs);
    timers = timers.filter((timer) => timer.atMs > nowMs);
    for (const timer of due) timer.callback();
    await settle();
  };
  return { clock, advance, pending: () => timers.length };
}

function setUp(startsAtOnce = true) {
  const workers: FakeWorker[] = [];
  const { clock, advance, pending } = createClock();
  let asked = 0;
  const importer = createImporterOwner({
    clock,
    visit: (start) => start('all'),
    askToPersist: async () => { asked += 1; },
    openConnection: (handlers) => {
      const waiting: { readonly resolve: (value: unknown) => void; readonly reject: (error: AppError) => void }[] = [];
      const calls: string[] = [];
      let ended: AppError | null = null;
      let dropDrafts: DropDrafts | null = null;
      let finishStart = (): void => undefined;
      const wait = (): Promise<unknown> => new Promise((resolve, reject) => {
        if (ended !== null) reject(ended);
        else waiting.push({ resolve, reject });
      });
      const api = new Proxy({}, { get: (_, name) => (...args: readonly unknown[]) => {
        calls.push([String(name), ...args.filter((arg) => typeof arg === 'string')].join(' '));
        return wait();
      } }) as ImporterConnection['api'];
      workers.push({
        handlers, calls,
        get ended() { return ended; },
        get dropDrafts() { return dropDrafts; },
        finishStart: () => finishStart(),
        answer: (value) => waiting.shift()?.resolve(value),
        fail: (error) => waiting.shift()?.reject(error),
      });
      return {
        api,
        start: (drop) => {
          dropDrafts = drop;
          if (startsAtOnce) return Promise.resolve();
          return new Promise<void>((resolve, reject) => {
            finishStart = resolve;
            waiting.push({ resolve: () => resolve(), reject });
          });
        },
        terminate: (reason) => {
          if (ended !== null) return;
          ended = reason;
          for (const { reject } of waiting.splice(0)) reject(reason);
        },
      };
    },
  });
  const say = (phase: ImportPhase, totalBytes = 0, job = 'a'): void => workers.at(-1)?.handlers.onProgress({ job, phase, doneBytes: 0, totalBytes });
  return { importer, workers, advance, say, pendingTimers: pending, asked: () => asked };
}

const source = { kind: 'files', files: [] } as const;

describe('createImporterOwner', () => {
  it('makes the worker at the first call, once, and drops drafts only then', async () => {
    const { importer, workers, advance } = setUp();
    expect(workers).toHaveLength(0);
    const list = importer.listKept();
    const storage = importer.storage();
    await settle();
    workers[0]?.answer([]);
    workers[0]?.answer({});
    await Promise.all([list, storage]);
    expect(workers.map(({ calls, dropDrafts }) => [calls, dropDrafts])).toEqual([[['listKept', 'storage'], 'all']]);
    await advance(idleLimitMs);
    expect(workers[0]?.ended?.code).toBe('cancelled');
    void importer.listKept();
    await settle();
    expect(workers.map(({ dropDrafts }) => dropDrafts)).toEqual(['all', 'none']);
  });

  it('ends a worker that reads without a sign of life, and the next call has a fresh one', async () => {
    const { importer, workers, advance, say } = setUp();
    const done = code(importer.importNetwork('a', source, () => undefined));
    await settle();
    say('read', 1000);
    await advance(readLimitMs - 1);
    say('read', 1000);
    await advance(readLimitMs - 1);
    expect(workers[0]?.ended).toBeNull();
    await advance(1);
    expect(await done).toBe('import-timeout');
    const again = importer.listKept();
    await settle();
    workers[1]?.answer([]);
    expect(await again).toEqual([]);
  });

  it('gives larger files more time, and none more than a minute without an end', async () => {
    const { importer, workers, advance, say } = setUp();
    const large = code(importer.importNetwork('a', source, () => undefined));
    await settle();
    say('read', 256 * 2 ** 20);
    await advance(4 * readLimitMs - 1);
    expect(workers[0]?.ended).toBeNull();
    await advance(1);
    expect(await large).toBe('import-timeout');
    const endless = code(importer.importNetwork('a', source, () => undefined));
    await settle();
    for (let passedMs = 0; passedMs < wholeLimitMs; passedMs += 1000) {
      expect(workers[1]?.ended).toBeNull();
      say('check');
      await advance(1000);
    }
    expect(await endless).toBe('import-timeout');
  });

  it('does not limit downloads and storing', async () => {
    const { importer, workers, advance, say, pendingTimers } = setUp();
    const told: ImportPhase[] = [];
    const done = importer.importNetwork('a', source, ({ phase }) => told.push(phase));
    await settle();
    for (const phase of ['download', 'read', 'check', 'store'] as const) {
      say(phase);
      if (phase === 'download' || phase === 'store') await advance(10 * wholeLimitMs);
    }
    workers[0]?.answer({ notes: [] } as unknown as ImportReport);
    await done;
    expect(told).toEqual(['download', 'read', 'check', 'store']);
    expect(pendingTimers(), 'only the idle timer').toBe(1);
  });

  it('limits the reading of arrays as well', async () => {
    const { importer, advance } = setUp();
    const done = code(importer.readArrays({ path: 'a.npy', file: new Blob(['x']) }));
    await settle();
    await advance(readLimitMs);
    expect(await done).toBe('import-timeout');
  });

  it('cancels at once: a reader by its end, a download by asking', async () => {
    const { importer, workers, say } = setUp();
    const reading = code(importer.importNetwork('a', source, () => undefined));
    await settle();
    say('read');
    importer.cancel('a');
    expect(await reading).toBe('cancelled');
    expect(workers[0]?.ended?.code).toBe('cancelled');
    const loading = code(importer.importNetwork('b', source, () => undefined));
    await settle();
    say('download', 0, 'b');
    importer.cancel('b');
    expect(await loading).toBe('cancelled');
    expect(workers[1]?.calls).toEqual(['importNetwork b', 'cancel b']);
    expect(workers[1]?.ended).toBeNull();
    importer.cancel('unknown');
  });

  it('rejects what was under way when the worker crashes or runs out of memory, and goes on with another', async () => {
    const { importer, workers } = setUp();
    const crashed = code(importer.importNetwork('a', source, () => undefined));
    await settle();
    workers[0]?.handlers.onCrash(new AppError('worker-crashed', 'gone', true));
    expect(await crashed).toBe('worker-crashed');
    const full = code(importer.importNetwork('b', source, () => undefined));
    await settle();
    workers[1]?.fail(new AppError('out-of-memory', 'no room', true));
    expect(await full).toBe('out-of-memory');
    expect(workers[1]?.ended?.code).toBe('out-of-memory');
    void importer.listKept();
    await settle();
    expect(workers).toHaveLength(3);
  });

  it('gives up on a worker that never starts', async () => {
    const { importer, workers, advance } = setUp(false);
    const done = code(importer.listKept());
    await settle();
    await advance(startLimitMs);
    expect(await done).toBe('worker-crashed');
    const again = importer.listKept();
    await settle();
    workers[1]?.finishStart();
    await settle();
    expect(workers[1]?.calls).toEqual(['listKept']);
    workers[1]?.answer(undefined);
    workers[1]?.answer([]);
    expect(await again).toEqual([]);
  });

  it('asks the browser once to keep what was confirmed', async () => {
    const { importer, workers, asked } = setUp();
    const change = async (confirmed: boolean): Promise<void> => {
      const done = importer.changeKept('kept-a-123456', confirmed ? { confirmed } : { name: 'a' });
      await settle();
      workers[0]?.answer({});
      await done;
    };
    await change(false);
    expect(asked()).toBe(0);
    await change(true);
    await change(true);
    expect(asked()).toBe(1);
  });

  it('ends with everything that waits', async () => {
    const { importer, workers, pendingTimers } = setUp();
    const waiting = code(importer.listKept());
    await settle();
    importer.dispose();
    importer.dispose();
    expect(await waiting).toBe('cancelled');
    expect(await code(importer.storage())).toBe('cancelled');
    expect([workers.length, pendingTimers()]).toEqual([1, 0]);
  });
});
