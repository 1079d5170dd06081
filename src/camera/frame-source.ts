import type { CropSquare } from '../contract/frames';

/** What a person sees of a source: the element plays (or shows) it; the bitmap is drawn by the page. Borrowed from the source. */
export type SourceDisplay =
  | { readonly kind: 'video'; readonly element: HTMLVideoElement }
  | { readonly kind: 'picture'; readonly bitmap: ImageBitmap };

/**
 * Where frames come from: camera, picture, clip, or a frozen frame. Whoever made it disposes it
 * (the supervisor only borrows it); `dispose` is idempotent.
 */
export interface FrameSource {
  readonly kind: 'camera' | 'picture' | 'clip' | 'still';
  /** For the status line: the camera's label, the file's name. */
  readonly label: string;
  readonly display: SourceDisplay;
  /** Size of the picture after rotation, in source pixels; 0 until the first frame is there. Changes when a phone is turned. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** The centred, largest square of the picture: what the network sees. Source pixels. */
  readonly crop: CropSquare;
  /** True: shown and seen mirrored left to right (front cameras, by default). Settable: the person's choice. */
  mirror: boolean;
  /** True: the picture does not change; it is sent once. */
  readonly still: boolean;
  /**
   * Calls back once, when the next new frame can be taken (a still: at once, in a microtask).
   * @returns what cancels it
   */
  requestFrame(callback: () => void): () => void;
  /** A copy of the frame on screen; owned by the caller, who transfers or closes it. Null: there is none yet. */
  takeFrame(): Promise<VideoFrame | ImageBitmap | null>;
  /** Only of arrays. */
  readonly arrayShape?: readonly [height: number, width: number, channels: number];
  /** Only of arrays: the values that go to the network in place of the picture; a copy, owned by the caller, who transfers it. */
  takeArray?(): { readonly shape: readonly [height: number, width: number, channels: number]; readonly values: Float32Array };
  /**
   * Only of arrays: the values of all channels at a place, without a copy of the rest.
   *
   * @param y  0..1 of the square the network sees, from its top
   * @param x  0..1, from its left
   */
  valuesAt?(y: number, x: number): Float32Array;
  /** Told when size, crop or mirror changed. @returns unsubscribe */
  onChange(listener: () => void): () => void;
  dispose(): void;
}

/** The centred, largest square of a picture of this size. Pixels in, pixels out. */
export function centredSquare(widthPx: number, heightPx: number): CropSquare {
  const sizePx = Math.min(widthPx, heightPx);
  return { x: Math.floor((widthPx - sizePx) / 2), y: Math.floor((heightPx - sizePx) / 2), sizePx };
}

/** Listeners of one source; a small owned set so that each source need not repeat it. */
export interface ChangeListeners {
  readonly add: (listener: () => void) => () => void;
  readonly notify: () => void;
  readonly clear: () => void;
}

/** Makes an empty set of listeners. Owned by the source that made it. */
export function createChangeListeners(): ChangeListeners {
  const listeners = new Set<() => void>();
  return {
    add: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify: () => { for (const listener of [...listeners]) listener(); },
    clear: () => listeners.clear(),
  };
}
