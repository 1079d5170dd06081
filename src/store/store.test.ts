import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ImportReport } from '../contract/importer';
import { asStoreError, openDatabase } from './database';
import { openDownloadStore } from './download-store';
import { openNetworkStore } from './network-store';
import type { KeptEntry } from './network-store';

beforeEach(() => { globalThis.indexedDB = new IDBFactory(); });

function makeEntry(id: string, name: string, importedAt = '2026-01-01T00:00:00Z'): KeptEntry {
  const network = { id, name, format: 'onnx', bytes: 3, confirmed: true, importedAt };
  return { id, mainPath: 'net.onnx', sha256: id, report: { network } as ImportReport };
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const textOf = async (blob: Blob | null): Promise<string | null> => (blob === null ? null : blob.text());

describe('the network store', () => {
  it('keeps entries and files, also for the next who opens it', async () => {
    const store = await openNetworkStore();
    await store.put(makeEntry('b', 'second', '2026-02-01T00:00:00Z'), new Map([['net.onnx', new Blob(['second'])]]));
    await store.put(makeEntry('a', 'first'), new Map([['net.onnx', new Blob(['one'])], ['sub/data.bin', new Blob(['two'])]]));
    store.close();
    const again = await openNetworkStore();
    expect((await again.list()).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await again.read('a')).toEqual(makeEntry('a', 'first'));
    expect(await textOf(await again.readFile('a', 'sub/data.bin'))).toBe('two');
    expect(await textOf(await again.readFile('b', 'net.onnx'))).toBe('second');
    expect(await again.readFile('b', 'sub/data.bin')).toBeNull();
    expect(await again.read('c')).toBeNull();
  });

  it('replaces and removes whole networks, and no others', async () => {
    const store = await openNetworkStore();
    await store.put(makeEntry('a', 'old'), new Map([['net.onnx', new Blob(['old'])], ['left-over', new Blob(['x'])]]));
    await store.put(makeEntry('ab', 'neighbour'), new Map([['net.onnx', new Blob(['neighbour'])]]));
    await store.put(makeEntry('a', 'new'), new Map([['net.onnx', new Blob(['new'])]]));
    expect((await store.read('a'))?.report.network.name).toBe('new');
    expect(await store.readFile('a', 'left-over')).toBeNull();
    await store.update(makeEntry('a', 'renamed'));
    expect(await textOf(await store.readFile('a', 'net.onnx'))).toBe('new');
    await store.remove('a');
    await store.remove('a');
    expect(await store.readFile('a', 'net.onnx')).toBeNull();
    expect((await store.list()).map(({ report }) => report.network.name)).toEqual(['neighbour']);
    expect(await textOf(await store.readFile('ab', 'net.onnx'))).toBe('neighbour');
  });
});

describe('the download store', () => {
  it('puts pieces behind each other and forgets them', async () => {
    const store = await openDownloadStore();
    expect(await store.look('https://a/x')).toBeNull();
    await store.append('https://a/x', new TextEncoder().encode('first, '), '"v1"');
    await store.append('https://a/x', new TextEncoder().encode('second'), '"v2"');
    await store.append('https://a/xy', new TextEncoder().encode('other'), null);
    expect(await store.look('https://a/x')).toEqual({ bytes: 13, validator: '"v1"' });
    expect(decode(await store.read('https://a/x'))).toBe('first, second');
    // As versions before kept them.
    const database = await openDatabase();
    await database.put('chunks', new Blob(['FIRST, ']), ['https://a/x', 0]);
    expect(decode(await store.read('https://a/x'))).toBe('FIRST, second');
    await store.drop('https://a/x');
    expect(await store.look('https://a/x')).toBeNull();
    expect(decode(await store.read('https://a/x'))).toBe('');
    expect(decode(await store.read('https://a/xy'))).toBe('other');
  });
});

describe('asStoreError', () => {
  it.each([
    ['QuotaExceededError', 'storage-full'], ['UnknownError', 'storage-unavailable'], ['SecurityError', 'storage-unavailable'], ['DataError', 'internal'],
  ])('names %s %s', (name, code) => {
    expect(asStoreError(new DOMException('no', name))).toMatchObject({ code });
  });
});
