import type { InputSpec } from '../contract/card';
import type { FrameMessage } from '../contract/frames';
import type { MapShape } from '../contract/ids';
import type { Backend } from '../contract/session-spec';
import type { Tensor, Tensor4D } from '../engine/frame-values';
import type { LayerView, Renderer } from '../render/renderer';

/** What runs and draws: a tfjs backend with the importer and renderer that share its memory. One per worker. */
export interface Tier {
  readonly backend: Backend;
  /** Why this one, for the status line. */
  readonly why: string;
  readonly threads: number;
  /** To be told of each forward pass on a frame, milliseconds; null where nothing is decided by it. */
  readonly notePass: ((network: string, passMs: number) => void) | null;
  readonly renderer: Renderer;
  /**
   * One frame as network input.
   *
   * @param frame  stays open: the caller closes it once the promise has settled
   * @returns      `[1, h, w, c]` f32, preprocessed · owned by the caller; valid until the next import
   */
  importFrame(frame: FrameMessage, spec: InputSpec): Promise<Tensor4D>;
  /** A tensor as the renderer reads it; borrowed, valid as long as the tensor. */
  viewTensor(tensor: Tensor, shape: MapShape, signed: boolean): LayerView;
  /** A tensor's values without stalling. @param tensor  borrowed; may be disposed before the promise resolves */
  readValues(tensor: Tensor): Promise<Float32Array>;
  /** Resolves when the work before the last call is done; at once where work is done when it is asked for. */
  settle(): Promise<void>;
  /** Resolves when everything asked for so far is done. */
  finish(): Promise<void>;
  /** Loses the device for real; null: there is none to lose. */
  readonly destroyDevice: (() => void) | null;
}

/** `[h, w, c]` of an activation `[1, h, w, c]`; a vector `[1, n]` is `[1, 1, n]`. */
export function mapShapeOf(tensor: Tensor): MapShape {
  const [, height = 1, width = 1, channels = 1] = tensor.shape;
  return tensor.rank === 4 ? [height, width, channels] : [1, 1, tensor.size];
}
