import 'fake-indexeddb/auto';
import { readdirSync, readFileSync } from 'node:fs';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec, NetworkCard } from '../contract/card';
import type { AppError } from '../contract/errors';
import type { ImportReport } from '../contract/importer';
import { openNetworkStore } from '../store/network-store';
import type { NetworkStore } from '../store/network-store';
import { readCard } from './read-card';
import { isKept, readKeptNetwork } from './read-kept';

const folder = 'public/models/digits/';
const shipped = JSON.parse(readFileSync(`${folder}card.json`, 'utf8')) as NetworkCard;
const origin = { kind: 'file', format: 'tfjs-layers', source: 'model.json', importedAt: '2026-01-01', notes: [], labelled: false } as const;
const id = 'kept-digits-abcdef';

async function store(change: Partial<NetworkCard> = {}, without: readonly string[] = []): Promise<NetworkStore> {
  const card: NetworkCard = { ...shipped, id, data: null, seed: null, training: null, origin, ...change };
  const opened = await openNetworkStore();
  const files = readdirSync(folder).filter((name) => name !== 'card.json' && !without.includes(name));
  await opened.put({ id, mainPath: 'model.json', sha256: 'x', report: { card } as ImportReport }, new Map(files.map((name) => [name, new Blob([readFileSync(folder + name)])])));
  return opened;
}

const read = async (opened: NetworkStore, name = id, signal = new AbortController().signal, progress: (loaded: number, total: number) => void = () => undefined) =>
  readKeptNetwork(opened, name, progress, signal);
const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: AppError) => error.code);
const at = (change: Partial<InputSpec>): Partial<NetworkCard> => ({ input: { ...shipped.input, ...change } });

describe('readKeptNetwork', () => {
  beforeEach(() => { globalThis.indexedDB = new IDBFactory(); });

  it('gives card and graph, and says how far it is', async () => {
    const told: (readonly number[])[] = [];
    const { card, graph } = await read(await store(), id, undefined, (loaded, total) => told.push([loaded, total]));
    expect(card).toMatchObject({ id, data: null, seed: null, training: null, origin });
    expect(graph.inputShape).toEqual([32, 32, 1]);
    const total = shipped.files.reduce((sum, file) => sum + file.bytes, 0);
    expect([told[0], told.at(-1)]).toEqual([[0, total], [total, total]]);
  });

  it('reads it at the size that the person chose', async () => {
    expect((await read(await store(at({ height: 48, width: 64 })))).graph.inputShape).toEqual([48, 64, 1]);
  });

  it('says what is wrong', async () => {
    expect(await code(read(await store(), 'kept-gone-000000'))).toBe('network-missing');
    expect(await code(read(await store({}, ['weights.bin'])))).toBe('network-altered');
    expect(await code(read(await store({ classes: ['one'] })))).toBe('network-altered');
    expect(await code(read(await store(at({ channels: 3 }))))).toBe('network-altered');
    const abort = new AbortController();
    abort.abort();
    expect(await code(read(await store(), id, abort.signal))).toBe('cancelled');
  });

  it('tells its ids from those of networks on the server', () => {
    expect([isKept(id), isKept('everyday'), isKept('not-kept-digits')]).toEqual([true, false, false]);
  });
});

describe('readCard', () => {
  const check = (card: object): string => { try { readCard(JSON.stringify(card), 'card'); return 'done'; } catch (thrown) { return (thrown as AppError).detail; } };

  it('takes a card of which nobody said how it was trained', () => {
    expect(check({ ...shipped, data: null, seed: null, training: null, origin })).toBe('done');
    expect(check({ ...shipped, input: { ...shipped.input, channelOrder: 'bgr' } })).toBe('done');
  });
  it('refuses an order of channels that there is not', () => {
    expect(check({ ...shipped, input: { ...shipped.input, channelOrder: 'grb' } })).toBe('card: input.channelOrder');
  });
});
