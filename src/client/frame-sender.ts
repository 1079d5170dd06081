import { AppError } from '../contract/errors';
import type { CreditMessage, InputMessage } from '../contract/frames';
import type { PageVisibility } from './clock';
import type { FrameFeed } from './frame-feed';

/** The window's side of the frame port; a fake in tests. */
export interface FrameSenderPort {
  onmessage: ((event: MessageEvent<CreditMessage>) => void) | null;
  postMessage(message: InputMessage, transfer: Transferable[]): void;
}

export interface FrameSenderParts {
  readonly visibility: PageVisibility;
  /** Milliseconds since the epoch, comparable across threads. */
  readonly nowMs: () => number;
  /** A source that cannot give frames; told once until it works again. */
  readonly onError: (error: AppError) => void;
}

/**
 * Sends a frame for each credit and not one more. Takes each frame as late as possible, so that what the worker gets is the
 * freshest; a still is sent once to each worker. Nothing is sent while the page is hidden.
 */
export interface FrameSender {
  /** Borrowed. Null: nothing is sent. */
  setSource(source: FrameFeed | null): void;
  /** A new worker: no credit yet, a still has to be sent again. */
  connect(port: FrameSenderPort): void;
  disconnect(): void;
  /** Sends a still again with the next credit (another network needs it at another size). */
  resendStill(): void;
  dispose(): void;
}

/** Makes the sender of one page. Frame numbers go on counting across sources and workers. */
export function createFrameSender(parts: FrameSenderParts): FrameSender {
  let port: FrameSenderPort | null = null;
  let source: FrameFeed | null = null;
  let hasCredit = false;
  let stillIsDue = true;
  let sequence = 0;
  let cancelRequest: (() => void) | null = null;
  let taking = false;
  let failing = false;
  let unsubscribeSource: (() => void) | null = null;

  const stop = (): void => {
    cancelRequest?.();
    cancelRequest = null;
  };
  const pump = (): void => {
    if (port === null || source === null || !hasCredit || parts.visibility.hidden || cancelRequest !== null || taking) return;
    if (source.still && !stillIsDue) return;
    let calledBack = false;
    const cancel = source.requestFrame(() => {
      calledBack = true;
      cancelRequest = null;
      void send();
    });
    if (!calledBack) cancelRequest = cancel;
  };
  const send = async (): Promise<void> => {
    const from = source;
    const to = port;
    if (from === null || to === null || parts.visibility.hidden) return;
    stillIsDue = false;
    const capturedAtMs = parts.nowMs();
    if (from.takeArray !== undefined) {
      // The worker may have changed since the frame was asked for.
      stillIsDue = !hasCredit;
      if (!hasCredit) return;
      hasCredit = false;
      sequence += 1;
      const { shape, values } = from.takeArray();
      to.postMessage({ kind: 'array', sequence, capturedAtMs, shape, values }, [values.buffer]);
      return;
    }
    taking = true;
    let image: VideoFrame | ImageBitmap | null = null;
    try {
      image = await from.takeFrame();
      failing = false;
    } catch (thrown) {
      if (!failing && from === source) parts.onError(asAppError(thrown));
      failing = true;
    }
    taking = false;
    if (image !== null) {
      if (from === source && to === port && hasCredit) {
        hasCredit = false;
        sequence += 1;
        to.postMessage({ kind: 'frame', sequence, capturedAtMs, image, crop: from.crop, mirror: from.mirror, still: from.still }, [image]);
      } else {
        // Source or worker changed while the picture was being taken.
        image.close();
      }
    }
    pump();
  };
  const unsubscribeVisibility = parts.visibility.onChange(() => {
    if (parts.visibility.hidden) stop();
    pump();
  });

  const sender: FrameSender = {
    setSource: (next) => {
      if (next === source) return;
      stop();
      unsubscribeSource?.();
      unsubscribeSource = next?.onChange(() => {
        stillIsDue = true;
        pump();
      }) ?? null;
      source = next;
      stillIsDue = true;
      failing = false;
      pump();
    },
    connect: (next) => {
      stop();
      port = next;
      hasCredit = false;
      stillIsDue = true;
      next.onmessage = () => {
        if (port !== next) return;
        hasCredit = true;
        pump();
      };
    },
    disconnect: () => {
      stop();
      if (port !== null) port.onmessage = null;
      port = null;
      hasCredit = false;
    },
    resendStill: () => {
      stillIsDue = true;
      pump();
    },
    dispose: () => {
      sender.disconnect();
      sender.setSource(null);
      unsubscribeVisibility();
    },
  };
  return sender;
}

function asAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('internal', `a frame could not be taken: ${String(thrown)}`, true, { cause: thrown });
}
