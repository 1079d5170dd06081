import type { CreditMessage, InputMessage } from '../contract/frames';

/** The side of a MessagePort that the inbox needs; a fake in tests. */
export interface FramePort {
  onmessage: ((event: { readonly data: InputMessage }) => void) | null;
  postMessage(message: CreditMessage): void;
}

/**
 * Holds at most one frame: a newer one closes the older. Owns every frame from arrival until {@link FrameInbox.release},
 * and counts those that are open, so that a leak shows in the memory report.
 */
export interface FrameInbox {
  /** The frame that waits, now the caller's until `release`; null when there is none. */
  take(): InputMessage | null;
  /** Closes a taken frame. Idempotent for one frame. */
  release(frame: InputMessage): void;
  /** True: a frame waits. */
  readonly waiting: boolean;
  /** Frames that arrived and are not closed yet. */
  readonly openFrames: number;
  /** Gives the window its credit unless it already has it: at most one is ever out. */
  giveCredit(): void;
  /** Called when a frame arrives. */
  onArrival: (() => void) | null;
  /** Closes what waits and stops listening. */
  dispose(): void;
}

/** Makes the inbox of one worker. @param port  raw port to the window · owned by the worker */
export function createFrameInbox(port: FramePort): FrameInbox {
  let held: InputMessage | null = null;
  const open = new Set<InputMessage>();
  let creditIsOut = false;

  const release = (frame: InputMessage): void => {
    if (open.delete(frame) && frame.kind === 'frame') frame.image.close();
  };
  const inbox: FrameInbox = {
    take: () => {
      const frame = held;
      held = null;
      return frame;
    },
    release,
    get waiting() { return held !== null; },
    get openFrames() { return open.size; },
    giveCredit: () => {
      if (creditIsOut) return;
      creditIsOut = true;
      port.postMessage({ kind: 'credit' });
    },
    onArrival: null,
    dispose: () => {
      port.onmessage = null;
      if (held !== null) release(held);
      held = null;
    },
  };
  port.onmessage = ({ data }) => {
    creditIsOut = false;
    // The values of an array hold nothing that must be given back.
    if (data.kind === 'frame') open.add(data);
    if (held !== null) release(held);
    held = data;
    inbox.onArrival?.();
  };
  return inbox;
}

/** A real port as a {@link FramePort}: its own type speaks of MessageEvents of anything. @param port  owned by the inbox from now on */
export function asFramePort(port: MessagePort): FramePort {
  const framePort: FramePort = { onmessage: null, postMessage: (message) => port.postMessage(message) };
  port.onmessage = (event: MessageEvent<InputMessage>) => framePort.onmessage?.(event);
  return framePort;
}
