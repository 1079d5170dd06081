/** Failures further apart than this have nothing to do with each other. */
const failureWindowMs = 60_000;
/** This many failures within the window mean that trying the same again will not help. */
const failureLimit = 3;
const firstBackOffMs = 250;

/** What to do about one more failure of the worker. */
export type FailureVerdict =
  | { readonly kind: 'again'; readonly delayMs: number }
  | { readonly kind: 'fall-to-wasm'; readonly delayMs: number }
  | { readonly kind: 'give-up' };

/** Remembers when workers failed and decides what follows. */
export interface FailurePolicy {
  /** @param onWebGpu  the worker that failed ran, or might have run, on WebGPU */
  judge(nowMs: number, onWebGpu: boolean): FailureVerdict;
  /** Failures that still count. */
  count(nowMs: number): number;
  forget(): void;
}

/** Exponential back-off; three failures within a minute on WebGPU fall to WASM, three more end it. */
export function createFailurePolicy(): FailurePolicy {
  let failedAtMs: readonly number[] = [];
  const recent = (nowMs: number): readonly number[] => failedAtMs.filter((atMs) => nowMs - atMs < failureWindowMs);
  return {
    judge: (nowMs, onWebGpu) => {
      failedAtMs = [...recent(nowMs), nowMs];
      const delayMs = firstBackOffMs * 2 ** (failedAtMs.length - 1);
      if (failedAtMs.length < failureLimit) return { kind: 'again', delayMs };
      if (!onWebGpu) return { kind: 'give-up' };
      failedAtMs = [];
      return { kind: 'fall-to-wasm', delayMs };
    },
    count: (nowMs) => recent(nowMs).length,
    forget: () => { failedAtMs = []; },
  };
}
