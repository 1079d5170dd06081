import type { LayerInfo } from '../../contract/events';
import type { LayerId } from '../../contract/ids';
import { changeSpec, spec } from '../choices';
import { stepIndex } from '../pictures';
import { getRuntime } from '../runtime';
import { layers } from '../worker-state';

/** Shows all channels of a layer; null closes it. */
export function openLayer(layer: LayerId | null): void {
  if (layer === spec.peek().openLayer) return;
  changeSpec({ openLayer: layer, openChannel: null });
}

/** A tap on the layer's button: opens it, or closes it where it is open. */
export function toggleLayer(layer: LayerId): void {
  openLayer(spec.peek().openLayer === layer && !getRuntime().page.isWide() ? null : layer);
}

/** The next or previous layer of the list. */
export function stepLayer(step: number): void {
  const index = layers.peek().findIndex((layer) => layer.id === spec.peek().openLayer);
  const next = layers.peek()[index === -1 ? 0 : stepIndex(index, step, layers.peek().length)];
  if (next !== undefined) openLayer(next.id);
}

/** Where panels lie side by side one layer is open from the start; on a small screen none is. */
export function openDefaultLayer(available: readonly LayerInfo[]): void {
  const chosen = getRuntime().page.isWide() ? chooseDefaultLayer(available) : null;
  changeSpec({ openLayer: chosen, openChannel: null });
}

/** The last layer whose maps still have a quarter of the first one's detail after its striding: shapes, but no longer edges alone. */
export function chooseDefaultLayer(available: readonly LayerInfo[]): LayerId | null {
  const spatial = available.filter((layer) => layer.spatial && layer.op !== 'input');
  const finest = Math.max(0, ...spatial.map((layer) => layer.shape[0]));
  return spatial.findLast((layer) => layer.shape[0] * 2 >= finest)?.id ?? null;
}
