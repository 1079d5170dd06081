import type { LayerId, NetworkId } from './ids';

/** What runs the network: a tier of the engine. */
export type Backend = 'webgpu' | 'wasm';
export type BackendChoice = Backend | 'auto';

/** Which map lies over the picture: methods of one backward pass, which can follow the camera. */
export const explanationIds = [
  'grad-cam', 'gradient', 'guided-backprop', 'grad-cam++', 'layer-cam', 'gradient-x-input', 'deconvnet', 'lrp-epsilon', 'off',
] as const;
export type ExplanationId = (typeof explanationIds)[number];

/**
 * What is explained: the most probable class, one the person pinned (index into the card's classes), the difference of two
 * logits ("why a cup and not a bowl?"), or a channel of a layer (its mean activation; with `y` and `x`, that one unit).
 */
export type ExplanationTarget =
  | { readonly kind: 'top' }
  | { readonly kind: 'class'; readonly index: number }
  | { readonly kind: 'difference'; readonly index: number; readonly against: number }
  | { readonly kind: 'unit'; readonly layer: LayerId; readonly channel: number; readonly y?: number; readonly x?: number };

/** Preprocessing that replaces the card's while the person tries it out; see `InputSpec`. */
export interface InputChoice {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly channelOrder: 'rgb' | 'bgr';
}

/** `index`: as in the file; `activity`: mean |activation| now; `influence`: |sum of gradient x activation| for the target. */
export const channelOrders = ['index', 'activity', 'influence'] as const;
export type ChannelOrder = (typeof channelOrders)[number];

/** Whether each channel is scaled by its own range or all channels of a layer share one. */
export type MapScale = 'channel' | 'layer';

export const colourMaps = ['viridis', 'inferno', 'cividis', 'grey'] as const;
export type ColourMap = (typeof colourMaps)[number];

/**
 * Everything the worker needs to show what the person chose; plain JSON. Declarative: the window never sequences
 * loads, it applies a whole spec and the worker works out the difference. Replayed as it is in a fresh worker.
 */
export interface SessionSpec {
  readonly network: NetworkId;
  readonly backend: BackendChoice;
  readonly explanation: ExplanationId;
  /** Layer of Grad-CAM and its family; null: the last with a place in the picture. Unknown names mean null. */
  readonly explanationLayer: LayerId | null;
  readonly target: ExplanationTarget;
  /** Layer whose channels are on screen, or null. Unknown names are ignored (another network may be loading). */
  readonly openLayer: LayerId | null;
  /** Channel of `openLayer` shown large, or null. */
  readonly openChannel: number | null;
  readonly channelOrder: ChannelOrder;
  readonly scale: MapScale;
  readonly colourMap: ColourMap;
  /** True: every node of the graph is a layer (nothing folded or fused); false: the live plan's layers. */
  readonly everyStep: boolean;
  /** Counts up when the card of a kept network was changed: it is read again. */
  readonly networkRevision: number;
  /** null: as the card says. */
  readonly input: InputChoice | null;
  /** True: the worker measures each layer's activity (`activity` events), for the network page. */
  readonly activity: boolean;
}

export const defaultSpec: SessionSpec = {
  network: 'everyday', backend: 'auto', explanation: 'grad-cam', explanationLayer: null, target: { kind: 'top' }, openLayer: null,
  openChannel: null, channelOrder: 'index', scale: 'channel', colourMap: 'viridis', everyStep: false,
  networkRevision: 0, input: null, activity: false,
};

/** What a change of spec costs, as the steps the worker must take. */
export interface SpecDifference {
  /** A new worker (or backend) is needed; everything else follows. */
  readonly backend: boolean;
  readonly network: boolean;
  /** The plan of the executor changes (taps, fusion). */
  readonly plan: boolean;
  /** Only drawing or explaining changes; the next frame, or a redraw of the still one, shows it. */
  readonly view: boolean;
}

/** Pure difference of two specs; `null` as the first means a fresh worker. */
export function diffSpec(before: SessionSpec | null, after: SessionSpec): SpecDifference {
  if (before === null) return { backend: true, network: true, plan: true, view: true };
  const backend = before.backend !== after.backend;
  const network = backend || before.network !== after.network || before.networkRevision !== after.networkRevision;
  const plan = network || before.everyStep !== after.everyStep || before.openLayer !== after.openLayer
    || before.explanation !== after.explanation || before.explanationLayer !== after.explanationLayer
    || before.channelOrder !== after.channelOrder || before.activity !== after.activity;
  const view = plan || before.openChannel !== after.openChannel || before.scale !== after.scale
    || before.colourMap !== after.colourMap 
    || JSON.stringify(before.target) !== JSON.stringify(after.target) || JSON.stringify(before.input) !== JSON.stringify(after.input);
  return { backend, network, plan, view };
}
