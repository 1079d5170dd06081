/**
 * Least and largest finite value of a list, zeros where there is none.
 *
 * @param first  where it begins
 * @param step   how far apart its values lie: the number of channels for one channel of `[h, w, c]`
 */
export function findFiniteRange(values: Float32Array, first = 0, step = 1): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let at = first; at < values.length; at += step) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}
