/** How long what was taken away can be put back. */
export const undoMs = 12_000;
