import type { NetworkCard } from './card';
import type { ErrorReport } from './errors';
import type { JobId, LayerId, MapShape, NetworkId } from './ids';
import type { JobMap, JobNote } from './jobs';
import type { Backend, ChannelOrder, ExplanationId } from './session-spec';

/** Part of the input that one unit can see, in input pixels; unit (y, x) looks at start + index * stride, size wide. */
export interface ReceptiveField {
  readonly sizePx: number;
  readonly stridePx: number;
  /** Left/top edge of the field of unit 0 (negative when it reaches into the padding). */
  readonly startPx: number;
}

export interface LayerInfo {
  readonly id: LayerId;
  /** Name shown and used by `readActivation`; equals `id`. */
  readonly name: string;
  /** Operation of the graph, e.g. `conv2d`, `relu`. */
  readonly op: string;
  readonly shape: MapShape;
  /** False: a vector (dense layer, logits), no place in the picture. */
  readonly spatial: boolean;
  /** True: values of both signs are expected; drawn with a diverging colour map around zero. */
  readonly signed: boolean;
  /** null where the whole input is seen at once (after a global pool or dense layer). */
  readonly receptiveField: ReceptiveField | null;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** So many classes are reported, best first; a pinned one that is not among them comes after these. */
export const reportedClasses = 5;

/** A layer that is not on the rail. */
export type FoldedLayer = Pick<LayerInfo, 'id' | 'shape'>;

export interface Prediction {
  readonly index: number;
  readonly label: string;
  /** 0..1: softmax over the classes; outputs that are sigmoids, or a single one, are probabilities of their own. */
  readonly probability: number;
}

/** `ok`: a map is drawn; `no-positive-evidence`: Grad-CAM is zero everywhere, a true answer. */
export type ExplanationState = 'ok' | 'no-positive-evidence' | 'off' | 'unsupported';

/** Everything the worker says by itself. Sent on the events port; order is the order of happening. */
export type WorkerEvent =
  | { readonly kind: 'ready'; readonly backend: Backend; readonly why: string; readonly threads: number }
  | { readonly kind: 'loading'; readonly network: NetworkId; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly kind: 'network'; readonly network: NetworkId; readonly card: NetworkCard; readonly layers: readonly LayerInfo[];
      /** Layers that are not in the list because others hold them (folded, fused, passed on); a target may name them. Absent: none. */
      readonly folded?: readonly FoldedLayer[];
      /** Layer that Grad-CAM explains by default: the last spatial one; null when there is none. */
      readonly explanationLayer: LayerId | null;
      /** True: sigmoids, or a single output; each answer is a question of its own, and they do not share 100 %. */
      readonly answersStandAlone: boolean;
      /** True: the network's own last values are probabilities already (a hard sigmoid that stays), and so is the score of a class; left out: they are not. */
      readonly scoresAreProbabilities?: boolean }
  /** At most 10 a second: the five most probable classes, best first, plus the pinned target where it is not among them. */
  | { readonly kind: 'predictions'; readonly sequence: number; readonly capturedAtMs: number; readonly top: readonly Prediction[];
      readonly targetIndex: number }
  | { readonly kind: 'drawn'; readonly sequence: number; readonly capturedAtMs: number; readonly drawnAtMs: number }
  | { readonly kind: 'rate'; readonly framesPerSecond: number; readonly tickMs: number; readonly forwardMs: number }
  | { readonly kind: 'explanation'; readonly method: ExplanationId; readonly state: ExplanationState; readonly layer: LayerId | null;
      /** Class that the map is of: of the top answer, the one that was on top in the map's frame. */
      readonly targetIndex: number; readonly min: number; readonly max: number; readonly reason?: string;
      /** Number of the frame that the map is of. */
      readonly sequence: number;
      /** Every how many frames one is explained: 1, or more where each would take frames from the camera. */
      readonly everyFrames: number }
  /** Value range behind the colour bar: of the open channel, or of the whole open layer. */
  | { readonly kind: 'range'; readonly layer: LayerId; readonly channel: number | null; readonly min: number; readonly max: number }
  /** At most 2 a second: channel indices of the open layer in the chosen order, first shown first. */
  | { readonly kind: 'order'; readonly layer: LayerId; readonly by: ChannelOrder; readonly channels: readonly number[] }
  | { readonly kind: 'point'; readonly layer: LayerId; readonly channel: number; readonly y: number; readonly x: number; readonly value: number }
  /** At most 4 a second while `SessionSpec.activity`: mean |activation| of each layer on the rail, in the order of `layers`. */
  | { readonly kind: 'activity'; readonly sequence: number; readonly layers: readonly LayerId[]; readonly mean: readonly number[] }
  /** A job (`runJob`) goes on; at most 10 a second. `partial`: the map so far, at most 2 a second, where the method has one. */
  | { readonly kind: 'job'; readonly job: JobId;
      /** Number of the frame that the job works on; it was copied when the job began. */
      readonly sequence: number;
      readonly fraction: number; readonly note: JobNote; readonly partial: JobMap | null }
  | { readonly kind: 'heartbeat'; readonly atMs: number }
  | { readonly kind: 'error'; readonly error: ErrorReport };
