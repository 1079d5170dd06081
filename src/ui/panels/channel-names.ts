import type { LayerInfo } from '../../contract/events';
import { classes } from '../../state/worker-state';

/** In full, for headings and for those who listen. */
export function nameChannel(layer: LayerInfo, channel: number): string {
  const label = labelChannel(layer, channel);
  return label === String(channel) ? `Channel ${channel}` : `Channel ${channel}, ${label}`;
}

/** The values of the last layers stand for the classes: their names say more than their numbers. */
export function labelChannel(layer: LayerInfo, channel: number): string {
  return namesClasses(layer) ? classes.value[channel] ?? String(channel) : String(channel);
}

/** True: its channels are the classes, in their order. */
export function namesClasses(layer: LayerInfo): boolean {
  return !layer.spatial && layer.shape[2] === classes.value.length;
}
