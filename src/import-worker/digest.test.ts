import { afterEach, expect, it, vi } from 'vitest';
import { digestBytes, toHex } from './digest';

afterEach(() => { vi.unstubAllGlobals(); });

it('gives the same SHA-256 with and without the browser’s own', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 251);
  // NIST's example of one block.
  expect(toHex(await digestBytes(new TextEncoder().encode('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  const own = toHex(await digestBytes(bytes));
  vi.stubGlobal('crypto', {});
  expect(toHex(await digestBytes(new TextEncoder().encode('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(toHex(await digestBytes(bytes))).toBe(own);
});
