import { signal } from '@preact/signals';
import type { Outcome } from '../../state/describe-outcome';

/** Nothing is said before it has been quiet for so long: not each of many steps, but what came of them. */
const restMs = 500;

/** What a screen reader is told; the number makes the same words news. */
export const spoken = signal<{ readonly number: number; readonly text: string }>({ number: 0, text: '' });

const waiting = new Map<string, string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells screen readers, once it is quiet. */
export function say({ key, text }: Outcome): void {
  // At its end: in the order in which things came about.
  waiting.delete(key);
  waiting.set(key, text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    spoken.value = { number: spoken.peek().number + 1, text: [...waiting.values()].join(' ') };
    waiting.clear();
  }, restMs);
}

/** `40 % from the left, 50 % from the top`. @param at  0..1 of the picture */
export function describePlace({ x, y }: { readonly x: number; readonly y: number }): string {
  return `${Math.round(x * 100)} % from the left, ${Math.round(y * 100)} % from the top`;
}
