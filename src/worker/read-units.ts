import type { UnitReport } from '../contract/api';
import type { ReceptiveField } from '../contract/events';
import type { PlanMode } from '../engine/executor.interface';
import type { Tensor, Tensor4D } from '../engine/frame-values';
import { gatherPlaces } from '../engine/place-values';
import type { LiveNetwork } from './live-network';

/** So many channels of each layer are named. */
const namedChannels = 3;

export interface UnitReading {
  readonly network: Pick<LiveNetwork, 'executor' | 'layers'>;
  /** `[1, h, w, c]` f32, preprocessed · borrowed. */
  readonly input: Tensor4D;
  readonly mode: PlanMode;
  /** @param tensor  borrowed; may be disposed before the promise resolves */
  readonly readValues: (tensor: Tensor) => Promise<Float32Array>;
}

/**
 * The unit of each layer of the rail that looks at a place of the picture: of those whose receptive field covers it, the one in
 * whose middle it is nearest; and the channels that are strongest there, by absolute value. One forward pass, one readback.
 *
 * @param at  place of the network's square, 0..1 from its top left
 * @returns   layers with a place in the picture, in order
 */
export async function readUnits({ network, input, mode, readValues }: UnitReading, at: { readonly y: number; readonly x: number }): Promise<readonly UnitReport[]> {
  const { executor, layers } = network;
  const [, height = 1, width = 1] = input.shape;
  const units = executor.layers(mode).flatMap((layer) => {
    const info = layers.get(layer);
    if (info === undefined || !info.spatial) return [];
    const [rows, columns, channels] = info.shape;
    return [{ layer, channels, y: nearestUnit(info.receptiveField, at.y, height, rows), x: nearestUnit(info.receptiveField, at.x, width, columns) }];
  });
  if (units.length === 0) return [];
  const activations = executor.forward(input, { mode, taps: new Set(units.map(({ layer }) => layer)) });
  let values: Promise<Float32Array>;
  try {
    const gathered = gatherPlaces(units.map(({ layer, y, x }) => ({ activation: activations.get(layer), y, x })));
    values = readValues(gathered);
    gathered.dispose();
  } finally {
    activations.dispose();
  }
  const read = await values;
  let start = 0;
  return units.map(({ layer, channels, y, x }) => {
    const own = read.subarray(start, start + channels);
    start += channels;
    return { layer, y, x, channels: strongest(own) };
  });
}

/** Index of the unit whose receptive field has its middle nearest to a place, 0..1 of the input's side. */
export function nearestUnit(field: ReceptiveField | null, at: number, inputPx: number, count: number): number {
  const index = field === null ? Math.floor(at * count) : Math.round((at * inputPx - field.startPx - field.sizePx / 2) / field.stridePx);
  return Math.min(count - 1, Math.max(0, index));
}

function strongest(values: Float32Array): UnitReport['channels'] {
  return Array.from(values, (value, channel) => ({ channel, value })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.channel - b.channel).slice(0, namedChannels);
}
