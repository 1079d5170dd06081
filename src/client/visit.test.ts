import { expect, it } from 'vitest';
import type { DropDrafts } from '../contract/importer';
import { createVisit } from './visit';

type Callback = (lock: unknown) => Promise<unknown>;
interface Waiting {
  readonly exclusive: boolean;
  grant(): void;
}

/** One origin's locks: a queue of its own for one name, as the standard says. */
function createLocks() {
  const held: { readonly exclusive: boolean }[] = [];
  const queue: Waiting[] = [];
  const free = (exclusive: boolean): boolean => (exclusive ? held.length === 0 : held.every((lock) => !lock.exclusive));
  const next = (): void => { while (queue[0] !== undefined && free(queue[0].exclusive)) queue.shift()?.grant(); };
  const request = (_: string, { mode = 'exclusive', ifAvailable = false }: LockOptions, callback: Callback): Promise<unknown> => new Promise((resolve, reject) => {
    const exclusive = mode === 'exclusive';
    const grant = (): void => {
      const lock = { exclusive };
      held.push(lock);
      callback(lock).then(resolve, reject).finally(() => {
        held.splice(held.indexOf(lock), 1);
        next();
      });
    };
    if (ifAvailable && (queue.length > 0 || !free(exclusive))) callback(null).then(resolve, reject);
    else {
      queue.push({ exclusive, grant });
      next();
    }
  });
  return { request, closePage: () => { held.length = 0; next(); } } as unknown as Pick<LockManager, 'request'> & { closePage(): void };
}

it('drops drafts only where no other page is open', async () => {
  const locks = createLocks();
  const told: DropDrafts[] = [];
  const open = (): Promise<void> => createVisit(locks)(async (dropDrafts) => { told.push(dropDrafts); });
  await open();
  await open();
  expect(told).toEqual(['all', 'none']);
  locks.closePage();
  await open();
  expect(told).toEqual(['all', 'none', 'all']);
});

it('lets the page that drops finish before another begins', async () => {
  const locks = createLocks();
  const told: string[] = [];
  let finish = (): void => undefined;
  const first = createVisit(locks)(async (dropDrafts) => {
    await new Promise<void>((resolve) => { finish = resolve; });
    told.push(`first ${dropDrafts}`);
  });
  const second = createVisit(locks)(async (dropDrafts) => { told.push(`second ${dropDrafts}`); });
  finish();
  await Promise.all([first, second]);
  expect(told).toEqual(['first all', 'second none']);
});

it('drops what is old where there are no locks, and hands on what fails', async () => {
  const told: DropDrafts[] = [];
  await createVisit(undefined)(async (dropDrafts) => { told.push(dropDrafts); });
  expect(told).toEqual(['old']);
  await expect(createVisit(createLocks())(() => Promise.reject(new Error('no worker')))).rejects.toThrow('no worker');
});
