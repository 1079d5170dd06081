import { changeSpec, spec } from '../choices';
import { stepIndex } from '../pictures';
import { channelsInOrder } from '../worker-state';

/** Shows one channel of the open layer large; null goes back to all of them. */
export function openChannel(channel: number | null): void {
  changeSpec({ openChannel: channel });
}

/** The next or previous channel, in the order on screen. */
export function stepChannel(step: number): void {
  const channels = channelsInOrder.peek();
  const current = spec.peek().openChannel;
  const place = current === null ? -1 : channels.indexOf(current);
  const next = channels[place === -1 ? 0 : stepIndex(place, step, channels.length)];
  if (next !== undefined) openChannel(next);
}
