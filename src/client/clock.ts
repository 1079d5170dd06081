/** Time as the client needs it, so that a test can be its own clock. All numbers in milliseconds. */
export interface Clock {
  now(): number;
  /** Calls back once. @returns what cancels it */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back again and again. @returns what stops it */
  every(periodMs: number, callback: () => void): () => void;
}

/** Whether the person can see the page; a fake in tests. */
export interface PageVisibility {
  readonly hidden: boolean;
  /** @returns unsubscribe */
  onChange(listener: () => void): () => void;
}

/** The window's own clock. */
export const windowClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  every: (periodMs, callback) => {
    const timer = setInterval(callback, periodMs);
    return () => clearInterval(timer);
  },
};

/** The document's own visibility. */
export function observeVisibility(page: Document): PageVisibility {
  return {
    get hidden() { return page.visibilityState === 'hidden'; },
    onChange: (listener) => {
      page.addEventListener('visibilitychange', listener);
      return () => page.removeEventListener('visibilitychange', listener);
    },
  };
}
