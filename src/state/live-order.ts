import type { ChannelOrder } from '../contract/session-spec';

/** Channels move only this often: a grid that reshuffles under the finger cannot be tapped. */
const settleMs = 2000;

export interface ShownOrder {
  readonly layer: string;
  readonly by: ChannelOrder;
  readonly channels: readonly number[];
  readonly shownAtMs: number;
}

/**
 * Whether a new order of the channels takes the place of the one on screen: at once for another layer or another
 * kind of order and for a still picture, else no more than every two seconds and never while the person is at it.
 */
export function takeOrder(shown: ShownOrder | null, next: Omit<ShownOrder, 'shownAtMs'>, nowMs: number, held: boolean, still: boolean): ShownOrder {
  const taken = { ...next, shownAtMs: nowMs };
  if (shown === null || shown.layer !== next.layer || shown.by !== next.by) return taken;
  if (held) return shown;
  return still || nowMs - shown.shownAtMs >= settleMs ? taken : shown;
}

/** The channels in the order they are shown; before the worker said anything, as in the file. `by` may differ: not every layer has every order. */
export function orderChannels(shown: ShownOrder | null, layer: string, by: ChannelOrder, channelCount: number): readonly number[] {
  if (by !== 'index' && shown !== null && shown.layer === layer && shown.channels.length === channelCount) return shown.channels;
  return Array.from({ length: channelCount }, (_, index) => index);
}
