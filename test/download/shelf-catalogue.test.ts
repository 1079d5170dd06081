import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isPlainPath, readMirror, readShelf } from '../../src/contract/shelf-mirror';
import { fetchShelfEntry } from '../../src/import-worker/download';
import { findShared } from '../shared-folder';
import { createMemoryStore } from './memory-store';
import { serveUnreliably } from './unreliable-server';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../public/models/${path}`, import.meta.url), 'utf8'));
const shelf = readShelf(read('shelf.json')) ?? [];
const shared = findShared('models/', 'the checksums of the shelf are not compared with the files');
/** Folders there that hold the very files of an entry. */
const sameBytes: Readonly<Record<string, string>> = { 'tiny-vgg': 'tiny-vgg', doodlenet: 'doodlenet', 'tiny-darknet': 'tiny-darknet', 'mobilenet-v2-1.0-224-int8': 'mobilenet_v2_1.0_224' };

describe('public/models/shelf.json', () => {
  it('lists networks, each once', () => {
    expect(shelf.length).toBeGreaterThan(8);
    expect(new Set(shelf.map(({ id }) => id)).size).toBe(shelf.length);
    expect(new Set(shelf.map(({ name }) => name)).size).toBe(shelf.length);
    expect(shelf.map(({ id }) => id).filter((id) => !/^[\w.-]+$/.test(id))).toEqual([]);
  });

  it.each(shelf.map((entry) => [entry.id, entry] as const))('%s is complete, and invents nothing', (_id, entry) => {
    for (const { path, address, bytes, sha256 } of entry.files) {
      expect(isPlainPath(path)).toBe(true);
      expect(new URL(address).protocol).toBe('https:');
      expect(address.endsWith(`/${path}`)).toBe(true);
      expect(bytes === null || Number.isSafeInteger(bytes)).toBe(true);
      expect(sha256 ?? 'a'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
      // A checksum of something that may change under its address would turn into a failure one day.
      expect(sha256 === null || !address.includes('githubusercontent') || /\/[0-9a-f]{40}\//.test(address)).toBe(true);
    }
    const known = entry.files.map(({ bytes }) => bytes);
    expect(known.includes(null) || entry.bytes === known.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)).toBe(true);
    const { channels, mean, std } = entry.input;
    expect([mean.length, std.length]).toEqual([channels, channels]);
    expect(std).not.toContain(0);
    expect(entry.documentation).toMatch(/^https:/);
    expect(entry.licence).not.toBe('');
    const { source = 'https:', top1 = 50, top5 = null } = entry.accuracy ?? {};
    expect(source).toMatch(/^https:/);
    expect(top1).toBeGreaterThan(1);
    expect(top5 ?? 100).toBeGreaterThanOrEqual(top1);
    expect(entry.parameters).toBeGreaterThan(1000);
    expect(entry.multiplyAdds).toBeGreaterThan(entry.parameters);
    expect(JSON.stringify(entry)).not.toContain('\u2014');
  });

  it('comes with an empty list of own copies', () => {
    expect(readMirror(read('mirror.json'))).toEqual({ networks: [] });
  });

  it.runIf(shared !== null)('has the checksums of the files it names', () => {
    for (const [id, folder] of Object.entries(sameBytes)) {
      const files = shelf.find((entry) => entry.id === id)?.files ?? [];
      expect(files.length).toBeGreaterThan(0);
      for (const { path, bytes, sha256 } of files) {
        const content = readFileSync(`${shared}${folder}/${path}`);
        expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
      }
    }
  });
  it.runIf(shared !== null).each(Object.entries(sameBytes))('%s passes its own checks when its true bytes come', async (id, folder) => {
    const entry = shelf.find((one) => one.id === id);
    if (entry === undefined) throw new Error(`${id} is not on the shelf`);
    const server = await serveUnreliably(new Map(entry.files.map(({ path, address }) => [new URL(address).pathname.slice(1), readFileSync(`${shared}${folder}/${path}`)])));
    try {
      const here = { ...entry, files: entry.files.map((file) => ({ ...file, address: new URL(new URL(file.address).pathname, server.url).href })) };
      // The largest file is cut once on its way.
      const largest = entry.files.reduce((a, b) => ((b.bytes ?? 0) > (a.bytes ?? 0) ? b : a));
      server.plan(new URL(largest.address).pathname.slice(1), { cutAfter: 50_000 }, {});
      const fetched = await fetchShelfEntry(here, { store: createMemoryStore(), signal: new AbortController().signal, waitMs: () => 5 });
      expect([...fetched.keys()]).toEqual(entry.files.map(({ path }) => path));
      expect([...fetched.values()].reduce((sum, bytes) => sum + bytes.length, 0)).toBe(entry.bytes);
    } finally {
      await server.close();
    }
  });
});
