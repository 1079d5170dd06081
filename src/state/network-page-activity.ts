import type { LayerId } from '../contract/ids';

/** Share of the way that a layer's strongest and quietest moments move towards each other with each measurement, so that old bursts fade. */
const forgetting = 0.01;
/** Smaller changes than this share of the strongest moment do not fill the scale: noise would look like life. */
const leastSpread = 0.1;

/** How active each layer is between its own quietest (0) and strongest (1) moment so far. */
export type ActivityLevels = ReadonlyMap<LayerId, number>;

export interface ActivityTrack {
  readonly ranges: ReadonlyMap<LayerId, { readonly low: number; readonly high: number }>;
  readonly levels: ActivityLevels;
}

export const noActivity: ActivityTrack = { ranges: new Map(), levels: new Map() };

/**
 * Takes one measurement in. Layers differ by orders of magnitude, so each is measured by itself; a layer that was never
 * active is at 0, and so is what is no number.
 */
export function trackActivity(before: ActivityTrack, layers: readonly LayerId[], mean: readonly number[]): ActivityTrack {
  const ranges = new Map<LayerId, { readonly low: number; readonly high: number }>();
  const levels = new Map<LayerId, number>();
  layers.forEach((layer, index) => {
    const now = mean[index] ?? 0;
    const value = Number.isFinite(now) ? now : 0;
    const known = before.ranges.get(layer) ?? { low: value, high: value };
    const fade = forgetting * (known.high - known.low);
    const high = Math.max(value, known.high - fade);
    const low = Math.min(value, known.low + fade);
    ranges.set(layer, { low, high });
    const bottom = Math.min(low, high * (1 - leastSpread));
    levels.set(layer, high > bottom ? (value - bottom) / (high - bottom) : 0);
  });
  return { ranges, levels };
}

/** The level of several layers drawn as one: the mean of those that were measured; null: none was. */
export function levelOf(levels: ActivityLevels, layers: readonly LayerId[]): number | null {
  const known = layers.flatMap((layer) => levels.get(layer) ?? []);
  return known.length === 0 ? null : known.reduce((sum, level) => sum + level, 0) / known.length;
}
