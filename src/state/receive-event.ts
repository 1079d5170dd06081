import { batch } from '@preact/signals-core';
import type { WorkerEvent } from '../contract/events';
import { forgetMaps, receiveJobEvent } from './actions/explain-frame';
import { openDefaultLayer } from './actions/open-layer';
import { changeSpec, spec } from './choices';
import { showFailure } from './failure';
import { takeOrder } from './live-order';
import { dropMissingTarget } from './lost-target';
import { receiveActivity } from './network-page';
import { forgetPictureSeen, notePictureSeen } from './picture-seen';
import { smoothBars } from './prediction-bars';
import { getRuntime } from './runtime';
import { isLive } from './source-state';
import {
  answers, bars, drawn, explanation, loading, network, point, range, rate, ready, shownOrder, status, targetIndex,
} from './worker-state';

let answeredAtMs = 0;
let gridHeld = false;

/** While the person points at the channels they keep their places. */
export function holdGrid(held: boolean): void {
  gridHeld = held;
}

/** Everything the worker says, turned into what is on screen. */
export function receiveEvent(event: WorkerEvent): void {
  batch(() => {
    switch (event.kind) {
      case 'ready': ready.value = event; break;
      case 'loading': loading.value = event.totalBytes > 0 && event.loadedBytes >= event.totalBytes ? null : event; break;
      case 'network': receiveNetwork(event); break;
      case 'predictions': receivePredictions(event); break;
      case 'drawn':
        drawn.value = event;
        notePictureSeen(event);
        break;
      case 'rate': rate.value = event; break;
      case 'explanation': explanation.value = event; break;
      case 'range': range.value = event; break;
      case 'order': shownOrder.value = takeOrder(shownOrder.value, event, getRuntime().page.nowMs(), gridHeld, !isLive.value); break;
      case 'point': point.value = event; break;
      case 'job': receiveJobEvent(event); break;
      case 'activity': receiveActivity(event); break;
      case 'error': if (!event.error.recoverable || status.value.phase === 'running') showFailure(event.error); break;
      case 'heartbeat': break;
    }
  });
}

function receiveNetwork(event: Extract<WorkerEvent, { kind: 'network' }>): void {
  // The same network under new labels or at another size has new answers as well.
  const changed = network.value?.network !== event.network || network.value.card.classes.join('\n') !== event.card.classes.join('\n');
  loading.value = null;
  network.value = event;
  if (changed) {
    bars.value = [];
    answers.value = [];
    targetIndex.value = null;
    explanation.value = null;
    range.value = null;
    point.value = null;
    shownOrder.value = null;
    forgetPictureSeen();
    forgetMaps();
  }
  dropMissingTarget();
  const opened = event.layers.find((layer) => layer.id === spec.value.openLayer);
  if (opened === undefined) openDefaultLayer(event.layers);
  else if (spec.value.openChannel !== null && spec.value.openChannel >= opened.shape[2]) changeSpec({ openChannel: null });
}

function receivePredictions(event: Extract<WorkerEvent, { kind: 'predictions' }>): void {
  const nowMs = getRuntime().page.nowMs();
  answers.value = event.top;
  targetIndex.value = event.targetIndex;
  bars.value = smoothBars(bars.value, event.top, nowMs - answeredAtMs, !isLive.value);
  answeredAtMs = nowMs;
}
