import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { loadShelf } from '../../src/contract/load-shelf';
import type { ShelfEntry } from '../../src/contract/shelf';
import { fetchShelfEntry, findShelfEntry, forgetShelfEntry } from '../../src/import-worker/download';
import { createMemoryStore, type MemoryStore } from './memory-store';
import { serveUnreliably, type UnreliableServer } from './unreliable-server';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const shardNames = Array.from({ length: 20 }, (_, index) => `group${index + 1}-shard1of1`);
const shard = (index: number): Uint8Array => Uint8Array.from({ length: 400 + 4 * index }, (_, at) => at * (index + 3));
const model = { modelTopology: {}, weightsManifest: shardNames.map((path, index) => ({ paths: [path], weights: [{ name: path, shape: [100 + index], dtype: 'float32' }] })) };
const files = new Map<string, Uint8Array>([['net/model.json', text(model)], ...shardNames.map((path, index) => [`net/${path}`, shard(index)] as const)]);
const servers: UnreliableServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function serve(content: ReadonlyMap<string, Uint8Array> = files): Promise<UnreliableServer> {
  const server = await serveUnreliably(content);
  servers.push(server);
  return server;
}
function entryAt(url: string): ShelfEntry {
  return {
    id: 'net', name: 'Net', goodFor: 'tests', format: 'tfjs-layers', bytes: 20_000, licence: 'MIT', documentation: 'https://example.org/', classes: ['a'],
    files: [{ path: 'model.json', address: `${url}net/model.json`, bytes: null, sha256: null }],
    input: { height: 8, width: 8, channels: 1, mean: [0], std: [255] }, accuracy: null, parameters: 1, multiplyAdds: 1, year: 2026,
  };
}
const options = (store: MemoryStore, signal = new AbortController().signal) => ({ store, signal, stallMs: 120_000, tries: 2, waitMs: () => 5 });

describe('fetchShelfEntry', () => {
  it('fetches the files that model.json names, at most six at once, and then forgets them', async () => {
    const server = await serve();
    for (const path of shardNames) server.plan(`net/${path}`, { bytesPerSecond: 4000 });
    const store = createMemoryStore();
    const told: (readonly [number, number])[] = [];
    const fetched = await fetchShelfEntry(entryAt(server.url), { ...options(store), onProgress: (done, total) => told.push([done, total]) });
    expect([...fetched.keys()]).toEqual(['model.json', ...shardNames]);
    for (const [path, bytes] of fetched) expect(hashOf(bytes)).toBe(hashOf(files.get(`net/${path}`) ?? new Uint8Array(0)));
    expect(server.busiest()).toBeGreaterThan(1);
    expect(server.busiest()).toBeLessThanOrEqual(6);
    const all = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    expect(told.at(-1)).toEqual([all, all]);
    expect(told.every(([done, total]) => done <= total)).toBe(true);
    await forgetShelfEntry(entryAt(server.url), fetched.keys(), store);
    expect([...store.files.keys()]).toEqual([]);
  });

  it('asks only for what is missing after a failure, and tells the reason of the first one', async () => {
    const server = await serve();
    server.plan('net/group7-shard1of1', { status: 403 });
    const store = createMemoryStore();
    await expect(fetchShelfEntry(entryAt(server.url), options(store))).rejects.toMatchObject({ code: 'address-blocked' });
    const finished = new Set([...store.files.keys()].map((address) => address.split('#')[0]?.slice(server.url.length)));
    expect(finished.size).toBeGreaterThan(1);
    server.plan('net/group7-shard1of1', {});
    server.seen.length = 0;
    expect((await fetchShelfEntry(entryAt(server.url), options(store))).size).toBe(21);
    expect(server.seen.filter(({ path }) => finished.has(path))).toEqual([]);
  });

  it('stops at a cancel', async () => {
    const server = await serve();
    server.plan('net/group3-shard1of1', { silent: true });
    const cancel = new AbortController();
    const running = fetchShelfEntry(entryAt(server.url), options(createMemoryStore(), cancel.signal));
    setTimeout(() => cancel.abort(), 200);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('a shard that is not as long as the manifest says is refused', async () => {
    const server = await serve(new Map([...files, ['net/group2-shard1of1', new Uint8Array(12)]]));
    await expect(fetchShelfEntry(entryAt(server.url), options(createMemoryStore()))).rejects.toMatchObject({ code: 'network-altered' });
  });

  it.each([
    ['a path outside', text({ weightsManifest: [{ paths: ['../../secret'], weights: [] }] })],
    ['an address', text({ weightsManifest: [{ paths: ['https://elsewhere.example/x'], weights: [] }] })],
    ['no manifest', text({ hello: 1 })],
    ['no JSON', new TextEncoder().encode('<html>')],
  ])('a model.json with %s is malformed, and nothing else is asked for', async (_name, bytes) => {
    const server = await serve(new Map([['net/model.json', bytes]]));
    await expect(fetchShelfEntry(entryAt(server.url), options(createMemoryStore()))).rejects.toMatchObject({ code: 'format-malformed' });
    expect(server.seen.map(({ path }) => path)).toEqual(['net/model.json']);
  });
});

describe('loadShelf', () => {
  const shelf = text([entryAt('https://public.example/')]);
  const mirror = (sha256: string): Uint8Array => text({ networks: [{ id: 'net', files: [{ path: 'model.json', bytes: 3, sha256 }] }] });

  it('gives the public addresses where the server has no networks of its own', async () => {
    const server = await serve(new Map([['models/shelf.json', shelf]]));
    expect(await loadShelf(server.url)).toMatchObject([{ id: 'net', mirrored: false, files: [{ address: 'https://public.example/net/model.json' }] }]);
  });

  it("prefers the server's own copy", async () => {
    const server = await serve(new Map([['models/shelf.json', shelf], ['models/mirror.json', mirror('a'.repeat(64))]]));
    expect(await findShelfEntry(server.url, 'net')).toMatchObject({ mirrored: true, files: [{ address: `${server.url}models/net/model.json`, bytes: 3, sha256: 'a'.repeat(64) }] });
  });

  it.each([['a broken list', text({ networks: [{ id: '../x', files: [{ path: '../../x', bytes: 1, sha256: 'x' }] }] })], ['no list', new TextEncoder().encode('<html>')]])('does without %s', async (_name, bytes) => {
    const server = await serve(new Map([['models/shelf.json', shelf], ['models/mirror.json', bytes]]));
    expect(await loadShelf(server.url)).toMatchObject([{ mirrored: false }]);
  });

  it('names what is missing', async () => {
    const server = await serve(new Map([['models/shelf.json', shelf]]));
    await expect(findShelfEntry(server.url, 'other')).rejects.toMatchObject({ code: 'network-missing' });
    await expect(loadShelf(`${server.url}nowhere/`)).rejects.toMatchObject({ code: 'network-missing' });
  });
});
