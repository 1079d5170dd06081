/** So many passes, alternately with and without helpers, make a trial. */
const trialPasses = 12;
/** Passes from one trial to the next: some seconds of live view. */
const steadyPasses = 240;
/** Helpers take a core from the page: to be called in they must save this part of the time … */
const ratioToStart = 0.85;
/** … and to stay a little, so that noise does not switch them at every trial. */
const ratioToStay = 0.95;

/** Who may be asked to help. */
export interface Helped {
  /** Helpers that take part from now on. */
  helpers: number;
}

/** Watches live passes and decides whether helpers take part. */
export interface HelperChoice {
  /**
   * A pass was made, with the helpers that take part now.
   *
   * @param subject  what ran: another one starts a trial at once
   * @param passMs   how long it took, milliseconds
   */
  notePass(subject: string, passMs: number): void;
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

/**
 * Tries both ways now and then, because a measurement at the start says little about this network, and nothing about what
 * the machine is busy with a minute later. Helpers change no result, so nobody sees a trial.
 *
 * @param helped  whose number of helpers is set · borrowed
 * @param most    helpers that run
 */
export function createHelperChoice(helped: Helped, most: number): HelperChoice {
  let current: string | null = null;
  let chosen = helped.helpers;
  let steady = 0;
  let times: { readonly alone: number[]; readonly together: number[] } | null = null;

  const decide = (found: { readonly alone: readonly number[]; readonly together: readonly number[] }): void => {
    const ratio = medianOf(found.together) / Math.max(medianOf(found.alone), Number.MIN_VALUE);
    chosen = ratio <= (chosen > 0 ? ratioToStay : ratioToStart) ? most : 0;
    helped.helpers = chosen;
    times = null;
    steady = 0;
  };

  return {
    notePass: (subject, passMs) => {
      if (most === 0) return;
      if (subject !== current) {
        // The first pass of a network uploads its weights; it says nothing.
        current = subject;
        times = { alone: [], together: [] };
      } else if (times === null) {
        steady += 1;
        if (steady < steadyPasses) return;
        times = { alone: [], together: [] };
      } else {
        (helped.helpers > 0 ? times.together : times.alone).push(passMs);
        if (times.alone.length + times.together.length >= trialPasses) {
          decide(times);
          return;
        }
      }
      helped.helpers = times.alone.length > times.together.length ? most : 0;
    },
  };
}
