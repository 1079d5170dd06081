import type { NetworkId } from '../contract/ids';
import { getRuntime } from './runtime';

/** A deletion that was not over when its page was left. */
export interface LeftDeletion {
  readonly id: NetworkId;
  /** When it was asked for, in milliseconds since 1970. */
  readonly atMs: number;
}

const key = 'deletions';

/** Deletions that can still be undone, of all pages of this device. */
export function readLeftDeletions(): readonly LeftDeletion[] {
  try {
    const stored: unknown = JSON.parse(getRuntime().page.readStored(key) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isLeftDeletion) : [];
  } catch {
    // Somebody else's text under our name: as if there were none.
    return [];
  }
}

export function rememberDeletion(id: NetworkId, atMs: number): void {
  write([...readLeftDeletions().filter((left) => left.id !== id), { id, atMs }]);
}

export function forgetDeletion(id: NetworkId): void {
  const left = readLeftDeletions();
  if (left.some((entry) => entry.id === id)) write(left.filter((entry) => entry.id !== id));
}

function write(left: readonly LeftDeletion[]): void {
  getRuntime().page.store(key, JSON.stringify(left));
}

function isLeftDeletion(value: unknown): value is LeftDeletion {
  if (typeof value !== 'object' || value === null) return false;
  const { id, atMs } = value as Readonly<Partial<Record<keyof LeftDeletion, unknown>>>;
  return typeof id === 'string' && typeof atMs === 'number' && Number.isFinite(atMs);
}
