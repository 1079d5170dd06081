/**
 * The raw MessagePort that carries frames. One credit: the window sends a frame only after a `credit`;
 * the worker gives the first credit when a network is ready. Nothing queues; the freshest frame wins.
 */

/** Square of the source picture that the network sees, in source pixels after rotation (top left, side). */
export interface CropSquare {
  readonly x: number;
  readonly y: number;
  readonly sizePx: number;
}

export interface FrameMessage {
  readonly kind: 'frame';
  /** Counts up from 1 over the life of the page, also across workers. */
  readonly sequence: number;
  /** `performance.timeOrigin + performance.now()` of the window when the frame was taken. */
  readonly capturedAtMs: number;
  /** Transferred; the receiver owns it and closes it on every path. */
  readonly image: VideoFrame | ImageBitmap;
  readonly crop: CropSquare;
  /** True: the network sees the picture mirrored left to right, as the person sees it on screen. */
  readonly mirror: boolean;
  /** True: no newer frame will come by itself; the worker keeps the input and redraws it whenever the spec changes. */
  readonly still: boolean;
}

/** A picture with any number of channels, from a `.npy` or `.npz`: always still, used as it is (mean and std of the input spec apply). */
export interface ArrayFrameMessage {
  readonly kind: 'array';
  readonly sequence: number;
  readonly capturedAtMs: number;
  /** `[h, w, c]`; resized by area average to the network's input where it differs. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Transferred. */
  readonly values: Float32Array;
}

/** What the frame port carries to the worker. */
export type InputMessage = FrameMessage | ArrayFrameMessage;

export interface CreditMessage {
  readonly kind: 'credit';
}
