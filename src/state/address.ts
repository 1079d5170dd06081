import type { PageAround } from './runtime';

/** The address of the view: what it says is read here, and what changes is written back. */
export interface Address {
  /** The part after `#` as it is now. */
  read(): string;
  /** Writes the view, unless somebody changed the address since it was last read: then that is the newer wish, and its event is on the way. */
  write(hash: string): void;
}

export function createAddress(page: Pick<PageAround, 'readHash' | 'writeHash'>): Address {
  let seen = page.readHash();
  return {
    read: () => {
      seen = page.readHash();
      return seen;
    },
    write: (hash) => {
      if (seen === hash || page.readHash() !== seen) return;
      page.writeHash(hash);
      seen = page.readHash();
    },
  };
}
