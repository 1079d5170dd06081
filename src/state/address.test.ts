import { describe, expect, it } from 'vitest';
import { createAddress } from './address';

function makePage(hash: string): { hash: string; written: string[]; readHash(): string; writeHash(next: string): void } {
  return {
    hash, written: [],
    readHash() { return this.hash; },
    writeHash(next) { this.hash = next; this.written.push(next); },
  };
}

describe('the address', () => {
  it('is written when the view changes, and only then', () => {
    const page = makePage('#layer=a');
    const address = createAddress(page);
    address.write('#layer=a');
    address.write('#layer=b');
    address.write('#layer=b');
    expect(page.written).toEqual(['#layer=b']);
  });

  it('keeps a link that a person gave while an older view waited to be written', () => {
    const page = makePage('');
    const address = createAddress(page);
    page.hash = '#picture=teapot.webp';
    address.write('#layer=a');
    expect(page.hash).toBe('#picture=teapot.webp');
    expect(address.read()).toBe('#picture=teapot.webp');
    address.write('#layer=a');
    expect(page.hash).toBe('#layer=a');
  });
});
