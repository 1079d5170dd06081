import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readInputArrays } from './input-arrays';

/** A file as NumPy writes it. */
function npy(descr: string, shape: string, data: ArrayBufferView, fortran = false): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape}), }`;
  const header = `${text.padEnd(117)}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes;
}

describe('readInputArrays', () => {
  it('reads a picture of any number of channels', () => {
    const [array] = readInputArrays('field.npy', npy('<f4', '2, 1, 3', Float32Array.of(1, 2, 3, -4, Number.NaN, 6)));
    expect(array).toEqual({ name: 'field', shape: [2, 1, 3], values: Float32Array.of(1, 2, 3, -4, Number.NaN, 6), min: -4, max: 6 });
  });

  it.each<readonly [string, ArrayBufferView]>([
    ['<f8', Float64Array.of(1, -2, 3)], ['<f2', Uint16Array.of(0x3c00, 0xc000, 0x4200)], ['<i4', Int32Array.of(1, -2, 3)],
    ['|i1', Int8Array.of(1, -2, 3)], ['<i8', BigInt64Array.of(1n, -2n, 3n)], ['>i2', Uint8Array.of(0, 1, 0xff, 0xfe, 0, 3)],
  ])('reads numbers of type %s', (descr, data) => {
    expect([...(readInputArrays('a.npy', npy(descr, '1, 3', data))[0]?.values ?? [])]).toEqual([1, -2, 3]);
  });

  it('turns Fortran order round, and takes several pictures apart', () => {
    expect([...(readInputArrays('a.npy', npy('<f4', '2, 3', Float32Array.of(1, 4, 2, 5, 3, 6), true))[0]?.values ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
    const several = readInputArrays('a.npy', npy('|u1', '2, 1, 1, 2', Uint8Array.of(1, 2, 3, 4)));
    expect(several.map(({ name, shape, values }) => [name, shape, [...values]])).toEqual([['a 1', [1, 1, 2], [1, 2]], ['a 2', [1, 1, 2], [3, 4]]]);
  });

  it('finds the pictures of an archive beside what is none', () => {
    const archive = zipSync({ 'x.npy': npy('<f4', '1, 2', Float32Array.of(1, 2)), 'y.npy': npy('<i8', '2,', BigInt64Array.of(0n, 1n)), 'readme.txt': new Uint8Array(3) });
    expect(readInputArrays('a.npz', archive).map(({ name, shape }) => [name, shape])).toEqual([['x', [1, 2, 1]]]);
  });

  it.each<readonly [string, Uint8Array, string]>([
    ['a text', new TextEncoder().encode('hello'), 'format-malformed'],
    ['a cut file', npy('<f4', '2, 2', Float32Array.of(1, 2, 3)), 'format-malformed'],
    ['a billion elements', npy('<f4', '1000000000, 1000000000', Float32Array.of(1)), 'format-malformed'],
    ['a cut header', npy('<f4', '1, 1', Float32Array.of(1)).subarray(0, 40), 'format-malformed'],
    ['a broken archive', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0), 'format-malformed'],
    ['an archive of zeros', zipSync({ 'x.npy': new Uint8Array(2e7) }, { level: 9 }), 'format-malformed'],
    ['one dimension', npy('<f4', '3,', Float32Array.of(1, 2, 3)), 'input-mismatch'],
    ['texts', npy('<U4', '1, 1', new Uint8Array(16)), 'input-mismatch'],
    ['an archive of labels', zipSync({ 'y.npy': npy('<i4', '1,', Int32Array.of(1)) }), 'input-mismatch'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => readInputArrays('a', bytes)).toThrow(expect.objectContaining({ code }));
  });
});
