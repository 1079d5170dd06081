import { batch } from '@preact/signals-core';
import type { ChannelOrder } from '../../contract/session-spec';
import { changeSpec } from '../choices';
import { shownOrder } from '../worker-state';

/** Sorts the channels of the open layer in another way. */
export function chooseOrder(channelOrder: ChannelOrder): void {
  batch(() => {
    // What the worker says from now on is the new order, or the one it has instead.
    shownOrder.value = null;
    changeSpec({ channelOrder });
  });
}
