import { describe, expect, it } from 'vitest';
import type { AppError } from '../contract/errors';
import { createFrameSender } from './frame-sender';
import { createFakeFeed, createFakeSenderPort, createFakeVisibility, settlePromises } from './testing.fixture';

function createSender() {
  const visibility = createFakeVisibility();
  const errors: AppError[] = [];
  const sender = createFrameSender({ visibility, nowMs: () => 5, onError: (error) => errors.push(error) });
  const port = createFakeSenderPort();
  sender.connect(port);
  return { sender, port, visibility, errors };
}

describe('createFrameSender', () => {
  it('takes no frame without credit, and one for each credit', async () => {
    const { sender, port } = createSender();
    const feed = createFakeFeed();
    sender.setSource(feed);
    feed.present();
    await settlePromises();
    expect(feed.taken).toBe(0);
    for (const count of [1, 2]) {
      port.giveCredit();
      feed.present();
      feed.present();
      await settlePromises();
      expect(port.sent.length).toBe(count);
      expect(feed.requests).toBe(0);
    }
    expect(port.sent.map((frame) => frame.sequence)).toEqual([1, 2]);
    expect(port.sent[0]).toMatchObject({ still: false, mirror: false, crop: { sizePx: 8 } });
  });

  it('sends a still once, and again when it changed, to another worker, or on request', async () => {
    const { sender, port } = createSender();
    const feed = createFakeFeed(true);
    sender.setSource(feed);
    const turn = async (to = port): Promise<void> => {
      to.giveCredit();
      feed.present();
      await settlePromises();
    };
    await turn();
    await turn();
    expect(port.sent.length).toBe(1);
    feed.mirror = true;
    feed.change();
    await turn();
    expect(port.sent.map((frame) => frame.kind === 'frame' && frame.mirror)).toEqual([false, true]);
    sender.resendStill();
    await turn();
    expect(port.sent.length).toBe(3);
    const next = createFakeSenderPort();
    sender.connect(next);
    await turn(next);
    expect(next.sent.map((frame) => frame.sequence)).toEqual([4]);
  });

  it('closes a picture that was taken for a source or worker that is gone, and keeps the credit', async () => {
    const { sender, port } = createSender();
    const slow = createFakeFeed();
    slow.slow = true;
    sender.setSource(slow);
    port.giveCredit();
    slow.present();
    const next = createFakeFeed();
    sender.setSource(next);
    slow.release();
    await settlePromises();
    expect(slow.closed).toBe(1);
    expect(port.sent).toEqual([]);
    next.present();
    await settlePromises();
    expect(port.sent.length).toBe(1);
  });

  it('rests while the page is hidden', async () => {
    const { sender, port, visibility } = createSender();
    const feed = createFakeFeed();
    sender.setSource(feed);
    visibility.set(true);
    port.giveCredit();
    expect(feed.requests).toBe(0);
    visibility.set(false);
    expect(feed.requests).toBe(1);
    visibility.set(true);
    expect(feed.requests).toBe(0);
  });

  it('tells once that a source gives no frames, and tries on', async () => {
    const { sender, port, errors } = createSender();
    const feed = createFakeFeed();
    feed.failWith = new Error('no picture');
    sender.setSource(feed);
    port.giveCredit();
    for (let turn = 0; turn < 3; turn += 1) {
      feed.present();
      await settlePromises();
    }
    expect(errors.map((error) => error.code)).toEqual(['internal']);
    feed.failWith = null;
    feed.present();
    await settlePromises();
    expect(port.sent.length).toBe(1);
  });

  it('sends nothing after it was disposed', async () => {
    const { sender, port } = createSender();
    const feed = createFakeFeed();
    sender.setSource(feed);
    port.giveCredit();
    sender.dispose();
    feed.present();
    await settlePromises();
    expect(port.sent).toEqual([]);
    expect(port.onmessage).toBeNull();
  });

  it('sends an array as it is, once for each worker or request', async () => {
    const { sender, port } = createSender();
    sender.setSource({
      ...createFakeFeed(true), takeArray: () => ({ shape: [1, 1, 4], values: Float32Array.of(1, 2, 3, 4) }),
      requestFrame: (callback) => { callback(); return () => undefined; },
    });
    expect(port.sent).toEqual([]);
    port.giveCredit();
    expect(port.sent).toEqual([{ kind: 'array', sequence: 1, capturedAtMs: 5, shape: [1, 1, 4], values: Float32Array.of(1, 2, 3, 4) }]);
    port.giveCredit();
    expect(port.sent).toHaveLength(1);
    sender.resendStill();
    expect(port.sent).toHaveLength(2);
    const other = createFakeSenderPort();
    sender.connect(other);
    expect(other.sent).toEqual([]);
    other.giveCredit();
    expect(other.sent.map(({ sequence }) => sequence)).toEqual([3]);
  });
});
