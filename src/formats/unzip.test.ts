import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { unzipFiles } from './unzip';

const limits = { maxFiles: 10, maxBytes: 2 ** 26, maxRatio: 100 };
const all = (): boolean => true;
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** Writes a number into every record with this signature. */
function overwrite(zip: Uint8Array, signature: number, offset: number, value: number): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  for (let at = 0; at + offset + 4 <= zip.byteLength; at += 1) if (view.getUint32(at, true) === signature) view.setUint32(at + offset, value, true);
  return zip;
}
const [entry, end] = [0x02014b50, 0x06054b50];

describe('zip archives', () => {
  const plain = (): Uint8Array => zipSync({ 'a/b.txt': strToU8('hello '.repeat(200)), 'c.txt': [strToU8('stored'), { level: 0 }], __proto__x: strToU8('x') });

  it('give the files that are wanted, packed or not, also behind other bytes', () => {
    const files = unzipFiles(plain(), (name) => name.endsWith('.txt'), 'test', limits);
    expect([...files.keys()]).toEqual(['a/b.txt', 'c.txt']);
    expect(text(files.get('a/b.txt'))).toBe('hello '.repeat(200));
    expect(text(files.get('c.txt'))).toBe('stored');
    expect(text(unzipFiles(Uint8Array.from([9, 9, 9, ...plain()]), all, 'test', limits).get('c.txt'))).toBe('stored');
  });

  it('that say less than they hold are refused once they have given that much', () => {
    const bomb = overwrite(zipSync({ 'a.npy': new Uint8Array(2 ** 26) }), entry, 24, 1000);
    expect(() => unzipFiles(bomb, all, 'test', limits)).toThrow(/format-malformed.*more than the 1000 bytes/);
  });

  it.each<readonly [string, () => Uint8Array, RegExp]>([
    ['more than their limit', () => overwrite(plain(), entry, 24, 0xfffffff0), /format-too-large/],
    ['a ratio that no file has', () => zipSync({ a: new Uint8Array(2 ** 23) }), /format-too-large/],
    ['too many files', () => zipSync(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [String(index), strToU8('x')]))), /format-too-large/],
    ['more than is there', () => overwrite(plain(), entry, 24, 4000), /format-malformed.*instead of/],
    ['a file that lies elsewhere', () => overwrite(plain(), entry, 42, 77), /format-malformed/],
    ['packed bytes past the end', () => overwrite(plain(), entry, 20, 1_000_000), /format-malformed/],
    ['a directory outside', () => overwrite(plain(), end, 16, 0x7fffffff), /format-malformed/],
    ['a directory that is cut', () => overwrite(plain(), end, 12, 40), /format-malformed/],
    ['no directory', () => plain().subarray(0, 60), /format-malformed/],
    ['nothing', () => new Uint8Array(), /format-malformed/],
  ])('with %s are refused', (_, make, message) => {
    expect(() => unzipFiles(make(), all, 'test', limits)).toThrow(message);
  });
});
