import type { DropDrafts } from '../contract/importer';

/** Starts the page's first import worker with what it may drop. */
export type Visit = (start: (dropDrafts: DropDrafts) => Promise<void>) => Promise<void>;

const lockName = 'innerview-drafts';

/**
 * Drafts of networks belong to the page that asks about them. Every page that imports holds a shared lock until it goes; who can have
 * the lock alone is the only one, and may drop what earlier visits left.
 *
 * @param locks  undefined where the browser has none (pages that are not secure): drafts go when they are old
 */
export function createVisit(locks: Pick<LockManager, 'request'> | undefined): Visit {
  return async (start) => {
    if (locks === undefined) {
      await start('old');
      return;
    }
    const started = await locks.request(lockName, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false;
      await start('all');
      return true;
    });
    // Held for as long as the page lives; before the first draft, so that no other page takes this one for gone.
    await new Promise<void>((resolve, reject) => {
      locks.request(lockName, { mode: 'shared' }, () => {
        resolve();
        return new Promise<never>(() => undefined);
      }).catch(reject);
    });
    if (!started) await start('none');
  };
}
