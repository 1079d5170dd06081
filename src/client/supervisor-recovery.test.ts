import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import { defaultSpec } from '../contract/session-spec';
import { hangLimitMs, warmUpHangLimitMs } from './hang-watch';
import { handshakeLimitMs } from './supervisor';
import { bringUp, crashed, drawn, start } from './supervisor.fixture';
import { createFakeFeed, settlePromises } from './testing.fixture';

describe('createSupervisor, when a worker fails', () => {
  it('replaces a worker that crashed, with fresh canvases, and replays what was chosen', async () => {
    const parts = start();
    const { supervisor, workers, clock, statuses } = parts;
    const feed = createFakeFeed(true);
    supervisor.setSource(feed);
    void supervisor.apply(defaultSpec);
    await supervisor.watchPoint({ layer: 'conv', channel: 0, y: 0, x: 0 });
    await bringUp(parts);
    workers.last.port.giveCredit();
    feed.present();
    await settlePromises();
    expect(workers.last.port.sent.length).toBe(1);

    workers.last.crash(crashed);
    expect(workers.all[0]?.endedBy?.code).toBe('worker-crashed');
    expect(supervisor.status).toMatchObject({ phase: 'recovering', generation: 1, failures: 1, error: { code: 'worker-crashed' } });
    await clock.advance(250);
    expect(supervisor.status.generation).toBe(2);
    await bringUp(parts);
    expect(workers.last.applied).toEqual([defaultSpec]);
    expect(workers.last.calls).toContain('watchPoint conv');
    workers.last.port.giveCredit();
    feed.present();
    await settlePromises();
    expect(workers.last.port.sent.map((frame) => frame.sequence)).toEqual([2]);
    expect(supervisor.status).toMatchObject({ phase: 'running', error: null });
    expect(statuses.map((status) => status.phase)).toEqual(['running', 'recovering', 'recovering', 'running']);
  });

  it('keeps an apply waiting across a crash', async () => {
    const parts = start();
    const { supervisor, workers, clock } = parts;
    let settled = false;
    const applied = supervisor.apply(defaultSpec).then(() => { settled = true; });
    workers.last.ready();
    await settlePromises();
    workers.last.crash(crashed);
    await clock.advance(250);
    expect(settled).toBe(false);
    await bringUp(parts);
    await applied;
    expect(settled).toBe(true);
  });

  it.each(['device-lost', 'out-of-memory', 'worker-crashed'] as const)('takes a worker that says %s for dead', async (code) => {
    const parts = start();
    void parts.supervisor.apply(defaultSpec);
    await bringUp(parts);
    parts.workers.last.emit({ kind: 'error', error: { code, detail: 'x', recoverable: true } });
    expect(parts.supervisor.status).toMatchObject({ phase: 'recovering', error: { code } });
    expect(parts.events.some((event) => event.kind === 'error')).toBe(false);
  });

  it('notices a worker that hangs, later while it warms up, never while the page is hidden', async () => {
    const parts = start();
    const { supervisor, workers, clock, visibility } = parts;
    void supervisor.apply(defaultSpec);
    await bringUp(parts);
    visibility.set(true);
    await clock.advance(3 * warmUpHangLimitMs);
    expect(supervisor.status.phase).toBe('running');
    visibility.set(false);
    for (let second = 0; second < 20; second += 1) {
      workers.last.emit({ kind: 'heartbeat', atMs: 0 });
      await clock.advance(1000);
    }
    expect(supervisor.status.phase).toBe('running');
    workers.last.emit({ kind: 'loading', network: 'digits', loadedBytes: 0, totalBytes: 1 });
    await clock.advance(warmUpHangLimitMs - 2000);
    expect(supervisor.status.phase).toBe('running');
    workers.last.emit(drawn);
    await clock.advance(hangLimitMs.webgpu + 2000);
    expect(supervisor.status).toMatchObject({ error: { code: 'worker-hung' } });
    expect(workers.all[0]?.endedBy?.code).toBe('worker-hung');
    await clock.advance(250);
    await bringUp(parts, 'wasm');
    await clock.advance(hangLimitMs.wasm + 2000);
    expect(supervisor.status).toMatchObject({ error: { code: 'worker-hung' }, failures: 2 });
  });

  it('gives a worker up that never shakes hands', async () => {
    const parts = start();
    parts.visibility.set(true);
    await parts.clock.advance(handshakeLimitMs + 1);
    expect(parts.supervisor.status).toMatchObject({ error: { code: 'worker-crashed' }, failures: 1 });
  });

  it('falls to WASM after three failures on WebGPU, gives up after three more, and starts again on request', async () => {
    const parts = start();
    const { supervisor, workers, clock } = parts;
    const applied = supervisor.apply(defaultSpec).catch((error: AppError) => error.code);
    const backOffs = [250, 500, 1000];
    for (const delayMs of backOffs) {
      await bringUp(parts);
      workers.last.crash(crashed);
      await clock.advance(delayMs - 1);
      const before = workers.all.length;
      await clock.advance(1);
      expect(workers.all.length).toBe(before + 1);
    }
    expect(await applied).toBeUndefined();
    expect(supervisor.status).toMatchObject({ fellBackToWasm: true, failures: 0, generation: 4 });
    for (const delayMs of backOffs) {
      await bringUp(parts, 'wasm');
      expect(workers.last.applied.at(-1)?.backend).toBe('wasm');
      workers.last.crash(crashed);
      await clock.advance(delayMs);
    }
    expect(supervisor.status).toMatchObject({ phase: 'failed', error: { code: 'worker-crashed' } });
    const count = workers.all.length;
    await clock.advance(100_000);
    expect(workers.all.length).toBe(count);
    await expect(supervisor.apply(defaultSpec)).rejects.toMatchObject({ code: 'worker-crashed' });
    await expect(supervisor.memory()).rejects.toMatchObject({ code: 'worker-crashed' });
    supervisor.retry();
    await bringUp(parts);
    expect(workers.last.applied).toEqual([defaultSpec]);
    expect(supervisor.status).toMatchObject({ phase: 'running', fellBackToWasm: false, error: null });
  });

  it('forgets failures that lie further back than a minute', async () => {
    const parts = start();
    const { supervisor, workers, clock, visibility } = parts;
    visibility.set(true);
    void supervisor.apply(defaultSpec);
    for (let failure = 0; failure < 6; failure += 1) {
      await bringUp(parts);
      workers.last.crash(crashed);
      await clock.advance(31_000);
    }
    expect(supervisor.status).toMatchObject({ fellBackToWasm: false });
    expect(supervisor.status.phase).not.toBe('failed');
  });

  it('says failed when no backend can be had, whatever is tried', async () => {
    const parts = start();
    const applied = parts.supervisor.apply({ ...defaultSpec, backend: 'webgpu' });
    parts.workers.last.ready();
    await settlePromises();
    parts.workers.last.finishApply(new AppError('backend-unavailable', 'no adapter'));
    await expect(applied).rejects.toMatchObject({ code: 'backend-unavailable' });
    expect(parts.supervisor.status).toMatchObject({ phase: 'failed', error: { code: 'backend-unavailable' } });
  });
});
