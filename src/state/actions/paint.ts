import { batch, effect } from '@preact/signals-core';
import type { FrameSource } from '../../camera/frame-source';
import type { Stroke } from '../../contract/strokes';
import { reportFailure } from '../failure';
import { answersBefore, original, strokes, undone } from '../painting';
import { nameOfPainted, namePicture, numberOfPicture } from '../picture-identity';
import { pictureNumber, pictureOfFrame } from '../picture-seen';
import { getRuntime } from '../runtime';
import { source, waitingSource } from '../source-state';
import { answers, answeredSequence } from '../worker-state';
import { putOnScreen } from './show-source';

/** What lies over the original now; owned here. */
let shown: FrameSource | null = null;
let shownStrokes: readonly Stroke[] = [];
let wanted = 0;
/** What was painted over pictures that are not on screen, by their numbers: mirrored, the same places are others. Redo brings it back. */
const leftStrokes = new Map<number, readonly Stroke[]>();
const mostLeft = 50;
/** The number of the original. */
let baseNumber: number | null = null;

/** Paints one more stroke over the frozen picture; predictions and quick maps follow. */
export async function addStroke(stroke: Stroke): Promise<void> {
  undone.value = [];
  await show([...strokes.peek(), stroke]);
}

export async function undoStroke(): Promise<void> {
  const last = strokes.peek().at(-1);
  if (last === undefined) return;
  undone.value = [last, ...undone.peek()];
  await show(strokes.peek().slice(0, -1));
}

export async function redoStroke(): Promise<void> {
  const [next, ...others] = undone.peek();
  if (next === undefined) return;
  undone.value = others;
  await show([...strokes.peek(), next]);
}

/** Back to the picture as it was; redo brings the strokes back, one by one. */
export async function clearStrokes(): Promise<void> {
  if (strokes.peek().length === 0) return;
  undone.value = [...strokes.peek()];
  await show([]);
}

async function show(next: readonly Stroke[]): Promise<void> {
  const mine = (wanted += 1);
  const base = original.peek() ?? source.peek();
  if (base === null || !base.still) return;
  // At once: the next stroke goes on top of this one, also while this one is still being drawn.
  batch(() => {
    if (original.peek() === null) baseNumber = numberOfPicture(base);
    original.value = base;
    strokes.value = next;
  });
  try {
    const made = next.length === 0 ? base : await getRuntime().sources.paintedSource(base, next);
    if (mine !== wanted || (source.peek() !== base && source.peek() !== shown)) {
      if (made !== base) made.dispose();
      return;
    }
    if (made !== base) namePicture(made, nameOfPainted(base, next));
    const before = shown;
    shown = made;
    shownStrokes = next;
    // Taken back before it was drawn: the picture is there, and would be waited for in vain.
    if (made !== source.peek()) putOnScreen(made, waitingSource.peek());
    if (before !== base) before?.dispose();
  } catch (thrown) {
    if (mine === wanted) strokes.value = shownStrokes;
    reportFailure(thrown);
  }
}

/** Puts strokes away when something else comes on screen, and notes what the network says of the picture without them. Called once. */
export function followPainting(): void {
  effect(() => {
    const current = source.value;
    // Changes also where the same source is mirrored.
    const number = pictureNumber.value;
    const base = original.peek();
    if (base !== null && (current === shown ? current !== base || number === baseNumber : current === base)) return;
    if (base !== null) leave(base);
    undone.value = current?.still === true ? leftStrokes.get(number) ?? [] : [];
  });
  /** The picture that what is noted is of. */
  let noted: number | null = null;
  effect(() => {
    const told = answers.value;
    const sequence = answeredSequence.value;
    const base = original.value ?? source.value;
    const picture = base?.still === true ? numberOfPicture(base) : null;
    // Also told late, with strokes on screen already: the frame says which picture it is of.
    if (picture !== null && sequence !== null && pictureOfFrame(sequence) === picture) answersBefore.value = told;
    else if (picture !== noted) answersBefore.value = [];
    noted = picture;
  });
}

function leave(base: FrameSource): void {
  const painted = [...strokes.peek(), ...undone.peek()];
  if (painted.length > 0 && baseNumber !== null) leftStrokes.set(baseNumber, painted);
  const [oldest] = leftStrokes.keys();
  if (leftStrokes.size > mostLeft && oldest !== undefined) leftStrokes.delete(oldest);
  // Whoever put something else there disposed what was shown; the one that waited behind the strokes is ours.
  if (base !== shown) base.dispose();
  shown = null;
  shownStrokes = [];
  baseNumber = null;
  wanted += 1;
  batch(() => {
    original.value = null;
    strokes.value = [];
  });
}
