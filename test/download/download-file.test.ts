import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ShelfFile } from '../../src/contract/shelf';
import { downloadFile, type DownloadOptions } from '../../src/import-worker/download-file';
import { createMemoryStore, type MemoryStore } from './memory-store';
import { serveUnreliably, type Trouble, type UnreliableServer } from './unreliable-server';

const content = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) >> (index % 5));
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const good = hashOf(content);
const servers: UnreliableServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function serve(...troubles: Trouble[]): Promise<UnreliableServer> {
  const server = await serveUnreliably(new Map([['net.onnx', content]]));
  servers.push(server);
  server.plan('net.onnx', ...troubles);
  return server;
}
const fileAt = (server: UnreliableServer, known: Partial<ShelfFile> = {}): ShelfFile => ({ path: 'net.onnx', address: `${server.url}net.onnx`, bytes: content.length, sha256: good, ...known });
/** A machine that runs tests stalls as well: only where a server falls silent on purpose is that noticed early. */
const options = (store: MemoryStore, more: Partial<DownloadOptions> = {}): DownloadOptions =>
  ({ store, signal: new AbortController().signal, stallMs: 120_000, waitMs: () => 5, ...more });

describe('downloadFile', () => {
  it('gives the bytes, tells how far it is, and asks only once when it is here already', async () => {
    const server = await serve({});
    const store = createMemoryStore();
    const told: (readonly [number, number | null])[] = [];
    expect(hashOf(await downloadFile(fileAt(server), options(store), (done, total) => told.push([done, total])))).toBe(good);
    expect(told.at(-1)).toEqual([content.length, content.length]);
    expect(told.every(([done], index) => done >= (told[index - 1]?.[0] ?? 0))).toBe(true);
    await downloadFile(fileAt(server), options(store));
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ range: null, ifRange: null });
  });

  it('knows a finished file of unknown length again', async () => {
    const server = await serve({});
    const store = createMemoryStore();
    const file = fileAt(server, { bytes: null, sha256: null });
    expect(hashOf(await downloadFile(file, options(store)))).toBe(good);
    expect(hashOf(await downloadFile(file, options(store)))).toBe(good);
    expect(server.seen).toHaveLength(1);
  });

  it('goes on where the connection was cut, again and again', async () => {
    const server = await serve({ cutAfter: 1_200_000 }, { cutAfter: 900_000 }, {});
    expect(hashOf(await downloadFile(fileAt(server), options(createMemoryStore())))).toBe(good);
    expect(server.seen[0]?.range).toBeNull();
    const starts = server.seen.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    expect(starts).toHaveLength(2);
    expect(starts[0]).toBeGreaterThan(0);
    expect(starts[1]).toBeGreaterThan(starts[0] ?? 0);
  });

  it('goes on after a cancel, and keeps what came', async () => {
    const server = await serve({ bytesPerSecond: 4_000_000 }, {});
    const store = createMemoryStore();
    const cancel = new AbortController();
    const first = downloadFile(fileAt(server), options(store, { signal: cancel.signal }), (done) => { if (done > 1_100_000) cancel.abort(); });
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    const kept = store.files.get(`${server.url}net.onnx`)?.bytes.byteLength ?? 0;
    expect(kept).toBeGreaterThan(1_000_000);
    expect(hashOf(await downloadFile(fileAt(server), options(store)))).toBe(good);
    expect(server.seen[1]?.range).toBe(`bytes=${kept}-`);
  });

  it('takes the whole file where the server sends no parts', async () => {
    const server = await serve({ cutAfter: 1_200_000 }, { refuseRange: true });
    expect(hashOf(await downloadFile(fileAt(server), options(createMemoryStore())))).toBe(good);
    expect(server.seen).toHaveLength(2);
  });

  it('begins anew when the file changed in between and nobody published a checksum', async () => {
    const store = createMemoryStore();
    const server = await serve({ cutAfter: 1_200_000, etag: '"old"', alter: (bytes) => bytes.fill(0) }, { etag: '"new"' });
    expect(hashOf(await downloadFile(fileAt(server, { sha256: null }), options(store)))).toBe(good);
    expect(server.seen[1]).toMatchObject({ ifRange: '"old"' });
  });

  it('compares versions itself where it may not ask with If-Range', async () => {
    const server = await serve({ cutAfter: 1_200_000, etag: '"old"', alter: (bytes) => bytes.fill(0) }, { etag: '"new"' });
    const elsewhere = globalThis as { location?: { origin: string } };
    elsewhere.location = { origin: 'https://app.example' };
    try {
      expect(hashOf(await downloadFile(fileAt(server, { sha256: null }), options(createMemoryStore())))).toBe(good);
    } finally {
      delete elsewhere.location;
    }
    expect(server.seen.map(({ ifRange }) => ifRange)).toEqual(server.seen.map(() => null));
    expect(server.seen.filter(({ range }) => range !== null)).toHaveLength(1);
  });

  it('begins anew without a version and without a checksum', async () => {
    const server = await serve({ cutAfter: 1_200_000, etag: null }, { etag: null });
    expect(hashOf(await downloadFile(fileAt(server, { sha256: null }), options(createMemoryStore())))).toBe(good);
    expect(server.seen.map(({ range }) => range)).toEqual([null, null]);
  });

  it('waits for a busy server, as long as it asks', async () => {
    const server = await serve({ status: 503, retryAfter: '0' }, { status: 429, retryAfter: '0' }, {});
    expect(hashOf(await downloadFile(fileAt(server), options(createMemoryStore(), { waitMs: () => 1e9 })))).toBe(good);
  });

  it.each([
    ['a server that says nothing', { silent: true }],
    ['a server that falls silent at once', { stallAfter: 0 }],
    ['a server that stays busy', { status: 500 }],
    ['a file that is not there', { status: 404 }],
    ['a file that may not be read', { status: 403 }],
  ] as const)('%s: address-blocked', async (_name, trouble) => {
    const server = await serve(trouble);
    await expect(downloadFile(fileAt(server), options(createMemoryStore(), { tries: 2, stallMs: 400 }))).rejects.toMatchObject({ code: 'address-blocked', recoverable: true });
  });

  it('asks no second time for what is not there', async () => {
    const server = await serve({ status: 404 });
    await expect(downloadFile(fileAt(server), options(createMemoryStore()))).rejects.toMatchObject({ code: 'address-blocked' });
    expect(server.seen).toHaveLength(1);
  });

  it('nobody at the address: address-blocked', async () => {
    const server = await serve({});
    await server.close();
    await expect(downloadFile(fileAt(server), options(createMemoryStore(), { tries: 2 }))).rejects.toMatchObject({ code: 'address-blocked' });
  });

  it('goes on after a silence in the middle', async () => {
    const server = await serve({ stallAfter: 2_000_000 }, {});
    expect(hashOf(await downloadFile(fileAt(server), options(createMemoryStore(), { stallMs: 1500 })))).toBe(good);
    expect(server.seen[1]?.range).not.toBeNull();
  });

  it.each([
    ['altered bytes', { alter: (bytes: Buffer) => bytes.fill(1, 5, 6) }],
    ['more bytes than published', { alter: (bytes: Buffer) => Buffer.concat([bytes, bytes]) }],
    ['fewer bytes than published', { alter: (bytes: Buffer) => bytes.subarray(0, 1000) }],
    ['an end too early', { endAfter: 1_500_000, refuseRange: true }],
    ['a login page in its place', { alter: () => Buffer.from('<!doctype html>') }],
  ] as const)('%s: network-altered, and nothing of it is kept', async (_name, trouble) => {
    const server = await serve(trouble);
    const store = createMemoryStore();
    await expect(downloadFile(fileAt(server), options(store))).rejects.toMatchObject({ code: 'network-altered' });
    expect(store.files.size).toBe(0);
  });

  it('a length that is a lie costs a try, not the file', async () => {
    const server = await serve({ extraLength: 50_000, cutAfter: 2_999_000 }, {});
    expect(hashOf(await downloadFile(fileAt(server), options(createMemoryStore())))).toBe(good);
  });

  it('heals what was spoilt in the store', async () => {
    const server = await serve({ cutAfter: 1_500_000 }, { status: 404 }, {});
    const store = createMemoryStore();
    await expect(downloadFile(fileAt(server), options(store))).rejects.toMatchObject({ code: 'address-blocked' });
    store.files.get(`${server.url}net.onnx`)?.bytes.fill(9, 0, 10);
    expect(hashOf(await downloadFile(fileAt(server), options(store)))).toBe(good);
    expect(server.seen.at(-1)?.range).toBeNull();
  });

  it('refuses a file beyond the limit while it comes', async () => {
    const server = await serve({});
    await expect(downloadFile(fileAt(server, { bytes: null, sha256: null }), options(createMemoryStore(), { limitBytes: 1_000_000 }))).rejects.toMatchObject({ code: 'format-too-large' });
  });
});
