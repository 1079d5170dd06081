/** Cells of a 2 x 2 mosaic: 0 top left, 1 top right, 2 bottom left, 3 bottom right. */
export type MosaicCell = 0 | 1 | 2 | 3;

/**
 * Share of the positive evidence that falls into the cell of the explained class; chance is 1/4.
 *
 * @param importance  `[height * width]` of the whole mosaic, signed
 * @returns           0..1; null where there is no positive evidence at all (it points nowhere, which is not a miss)
 * @see Rao, Böhle, Schiele 2022, arXiv:2205.10435, eq. 1
 */
export function shareInCell(importance: Float32Array, size: readonly [height: number, width: number], cell: MosaicCell): number | null {
  const [height, width] = size;
  const top = cell < 2;
  const left = cell % 2 === 0;
  let inside = 0;
  let all = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = importance[y * width + x] ?? 0;
      if (value <= 0) continue;
      all += value;
      if (y < height / 2 === top && x < width / 2 === left) inside += value;
    }
  }
  return all === 0 ? null : inside / all;
}
