import { effect } from '@preact/signals-core';

/** Resolves as soon as a condition over signals holds. */
export function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop: (() => void) | null = null;
    let over = false;
    stop = effect(() => {
      if (over || !holds()) return;
      over = true;
      stop?.();
      resolve();
    });
    if (over) stop();
  });
}
