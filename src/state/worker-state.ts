import { computed, signal } from '@preact/signals-core';
import type { LayerInfo, Prediction, WorkerEvent } from '../contract/events';
import type { SupervisorStatus } from '../client/supervisor.interface';
import { describeTarget } from './describe-target';
import { openLayerId, pinnedIndex, spec } from './choices';
import { failure } from './failure';
import { countFramesBehind, judgeCertainty } from './honest-state';
import { orderChannels, type ShownOrder } from './live-order';
import { chooseBars, type PredictionBar } from './prediction-bars';
import { isLive } from './source-state';

type EventOf<Kind extends WorkerEvent['kind']> = Extract<WorkerEvent, { readonly kind: Kind }>;

export const status = signal<SupervisorStatus>({
  phase: 'starting', generation: 0, backend: null, error: null, failures: 0, fellBackToWasm: false,
});
export const ready = signal<EventOf<'ready'> | null>(null);
/** Bytes of the network that is on its way; null: nothing is loading. */
export const loading = signal<EventOf<'loading'> | null>(null);
export const network = signal<EventOf<'network'> | null>(null);
/** The frame that `answers` are of; null: there are none. */
export const answeredSequence = signal<number | null>(null);
/** The network's last answer as it came. */
export const answers = signal<readonly Prediction[]>([]);
export const targetIndex = signal<number | null>(null);
export const bars = signal<readonly PredictionBar[]>([]);
export const drawn = signal<EventOf<'drawn'> | null>(null);
export const rate = signal<EventOf<'rate'> | null>(null);
export const explanation = signal<EventOf<'explanation'> | null>(null);
export const range = signal<EventOf<'range'> | null>(null);
export const shownOrder = signal<ShownOrder | null>(null);
export const point = signal<EventOf<'point'> | null>(null);
/** A slow clock, so that silence becomes visible. `performance.timeOrigin + performance.now()`. */
export const clockMs = signal(0);

/** Why there is no network on screen, in words. */
export const networkMissingText = computed(() => (failure.value === null ? 'The network is being loaded.' : 'There is no network to look into.'));
export const layers = computed<readonly LayerInfo[]>(() => network.value?.layers ?? []);
export const classes = computed(() => network.value?.card.classes ?? []);
export const openLayer = computed(() => layers.value.find((layer) => layer.id === openLayerId.value) ?? null);
export const openLayerPosition = computed(() => layers.value.findIndex((layer) => layer.id === openLayerId.value) + 1);
export const shownBars = computed(() => chooseBars(bars.value, 5, pinnedIndex.value));
export const certainty = computed(() => judgeCertainty(bars.value.slice(0, 5), classes.value.length, network.value?.answersStandAlone));
export const channelsInOrder = computed(() => {
  const layer = openLayer.value;
  return layer === null ? [] : orderChannels(shownOrder.value, layer.id, spec.value.channelOrder, layer.shape[2]);
});

/** The worker sorts otherwise than asked: the order is not defined for this layer. */
export const orderReplaced = computed(() => {
  const shown = shownOrder.value;
  return shown !== null && shown.layer === openLayerId.value && spec.value.channelOrder === 'influence' && shown.by !== 'influence';
});

export const framesBehind = computed(() => (isLive.value ? countFramesBehind({
  nowMs: clockMs.value, capturedAtMs: drawn.value?.capturedAtMs ?? null, tickMs: rate.value?.tickMs ?? 0, frameIntervalMs: 1000 / 30,
}) : 0));
/** The class that the map over the picture is of, where the top answer is explained: a map of an older frame is of what was on top then. */
export const mappedTopIndex = computed(() => {
  const found = explanation.value;
  const isOfMap = found !== null && found.method === spec.value.explanation && (found.state === 'ok' || found.state === 'no-positive-evidence');
  return isOfMap ? found.targetIndex : targetIndex.value;
});

/** What is explained, in words; null before there is an answer. */
export const targetLabel = computed(() => {
  const { target } = spec.value;
  const index = target.kind === 'top' || target.kind === 'unit' ? mappedTopIndex.value : target.index;
  return target.kind !== 'unit' && (index === null || classes.value[index] === undefined) ? null : describeTarget(target, index, classes.value);
});
