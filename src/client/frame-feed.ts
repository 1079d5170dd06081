import type { CropSquare } from '../contract/frames';

/** What the client needs of a source of frames; the camera layer's `FrameSource` is one. Borrowed, never disposed here. */
export interface FrameFeed {
  /** The square the network sees, source pixels. */
  readonly crop: CropSquare;
  readonly mirror: boolean;
  /** True: the picture does not change; it is sent once to each worker, and again when crop or mirror change. */
  readonly still: boolean;
  /** Calls back once, when the next new frame can be taken. @returns what cancels it */
  requestFrame(callback: () => void): () => void;
  /** A copy of the frame on screen, owned by the caller; null: there is none yet. */
  takeFrame(): Promise<VideoFrame | ImageBitmap | null>;
  /** Only of arrays: the values that are sent in place of a picture; a copy, owned by the caller. */
  takeArray?(): { readonly shape: readonly [height: number, width: number, channels: number]; readonly values: Float32Array };
  /** Told when size, crop or mirror changed. @returns unsubscribe */
  onChange(listener: () => void): () => void;
}
