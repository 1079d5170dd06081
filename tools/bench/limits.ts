/** How much of a limit one thing took. */
export interface Taken {
  readonly name: string;
  readonly ms: number;
}

/**
 * Whether a limit is held, in lines to print: those that miss it, the worst first, and last the limit with how many hold it.
 *
 * @param what  what the limit is on, in words
 */
export function describeLimit(what: string, limitMs: number, taken: readonly Taken[]): readonly string[] {
  if (taken.length === 0) return [`limit ${limitMs} ms for ${what}: nothing was measured`];
  // What is no number was not held either.
  const missed = taken.filter(({ ms }) => !(ms <= limitMs)).sort((a, b) => (b.ms > a.ms ? 1 : -1));
  return [
    ...missed.map(({ name, ms }) => `missed by ${name}: ${ms.toFixed(1)} ms`),
    `limit ${limitMs} ms for ${what}: held by ${taken.length - missed.length} of ${taken.length}`,
  ];
}
