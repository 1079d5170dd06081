import { describe, expect, it } from 'vitest';
import type { AppError } from '../contract/errors';
import type { FrameMessage } from '../contract/frames';
import { createFrameInbox } from './frame-inbox';
import { startFrameLoop } from './frame-loop';
import type { FrameSession } from './frame-loop';
import { createFakeFrame, createFakePort, createFakeScheduler, settlePromises } from './testing.fixture';

interface FakeSession extends FrameSession {
  readonly log: string[];
  failWith: unknown;
  failImport: boolean;
  dueInMs: number | null;
  /** Holds `settle` back until it is called. */
  blockSettle: boolean;
  releaseSettle: () => void;
}

function createFakeSession(): FakeSession {
  let sequence = 0;
  const session: FakeSession = {
    log: [], failWith: null, failImport: false, dueInMs: null, blockSettle: false, releaseSettle: () => undefined,
    get hasInput() { return sequence > 0; },
    importFrame: async (frame: FrameMessage) => {
      if (session.failImport) throw new Error('cannot read');
      sequence = frame.sequence;
      session.log.push(`import ${sequence}`);
    },
    compute: () => {
      if (session.failWith !== null) throw session.failWith;
      session.log.push(`compute ${sequence}`);
    },
    draw: () => { session.log.push(`draw ${sequence}`); },
    settle: () => (session.blockSettle ? new Promise((resolve) => { session.releaseSettle = resolve; }) : Promise.resolve()),
    publish: () => { session.log.push('publish'); },
    nextPublishInMs: () => session.dueInMs,
    noteTick: () => undefined,
    dispose: () => undefined,
  };
  return session;
}

function startFakes() {
  const port = createFakePort();
  const inbox = createFrameInbox(port);
  const scheduler = createFakeScheduler();
  const failures: AppError[] = [];
  const loop = startFrameLoop({ inbox, scheduler, onFailure: (error) => failures.push(error) });
  return { port, inbox, scheduler, failures, loop, session: createFakeSession() };
}

describe('startFrameLoop', () => {
  it('gives the first credit with the session, and one for each frame', async () => {
    const { port, loop, session } = startFakes();
    await settlePromises();
    expect(port.credits).toBe(0);
    loop.setSession(session);
    expect(port.credits).toBe(1);
    for (const sequence of [1, 2, 3]) {
      const frame = createFakeFrame(sequence);
      port.deliver(frame);
      await settlePromises();
      expect(frame.closed).toBe(1);
      expect(port.credits).toBe(1 + sequence);
    }
    expect(session.log.filter((entry) => entry.startsWith('draw'))).toEqual(['draw 1', 'draw 2', 'draw 3']);
  });

  it('takes the freshest of the frames that came during a tick, and closes the others', async () => {
    const { port, loop, session, inbox } = startFakes();
    loop.setSession(session);
    session.blockSettle = true;
    port.deliver(createFakeFrame(1));
    await settlePromises();
    const late = [2, 3, 4].map((sequence) => createFakeFrame(sequence));
    for (const frame of late) port.deliver(frame);
    session.blockSettle = false;
    session.releaseSettle();
    await settlePromises();
    expect(session.log.filter((entry) => entry.startsWith('import'))).toEqual(['import 1', 'import 4']);
    expect(late.map((frame) => frame.closed)).toEqual([1, 1, 1]);
    expect(inbox.openFrames).toBe(0);
  });

  it('computes again from the input it keeps when what is shown changes', async () => {
    const { port, loop, session } = startFakes();
    loop.setSession(session);
    loop.requestRedraw();
    await settlePromises();
    expect(session.log.filter((entry) => entry !== 'publish')).toEqual([]);
    port.deliver(createFakeFrame(1, true));
    await settlePromises();
    loop.requestRedraw();
    await settlePromises();
    expect(session.log.filter((entry) => entry !== 'publish')).toEqual(['import 1', 'compute 1', 'draw 1', 'compute 1', 'draw 1']);
  });

  it('closes a frame that cannot be imported, and goes on with the next', async () => {
    const { port, loop, session, failures } = startFakes();
    loop.setSession(session);
    session.failImport = true;
    const broken = createFakeFrame(1);
    port.deliver(broken);
    await settlePromises();
    expect(broken.closed).toBe(1);
    expect(port.credits).toBe(2);
    session.failImport = false;
    port.deliver(createFakeFrame(2));
    await settlePromises();
    expect(session.log).toContain('draw 2');
    expect(failures).toEqual([]);
  });

  it('says that the worker is broken when three ticks fail in a row', async () => {
    const { port, loop, session, failures } = startFakes();
    loop.setSession(session);
    session.failWith = new Error('kernel missing');
    port.deliver(createFakeFrame(1));
    await settlePromises();
    expect(failures.map((error) => error.code)).toEqual(['worker-crashed']);
    expect(failures[0]?.detail).toContain('kernel missing');
  });

  it('recognises memory that ran out at once', async () => {
    const { port, loop, session, failures } = startFakes();
    loop.setSession(session);
    session.failWith = new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
    port.deliver(createFakeFrame(1));
    await settlePromises();
    expect(failures.map((error) => [error.code, error.recoverable])).toEqual([['out-of-memory', true]]);
  });

  it('reports what is due although no frame comes', async () => {
    const { port, loop, session, scheduler } = startFakes();
    loop.setSession(session);
    port.deliver(createFakeFrame(1, true));
    await settlePromises();
    session.dueInMs = 80;
    loop.requestPublish();
    await settlePromises();
    const before = session.log.filter((entry) => entry === 'publish').length;
    await scheduler.advance(100);
    expect(session.log.filter((entry) => entry === 'publish').length).toBeGreaterThan(before);
  });

  it('runs jobs between ticks only', async () => {
    const { port, loop, session } = startFakes();
    loop.setSession(session);
    session.blockSettle = true;
    port.deliver(createFakeFrame(1));
    await settlePromises();
    const job = loop.betweenTicks(() => { session.log.push('job'); return 7; });
    await settlePromises();
    expect(session.log).not.toContain('job');
    session.releaseSettle();
    expect(await job).toBe(7);
    loop.halt();
    await expect(loop.betweenTicks(() => 0)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
