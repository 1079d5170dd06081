import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import type { WorkerEvent } from '../contract/events';
import { defaultSpec } from '../contract/session-spec';
import { bringUp, start } from './supervisor.fixture';
import { createFakeFeed, settlePromises } from './testing.fixture';

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
