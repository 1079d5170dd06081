import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/error-of';
import { readNumpyArrays } from './numpy';

/** A file as NumPy writes it. */
function npy(shape: string, values: ArrayBufferView, descr = '<f4', fortran = 'False', version = 1): Uint8Array {
  const header = new TextEncoder().encode(`{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`);
  const length = [header.length & 255, header.length >> 8, ...(version === 1 ? [] : [0, 0])];
  return Uint8Array.from(Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0, ...length]), header, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]));
}
const count = (size: number): Float32Array => Float32Array.from({ length: size }, (_, index) => index);

describe('.npy', () => {
  it('gives pictures of any number of channels, and several where there are several', () => {
    expect(readNumpyArrays('a.npy', npy('(2, 3)', count(6)))).toEqual([{ name: 'a', shape: [2, 3, 1], values: count(6), min: 0, max: 5 }]);
    expect(readNumpyArrays('a.npy', npy('(6, 7, 5)', count(210)))[0]?.shape).toEqual([6, 7, 5]);
    const two = readNumpyArrays('a.npy', npy('(2, 4, 4, 3)', count(96)));
    expect(two.map(({ name, shape, min }) => [name, shape, min])).toEqual([['a 1', [4, 4, 3], 0], ['a 2', [4, 4, 3], 48]]);
  });
  it('puts the channels last where they come first', () => {
    const [picture] = readNumpyArrays('a.npy', npy('(1, 2, 3, 4)', count(24)));
    expect(picture?.shape).toEqual([3, 4, 2]);
    expect([...picture?.values ?? []].slice(0, 4)).toEqual([0, 12, 1, 13]);
  });
  it('reads every plain kind of number, both byte orders, both memory orders, long headers', () => {
    const first = (bytes: Uint8Array): readonly number[] => [...readNumpyArrays('a.npy', bytes)[0]?.values ?? []];
    expect(first(npy('(1, 2)', Uint8Array.of(7, 255), '|u1'))).toEqual([7, 255]);
    expect(first(npy('(1, 2)', Int16Array.of(-7, 300), '<i2', 'False', 2))).toEqual([-7, 300]);
    expect(first(npy('(1, 2)', Uint8Array.of(0, 1, 1, 0), '>u2'))).toEqual([1, 256]);
    expect(first(npy('(1, 1)', Uint16Array.of(0x3c00), '<f2'))).toEqual([1]);
    expect(first(npy('(1, 1)', BigInt64Array.of(-3n), '<i8'))).toEqual([-3]);
    expect(first(npy('(2, 2)', Float64Array.of(1, 2, 3, 4), '<f8', 'True'))).toEqual([1, 3, 2, 4]);
  });
  it('refuses what is not a number: a network would make a plausible answer of it', () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(codeOf(() => readNumpyArrays('a', npy('(1, 2)', Float32Array.of(4, odd))))).toBe('array-not-finite');
    }
    // Too large for float32.
    expect(codeOf(() => readNumpyArrays('a', npy('(1, 2)', Float64Array.of(1e300, 0), '<f8')))).toBe('array-not-finite');
    expect(codeOf(() => readNumpyArrays('a.npz', zipSync({ 'x.npy': npy('(1, 2)', Float32Array.of(4, Number.NaN)) })))).toBe('array-not-finite');
  });
  it('refuses what is no picture, is cut short, or would fill the memory', () => {
    expect(codeOf(() => readNumpyArrays('a', npy('(9,)', count(9))))).toBe('input-mismatch');
    expect(codeOf(() => readNumpyArrays('a', npy('(1, 1)', count(2), '|O')))).toBe('input-mismatch');
    expect(codeOf(() => readNumpyArrays('a', npy('(1, 1)', count(2), '<c8')))).toBe('input-mismatch');
    expect(codeOf(() => readNumpyArrays('a', npy('(3, 3)', count(8))))).toBe('format-malformed');
    expect(codeOf(() => readNumpyArrays('a', npy('(99999, 99999)', count(1))))).toBe('format-too-large');
    expect(codeOf(() => readNumpyArrays('a', npy('(-1, 4)', count(1))))).toBe('format-malformed');
    expect(codeOf(() => readNumpyArrays('a', new TextEncoder().encode('no array at all')))).toBe('format-malformed');
  });
});

describe('.npz', () => {
  it('gives every picture under its name and leaves out what is none', () => {
    const file = zipSync({ 'x.npy': npy('(2, 2)', count(4)), 'y.npy': npy('(3,)', count(3)), 'note.txt': Uint8Array.of(1) });
    expect(readNumpyArrays('field.npz', file).map(({ name }) => name)).toEqual(['x']);
    expect(codeOf(() => readNumpyArrays('field.npz', zipSync({ 'y.npy': npy('(3,)', count(3)) })))).toBe('input-mismatch');
    expect(codeOf(() => readNumpyArrays('field.npz', zipSync({ 'note.txt': Uint8Array.of(1) })))).toBe('format-malformed');
  });
  it('is refused when it is broken, and never throws anything but an AppError', () => {
    const good = [npy('(4, 4, 3)', count(48)), zipSync({ 'x.npy': npy('(4, 4, 3)', count(48)) })];
    fc.assert(fc.property(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.nat(700), (file, changes, length) => {
      const bytes = file.slice(0, Math.max(1, length));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      expect(codeOf(() => readNumpyArrays('a', bytes)) ?? 'none').toMatch(/^(none|format-malformed|format-too-large|input-mismatch|array-not-finite)$/);
    }), { numRuns: 1500, seed: 11 });
  });
});
