import type { FrameSource } from '../camera/frame-source';
import type { Stroke } from '../contract/strokes';

/*
 * The same picture comes back: a stroke is undone, a frame is taken from the strip again, a file is flipped back to. Each time it is
 * another source, and what was made of it is of it all the same. So a source has a name, and a picture a number.
 */

const names = new WeakMap<FrameSource, string>();
const itemNames = new WeakMap<object, string>();
const strokeNames = new WeakMap<Stroke, string>();
const paintedNames = new Map<string, string>();
const numbers = new Map<string, number>();
let lastName = 0;
let lastNumber = 0;

function nextName(kind: string): string {
  lastName += 1;
  return `${kind}-${lastName}`;
}

function nameFrom<Thing extends object>(known: WeakMap<Thing, string>, thing: Thing, kind: string): string {
  const name = known.get(thing) ?? nextName(kind);
  known.set(thing, name);
  return name;
}

/** What the source shows, by a name that {@link namePicture} can give to another source of the same. */
export function nameOfPicture(source: FrameSource): string {
  return nameFrom(names, source, 'picture');
}

/** This source shows what one of this name showed. Before it comes on screen. */
export function namePicture(source: FrameSource, name: string): void {
  names.set(source, name);
}

/** The name of what is kept somewhere else than in a source: a file that was opened, for instance. */
export function nameOfItem(item: object): string {
  return nameFrom(itemNames, item, 'item');
}

/** The name of a picture with these strokes over it. */
export function nameOfPainted(base: FrameSource, strokes: readonly Stroke[]): string {
  return strokes.reduce((before, stroke) => {
    const key = `${before} ${nameFrom(strokeNames, stroke, 'stroke')}`;
    const name = paintedNames.get(key) ?? nextName('painted');
    paintedNames.set(key, name);
    return name;
  }, nameOfPicture(base));
}

/** The number of what is on screen now: of a still the same one each time, cut and mirrored alike; of what moves another each time. */
export function numberOfPicture(source: FrameSource | null): number {
  const key = source?.still === true ? `${nameOfPicture(source)}|${source.mirror}|${Object.values(source.crop).join(' ')}` : nextName('live');
  const number = numbers.get(key) ?? (lastNumber += 1);
  if (source?.still === true) numbers.set(key, number);
  return number;
}
