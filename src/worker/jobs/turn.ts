/** How long a turn of a job should be with everything it asked the device for, in milliseconds: a cancel and a frame wait so long at most. */
const wantedTurnMs = 24;
/** On WASM work is done when it is asked for: a turn ends with the first step after so long. */
const longestAskingMs = 16;
const firstAskingMs = 8;

/**
 * How many steps make a turn. Steps are short, so that a job can be stopped between any two; to wait for the device after each
 * would cost a GPU more than the steps themselves. So a turn takes steps for a while, and how long is learned from how long the
 * device then had to be waited for.
 */
export class Turn {
  #askingMs = firstAskingMs;

  /** @param askedMs  time since the turn's begin, after its newest step */
  isOver(askedMs: number): boolean {
    return askedMs >= this.#askingMs;
  }

  /** @param askedMs, turnMs  from the turn's begin to its last step's end, and to when the device was done */
  note(askedMs: number, turnMs: number): void {
    // A step that is long by itself says nothing about how many to take; a device that is waited for does.
    if (turnMs > 2 * wantedTurnMs && turnMs - askedMs > askedMs) this.#askingMs /= 2;
    else if (turnMs < wantedTurnMs) this.#askingMs = Math.min(longestAskingMs, this.#askingMs * 1.5 + 0.1);
  }
}
