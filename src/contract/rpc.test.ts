import { describe, expect, it } from 'vitest';
import type { VisualizerApi } from './api';
import { AppError } from './errors';
import { createDeathWatch, exposeApi, wrapApi } from './rpc';

describe('exposeApi and wrapApi', () => {
  it('keep code, detail and recoverable of an error on the wire', async () => {
    const { port1, port2 } = new MessageChannel();
    const api = {
      memory: async () => { throw new AppError('out-of-memory', 'heap full', true); },
      watchPoint: async () => { throw new TypeError('no such thing'); },
    } as Partial<VisualizerApi> as VisualizerApi;
    exposeApi(api, port2);
    const remote = wrapApi(port1);
    try {
      const error: unknown = await remote.memory().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'out-of-memory', detail: 'heap full', recoverable: true });
      await expect(remote.watchPoint(null)).rejects.toMatchObject({ code: 'internal', detail: 'TypeError: no such thing' });
    } finally {
      port1.close();
      port2.close();
    }
  });
});

describe('createDeathWatch', () => {
  it('passes answers through while the worker lives', async () => {
    const watch = createDeathWatch();
    expect(await watch.race(Promise.resolve(3))).toBe(3);
    await expect(watch.race(Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('rejects what waits, and what comes later, with the first reason', async () => {
    const watch = createDeathWatch();
    const pending = watch.race(new Promise<number>(() => undefined));
    watch.die(new AppError('worker-hung', 'silent', true));
    watch.die(new AppError('internal', 'second'));
    await expect(pending).rejects.toMatchObject({ code: 'worker-hung' });
    await expect(watch.race(Promise.resolve(1))).rejects.toMatchObject({ code: 'worker-hung' });
  });
});
