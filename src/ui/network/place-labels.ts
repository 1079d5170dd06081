/** A bubble that wants its name beside it. */
export interface LabelWish {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Placed first, and always. */
  readonly important: boolean;
}

export interface PlacedLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end' | 'middle';
  readonly important: boolean;
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const letterPx = 5.9;
const linePx = 13;

/** Names beside their bubbles where there is room: right, left, above or below; a name that fits nowhere is left to the table. */
export function placeLabels(wishes: readonly LabelWish[], right: number): readonly PlacedLabel[] {
  const taken: Area[] = wishes.map(({ x, y }) => ({ left: x - 3, right: x + 3, top: y - 3, bottom: y + 3 }));
  const placed: PlacedLabel[] = [];
  for (const wish of [...wishes].sort((a, b) => Number(b.important) - Number(a.important) || a.radius - b.radius)) {
    const width = wish.text.length * letterPx;
    const gap = wish.radius + 4;
    const tries: readonly PlacedLabel[] = [
      { text: wish.text, important: wish.important, x: wish.x + gap, y: wish.y + 4, anchor: 'start' },
      { text: wish.text, important: wish.important, x: wish.x - gap, y: wish.y + 4, anchor: 'end' },
      { text: wish.text, important: wish.important, x: wish.x, y: wish.y - gap, anchor: 'middle' },
      { text: wish.text, important: wish.important, x: wish.x, y: wish.y + gap + 9, anchor: 'middle' },
    ];
    const areaOf = ({ x, y, anchor }: PlacedLabel): Area => {
      const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
      return { left, right: left + width, top: y - linePx + 2, bottom: y + 3 };
    };
    const inside = tries.filter((label) => areaOf(label).right <= right && areaOf(label).left >= 0);
    const free = inside.find((label) => !taken.some((area) => overlaps(area, areaOf(label)))) ?? (wish.important ? inside[0] ?? tries[0] : undefined);
    if (free === undefined) continue;
    taken.push(areaOf(free));
    placed.push(free);
  }
  return placed;
}

function overlaps(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
