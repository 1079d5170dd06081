import { describe, expect, it } from 'vitest';
import { createHelperChoice } from './helper-choice';

/** Runs passes whose time depends on who takes part. @returns how many of the last 100 were helped */
function live(helped: { helpers: number }, choice: ReturnType<typeof createHelperChoice>, subject: string, passes: number, aloneMs: number, togetherMs: number): number {
  let count = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    if (pass >= passes - 100 && helped.helpers > 0) count += 1;
    choice.notePass(subject, helped.helpers > 0 ? togetherMs : aloneMs);
  }
  return count;
}

describe('createHelperChoice', () => {
  it('calls helpers in where they are quicker, and leaves them out where they are not', () => {
    const helped = { helpers: 0 };
    const choice = createHelperChoice(helped, 3);
    expect(live(helped, choice, 'large', 120, 10, 6)).toBe(100);
    expect(helped.helpers).toBe(3);
    expect(live(helped, choice, 'small', 120, 1, 1.2)).toBe(0);
  });

  it('sees a machine become busy, and quiet again', () => {
    const helped = { helpers: 2 };
    const choice = createHelperChoice(helped, 2);
    live(helped, choice, 'net', 50, 10, 6);
    expect(helped.helpers).toBe(2);
    live(helped, choice, 'net', 400, 10, 30);
    expect(helped.helpers).toBe(0);
    live(helped, choice, 'net', 400, 10, 6);
    expect(helped.helpers).toBe(2);
  });

  it('is not moved by one slow pass', () => {
    const helped = { helpers: 0 };
    const choice = createHelperChoice(helped, 1);
    for (let pass = 0; pass < 40; pass += 1) choice.notePass('net', pass === 4 || pass === 7 ? 90 : helped.helpers > 0 ? 6 : 10);
    expect(helped.helpers).toBe(1);
  });

  it('keeps helpers that save a little, but does not start them for it', () => {
    for (const [before, after] of [[1, 1], [0, 0]] as const) {
      const helped = { helpers: before };
      live(helped, createHelperChoice(helped, 1), 'net', 50, 10, 9);
      expect(helped.helpers).toBe(after);
    }
  });

  it('does nothing where there are none', () => {
    const helped = { helpers: 0 };
    live(helped, createHelperChoice(helped, 0), 'net', 50, 10, 1);
    expect(helped.helpers).toBe(0);
  });
});
