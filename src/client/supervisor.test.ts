import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import { defaultSpec } from '../contract/session-spec';
import { hangLimitMs, warmUpHangLimitMs } from './hang-watch';
import { createSupervisor, handshakeLimitMs } from './supervisor';
import type { SupervisorStatus } from './supervisor';
import { createFakeClock, createFakeConnections, createFakeFeed, createFakeVisibility, settlePromises } from './testing.fixture';

const crashed = new AppError('worker-crashed', 'boom', true);
const ready = (backend: 'webgpu' | 'wasm'): WorkerEvent => ({ kind: 'ready', backend, why: 'test', threads: 1 });
const drawn: WorkerEvent = { kind: 'drawn', sequence: 1, capturedAtMs: 0, drawnAtMs: 0 };

function start() {
  const clock = createFakeClock();
  const visibility = createFakeVisibility();
  const workers = createFakeConnections();
  const supervisor = createSupervisor({ openConnection: workers.open, clock, visibility, nowMs: () => 0 });
  const events: WorkerEvent[] = [];
  const statuses: SupervisorStatus[] = [];
  supervisor.onEvent((event) => events.push(event));
  supervisor.onStatus((status) => statuses.push(status));
  return { clock, visibility, workers, supervisor, events, statuses };
}

/** Handshake, spec, first frame: a worker that runs. */
async function bringUp(parts: ReturnType<typeof start>, backend: 'webgpu' | 'wasm' = 'webgpu'): Promise<void> {
  parts.workers.last.ready();
  await settlePromises();
  parts.workers.last.emit(ready(backend));
  parts.workers.last.finishApply();
  parts.workers.last.emit(drawn);
  await settlePromises();
}

describe('createSupervisor', () => {
  it('opens a worker at once and applies the newest spec after the handshake', async () => {
    const parts = start();
    const { supervisor, workers } = parts;
    expect(supervisor.status).toMatchObject({ phase: 'starting', generation: 1, backend: null });
    const first = supervisor.apply(defaultSpec).catch((error: AppError) => error.code);
    const second = supervisor.apply({ ...defaultSpec, network: 'digits' });
    expect(workers.last.applied).toEqual([]);
    await bringUp(parts);
    await second;
    expect(await first).toBe('superseded');
    expect(workers.last.applied.map((spec) => spec.network)).toEqual(['digits']);
    expect(supervisor.status).toMatchObject({ phase: 'running', backend: 'webgpu', error: null });
  });

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

  it('hands other errors on and leaves the worker alone', async () => {
    const parts = start();
    void parts.supervisor.apply(defaultSpec);
    await bringUp(parts);
    parts.workers.last.emit({ kind: 'error', error: { code: 'internal', detail: 'x', recoverable: false } });
    expect(parts.supervisor.status.phase).toBe('running');
    expect(parts.events.at(-1)?.kind).toBe('error');
    const failed = parts.supervisor.apply({ ...defaultSpec, network: 'gone' });
    parts.workers.last.finishApply(new AppError('network-missing', 'gone'));
    await expect(failed).rejects.toMatchObject({ code: 'network-missing' });
    expect(parts.workers.all.length).toBe(1);
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

  it('starts another worker for another backend, without counting a failure', async () => {
    const parts = start();
    const { supervisor, workers } = parts;
    void supervisor.apply(defaultSpec);
    await bringUp(parts);
    const applied = supervisor.apply({ ...defaultSpec, backend: 'wasm' });
    expect(workers.all.length).toBe(2);
    expect(supervisor.status).toMatchObject({ phase: 'starting', generation: 2, failures: 0 });
    await bringUp(parts, 'wasm');
    await applied;
    expect(workers.last.applied.map((spec) => spec.backend)).toEqual(['wasm']);
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

  it('answers readActivation and memory once a worker is there', async () => {
    const parts = start();
    const memory = parts.supervisor.memory();
    const activation = parts.supervisor.readActivation('conv');
    await bringUp(parts);
    expect(await memory).toEqual({ tensors: 1, bytes: 4, openFrames: 0 });
    expect((await activation).values).toEqual(new Float32Array([7]));
  });

  it('sends a still again when another network is there', async () => {
    const parts = start();
    const feed = createFakeFeed(true);
    parts.supervisor.setSource(feed);
    void parts.supervisor.apply(defaultSpec);
    await bringUp(parts);
    const network = { kind: 'network', network: 'digits', layers: [], explanationLayer: null } as unknown as WorkerEvent;
    for (const count of [1, 2]) {
      parts.workers.last.emit(network);
      parts.workers.last.port.giveCredit();
      feed.present();
      await settlePromises();
      expect(parts.workers.last.port.sent.length).toBe(count);
    }
  });

  it('leaves no timer and no worker behind', async () => {
    const parts = start();
    const applied = parts.supervisor.apply(defaultSpec);
    await bringUp(parts);
    await applied;
    const waiting = parts.supervisor.apply({ ...defaultSpec, network: 'digits' });
    parts.supervisor.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(parts.clock.timers).toBe(0);
    expect(parts.workers.last.endedBy?.code).toBe('cancelled');
  });
});
