import { createRandom } from '../../src/explain/faithfulness';

/** A picture that the network names rightly, alone and with confidence. */
export interface ConfidentPicture {
  readonly index: number;
  readonly label: number;
}

/** Four pictures of four classes: top left, top right, bottom left, bottom right. */
export type Mosaic = readonly [ConfidentPicture, ConfidentPicture, ConfidentPicture, ConfidentPicture];

/**
 * Draws mosaics by a seed. Every picture is used as evenly as the classes allow: the pictures are shuffled and dealt; the
 * next whose class is not in the mosaic yet is taken.
 *
 * @throws Error when fewer than four classes have a confident picture
 */
export function drawMosaics(pictures: readonly ConfidentPicture[], count: number, seed: number): readonly Mosaic[] {
  if (new Set(pictures.map(({ label }) => label)).size < 4) throw new Error('pictures of fewer than four classes');
  const next = createRandom(seed);
  let deck: ConfidentPicture[] = [];
  const draw = (used: ReadonlySet<number>): ConfidentPicture => {
    for (;;) {
      const place = deck.findIndex(({ label }) => !used.has(label));
      const [found] = place < 0 ? [] : deck.splice(place, 1);
      if (found !== undefined) return found;
      deck = shuffle(pictures, next);
    }
  };
  return Array.from({ length: count }, () => {
    const used = new Set<number>();
    const cells = [0, 1, 2, 3].map(() => {
      const picture = draw(used);
      used.add(picture.label);
      return picture;
    });
    return cells as unknown as Mosaic;
  });
}

function shuffle<T>(list: readonly T[], next: () => number): T[] {
  const copy = [...list];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    const kept = copy[index] as T;
    copy[index] = copy[other] as T;
    copy[other] = kept;
  }
  return copy;
}

/** Lays four `[s, s, c]` pictures out as one `[2 s, 2 s, c]`. */
export function layOut(cells: readonly Float32Array[], sizePx: number, channels: number): Float32Array {
  const side = 2 * sizePx;
  const mosaic = new Float32Array(side * side * channels);
  cells.forEach((cell, index) => {
    const top = index < 2 ? 0 : sizePx;
    const left = (index % 2) * sizePx;
    for (let y = 0; y < sizePx; y += 1) {
      mosaic.set(cell.subarray(y * sizePx * channels, (y + 1) * sizePx * channels), ((top + y) * side + left) * channels);
    }
  });
  return mosaic;
}
