import { describe, expect, it } from 'vitest';
import { createExplanationPace, type ExplanationPace } from './explanation-pace';

/** Frames on a machine where a frame and its explanation take this long. */
function run(pace: ExplanationPace, frames: number, baseMs: number, explainMs: number, choice = 'a'): { readonly explained: number; readonly busyMs: number; readonly pattern: string } {
  let busyMs = 0;
  let pattern = '';
  for (let frame = 0; frame < frames; frame += 1) {
    const isExplained = pace.isDue(choice);
    pattern += isExplained ? 'x' : '.';
    const spentMs = baseMs + (isExplained ? explainMs : 0);
    busyMs += spentMs;
    pace.note(spentMs, isExplained ? explainMs : 0);
  }
  return { explained: pattern.split('x').length - 1, busyMs, pattern };
}

describe('createExplanationPace', () => {
  it('explains every frame while the camera is the slower one', () => {
    expect(run(createExplanationPace('parts'), 50, 12, 20).explained).toBe(50);
  });

  it('explains every frame when that costs no more than a fifth of it, however slow the frames are', () => {
    expect(run(createExplanationPace('parts'), 50, 300, 59).explained).toBe(50);
  });

  it.each([[60, 90], [30, 45], [200, 300], [34, 8], [25, 30]])('a frame of %d ms with an explanation of %d ms keeps five sixths of its rate', (baseMs, explainMs) => {
    const pace = createExplanationPace('parts');
    run(pace, 10, baseMs, explainMs);
    const { busyMs, explained } = run(pace, 400, baseMs, explainMs);
    const alone = 400 * Math.max(baseMs, 1000 / 30);
    expect(busyMs).toBeLessThanOrEqual(alone * 1.21);
    // Nor does it explain fewer than that allows: one more for each that there is would be too much.
    expect(busyMs + explained * explainMs).toBeGreaterThan(alone * 1.1);
  });

  it('never shows a map of a picture that is gone for more than two seconds of frames', () => {
    const pace = createExplanationPace('parts');
    run(pace, 40, 400, 1600);
    expect(run(pace, 20, 400, 1600).explained).toBe(4);
    expect(run(createExplanationPace('parts'), 20, 2500, 3000).explained).toBe(20);
  });

  it('explains another choice at once, and learns its cost anew', () => {
    const pace = createExplanationPace('parts');
    run(pace, 30, 60, 90);
    expect(pace.everyFrames).toBe(8);
    expect(run(pace, 20, 60, 6, 'b').explained).toBe(20);
  });

  it('does not count the first explanation of a choice, which compiles', () => {
    const pace = createExplanationPace('parts');
    pace.isDue('a');
    pace.note(2010, 2000);
    expect(run(pace, 20, 10, 5).explained).toBe(20);
  });

  it('stays with its number while the times only tremble', () => {
    const pace = createExplanationPace('parts');
    const seen = new Set<number>();
    for (let frame = 0; frame < 400; frame += 1) {
      const explainMs = pace.isDue('a') ? 90 + 8 * Math.sin(frame) : 0;
      pace.note(60 + 5 * Math.sin(frame * 1.7) + explainMs, explainMs);
      if (frame > 40) seen.add(pace.everyFrames);
    }
    expect(seen.size).toBe(1);
  });

  it('finds the cost by comparing whole frames where the parts cannot be timed, and looks again later', () => {
    const pace = createExplanationPace('trials');
    const play = (frames: number, explainMs: number): string => {
      let pattern = '';
      for (let frame = 0; frame < frames; frame += 1) {
        const isExplained = pace.isDue('a');
        pattern += isExplained ? 'x' : '.';
        if (pace.isTimed) pace.note(60 + (isExplained ? explainMs : 0), 0);
      }
      return pattern;
    };
    expect(play(20, 60)).toBe('xx.x....x....x....x.');
    expect(play(285, 60).split('x').length - 1).toBe(57);
    // The trial again, with an explanation that became cheap.
    expect(play(12, 6)).toBe('x.x.xxxxxxxx');
  });
});
