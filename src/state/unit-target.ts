import type { LayerInfo } from '../contract/events';
import type { LayerId } from '../contract/ids';
import type { ExplanationTarget } from '../contract/session-spec';

/** A channel of a layer, or with row and column one unit of it. */
export type UnitTarget = Extract<ExplanationTarget, { readonly kind: 'unit' }>;

/** A layer to choose from; `info` is null for one that is held and not among the layers shown. */
export interface UnitLayer {
  readonly id: LayerId;
  readonly info: LayerInfo | null;
}

/** Every layer on the rail can be asked, vectors too, as in the live view; the held one stays in the list although it may be folded away. */
export function listUnitLayers(layers: readonly LayerInfo[], held: LayerId): readonly UnitLayer[] {
  const listed = layers.map((info): UnitLayer => ({ id: info.id, info }));
  return held === '' || layers.some(({ id }) => id === held) ? listed : [{ id: held, info: null }, ...listed];
}

/** The whole first channel of the last layer with places, or of the last one. */
export function chooseFirstUnit(layers: readonly LayerInfo[]): UnitTarget {
  return { kind: 'unit', layer: (layers.findLast(({ spatial }) => spatial) ?? layers.at(-1))?.id ?? '', channel: 0 };
}

/** Within the bounds of its layer; a vector has no places, and of a layer that is not known only the sign is checked. */
export function fitUnit({ layer, channel, y, x }: UnitTarget, info: LayerInfo | null): UnitTarget {
  const [height, width, channels] = info?.shape ?? [Infinity, Infinity, Infinity];
  const fitted = { kind: 'unit', layer, channel: fitIndex(channel, channels) } as const;
  return y === undefined || x === undefined || info?.spatial === false ? fitted : { ...fitted, y: fitIndex(y, height), x: fitIndex(x, width) };
}

/** One unit of the channel, in the middle of its map at first; or the channel again. */
export function narrowUnit(target: UnitTarget, info: LayerInfo | null, single: boolean): UnitTarget {
  const { y: _y, x: _x, ...channel } = target;
  const [height, width] = info?.shape ?? [1, 1];
  return fitUnit(single ? { ...channel, y: Math.floor(height / 2), x: Math.floor(width / 2) } : channel, info);
}

/** What may be entered, in words. */
export function describeUnitBounds({ shape: [height, width, channels], spatial }: LayerInfo, single: boolean): string {
  const bounds = (name: string, count: number): string => (count === 1 ? `there is one ${name}, number 0` : `${name}s 0 to ${count - 1}`);
  const words = [bounds('channel', channels), ...(single && spatial ? [bounds('row', height), bounds('column', width)] : [])].join(', ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function fitIndex(index: number, count: number): number {
  return Number.isFinite(index) ? Math.max(0, Math.min(count - 1, Math.round(index))) : 0;
}
