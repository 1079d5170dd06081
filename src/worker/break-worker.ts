import { AppError } from '../contract/errors';
import type { Tier } from './tier';

/**
 * Makes a failure happen for real, after the answer left and outside any handler. Only for tests (`?debug`).
 *
 * @throws AppError 'backend-unavailable' when a device is to be lost and there is none
 */
export function breakWorker(what: 'device-lost' | 'crash' | 'hang', tier: Tier | null): void {
  if (what === 'device-lost') {
    const destroy = tier?.destroyDevice ?? null;
    if (destroy === null) throw new AppError('backend-unavailable', 'this tier has no device to lose');
    setTimeout(destroy, 0);
  } else if (what === 'crash') {
    setTimeout(() => { throw new Error('broken on purpose'); }, 0);
  } else {
    setTimeout(() => { for (;;); }, 0);
  }
}
