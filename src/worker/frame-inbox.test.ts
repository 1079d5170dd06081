import { describe, expect, it } from 'vitest';
import type { FrameMessage } from '../contract/frames';
import { createFrameInbox } from './frame-inbox';
import { createFakePort, createFakeFrame } from './testing.fixture';

describe('createFrameInbox', () => {
  it('holds one frame: a newer one closes the older', () => {
    const port = createFakePort();
    const inbox = createFrameInbox(port);
    const frames = [1, 2, 3].map((sequence) => createFakeFrame(sequence));
    for (const frame of frames) port.deliver(frame);
    expect(frames.map((frame) => frame.closed)).toEqual([1, 1, 0]);
    expect(inbox.openFrames).toBe(1);
    expect(inbox.take()).toBe(frames[2]);
    expect(inbox.take()).toBeNull();
  });

  it('counts a taken frame as open until it is released, and closes it once', () => {
    const port = createFakePort();
    const inbox = createFrameInbox(port);
    const frame = createFakeFrame(1);
    port.deliver(frame);
    const taken = inbox.take() as FrameMessage;
    expect(inbox.openFrames).toBe(1);
    inbox.release(taken);
    inbox.release(taken);
    expect(frame.closed).toBe(1);
    expect(inbox.openFrames).toBe(0);
  });

  it('has at most one credit out', () => {
    const port = createFakePort();
    const inbox = createFrameInbox(port);
    inbox.giveCredit();
    inbox.giveCredit();
    expect(port.credits).toBe(1);
    port.deliver(createFakeFrame(1));
    inbox.giveCredit();
    expect(port.credits).toBe(2);
  });

  it('closes what waits when it is disposed, and takes nothing more', () => {
    const port = createFakePort();
    const inbox = createFrameInbox(port);
    const frame = createFakeFrame(1);
    port.deliver(frame);
    inbox.dispose();
    expect(frame.closed).toBe(1);
    expect(port.onmessage).toBeNull();
    expect(inbox.openFrames).toBe(0);
  });

  it('holds an array as it holds a frame, with nothing to close', () => {
    const port = createFakePort();
    const inbox = createFrameInbox(port);
    const frame = createFakeFrame(1);
    const array = { kind: 'array', sequence: 2, capturedAtMs: 0, shape: [1, 1, 5], values: new Float32Array(5) } as const;
    port.deliver(frame);
    port.deliver(array);
    expect(frame.closed).toBe(1);
    expect(inbox.openFrames).toBe(0);
    expect(inbox.take()).toBe(array);
    inbox.release(array);
    expect(inbox.openFrames).toBe(0);
  });
});
