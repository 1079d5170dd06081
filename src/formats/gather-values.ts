import { countElements } from '../graph/shapes';

/** An axis of an array that is read: its size, and how far apart its elements lie in the source. */
export interface Walk {
  readonly size: number;
  readonly step: number;
}

/** Reads an array along given axes from `start`, the last axis fastest, until the target is full. */
export function gatherInto(target: Float32Array | Float64Array, source: ArrayLike<number>, axes: readonly Walk[], start = 0): void {
  const inner = axes.at(-1) ?? { size: 1, step: 0 };
  const outer = axes.slice(0, -1);
  const index = outer.map(() => 0);
  let base = start;
  for (let row = 0; row < target.length; row += inner.size) {
    for (let place = 0; place < inner.size; place += 1) target[row + place] = source[base + place * inner.step] ?? 0;
    for (let axis = outer.length - 1; axis >= 0; axis -= 1) {
      const { size, step } = outer[axis] ?? inner;
      index[axis] = (index[axis] ?? 0) + 1;
      base += step;
      if ((index[axis] ?? 0) < size) break;
      base -= step * size;
      index[axis] = 0;
    }
  }
}

/** The same into a new float32 array. @throws AppError 'format-too-large' */
export function gather(source: ArrayLike<number>, axes: readonly Walk[], where: string): Float32Array {
  const values = new Float32Array(countElements(axes.map((axis) => axis.size), where));
  gatherInto(values, source, axes);
  return values;
}
