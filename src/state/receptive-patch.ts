import type { ReceptiveField } from '../contract/events';

/** A part of the network's square, 0..1 of its side. */
export interface Patch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the input that unit (y, x) looks at, cut to the input; null: it sees the whole input. */
export function locatePatch(
  field: ReceptiveField | null, y: number, x: number, input: { readonly height: number; readonly width: number },
): Patch | null {
  if (field === null) return null;
  const [left, width] = cutAxis(field, x, input.width);
  const [top, height] = cutAxis(field, y, input.height);
  return { left, top, width, height };
}

function cutAxis(field: ReceptiveField, index: number, inputPx: number): readonly [start: number, length: number] {
  const start = field.startPx + index * field.stridePx;
  const from = Math.min(inputPx, Math.max(0, start));
  const to = Math.max(from, Math.min(inputPx, start + field.sizePx));
  return [from / inputPx, (to - from) / inputPx];
}
