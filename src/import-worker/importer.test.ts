import 'fake-indexeddb/auto';
import { readdirSync, readFileSync } from 'node:fs';
import { IDBFactory } from 'fake-indexeddb';
import { zipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../contract/errors';
import type { PickedFile } from '../contract/importer';
import { readNetworkWithFacts, type NetworkWithFacts } from '../formats/read-network';
import { startFakeImporter } from './testing.fixture';

const digits = 'public/models/digits/';
const vgg = 'test/fixtures/vectors/onnx-vgg/net.onnx';

beforeEach(() => { globalThis.indexedDB = new IDBFactory(); });

const pick = (path: string, content: string | Uint8Array): PickedFile => ({ path, file: new Blob([content as Uint8Array<ArrayBuffer>]) });
/** The digits network without its card, as somebody would bring it. */
const pickDigits = (folder = ''): PickedFile[] => readdirSync(digits).filter((name) => name !== 'card.json')
  .map((name) => pick(folder + name, readFileSync(digits + name)));
const files = (...list: readonly PickedFile[]) => ({ kind: 'files', files: list }) as const;
const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: AppError) => error.code);
const faultOf = (promise: Promise<unknown>): Promise<AppError> => promise.then(() => { throw new Error('no fault'); }, (error: AppError) => error);

describe('importing files', () => {
  it('reads a folder, keeps it as a draft and says what is open', async () => {
    const { importer, progress } = await startFakeImporter();
    const report = await importer.importNetwork('job', files(...pickDigits('my digits/')));
    expect(report.network).toMatchObject({ format: 'tfjs-layers', confirmed: false, name: 'my digits', importedAt: '2026-01-02T03:04:05.000Z' });
    expect(report.network.id).toMatch(/^kept-my-digits-[0-9a-f]{6}$/);
    expect(report.card).toMatchObject({ data: null, seed: null, training: null, input: { height: 32, width: 32, channels: 1 }, origin: { kind: 'file', labelled: false } });
    expect(report.card.classes).toEqual(Array.from({ length: 10 }, (_, index) => `class ${index}`));
    expect(report.questions).toContain('labels');
    for (const question of report.questions) expect(report.reasons[question]).toMatch(/^[A-Z].*\.$/);
    expect(report.network.bytes).toBe(report.card.files.reduce((sum, file) => sum + file.bytes, 0));
    expect(progress.map(({ phase }) => phase)).toEqual(['read', 'check', 'store']);
    expect(await importer.listKept()).toEqual([report.network]);
    expect(await importer.storage()).toEqual({ networksBytes: report.network.bytes, usedBytes: 1, quotaBytes: 2, persisted: false });
  });

  it('says of several outputs which one is shown, and what became of a map', async () => {
    const changed = async (facts: Partial<NetworkWithFacts['facts']>): Promise<readonly string[]> => {
      // The same bytes a second time would be the network that is there.
      globalThis.indexedDB = new IDBFactory();
      const { importer } = await startFakeImporter({
        readNetwork: async (source, options) => {
          const read = await readNetworkWithFacts(source, options);
          return { ...read, facts: { ...read.facts, ...facts } };
        },
      });
      return (await importer.importNetwork('job', files(...pickDigits()))).notes;
    };
    expect((await changed({ outputNames: ['age', 'sex', 'mood'] })).join()).toContain('3 outputs: the first, “age”, is shown; “sex”, “mood” are left out.');
    expect((await changed({ outputNames: ['age', 'sex'] })).join()).toContain('“sex” is left out.');
    expect((await changed({ outputMap: [4, 5, 6] })).join()).toContain('a map of 4 × 5 × 6 values: each answer is the mean of one channel');
  });

  it('gives the same bytes the same id, and leaves what the person chose', async () => {
    const { importer } = await startFakeImporter();
    const first = await importer.importNetwork('a', files(pick('net.onnx', readFileSync(vgg))));
    await importer.changeKept(first.network.id, { name: 'Mine', confirmed: true });
    const again = await importer.importNetwork('b', files(pick('another name.onnx', readFileSync(vgg))));
    expect(again.network).toMatchObject({ id: first.network.id, name: 'Mine', confirmed: true });
    expect(await importer.listKept()).toHaveLength(1);
  });

  it('takes labels that lie beside when their number fits, and says so when not', async () => {
    const { importer } = await startFakeImporter();
    const words = Array.from({ length: 10 }, (_, index) => `word ${index}`);
    const named = await importer.importNetwork('a', files(...pickDigits(), pick('labels.txt', words.join('\n'))));
    expect([named.card.classes, named.card.origin?.labelled]).toEqual([words, true]);
    await importer.deleteKept(named.network.id);
    const unnamed = await importer.importNetwork('b', files(...pickDigits(), pick('labels.txt', 'one\ntwo')));
    expect(unnamed.card.origin?.labelled).toBe(false);
    expect(unnamed.notes.join(' ')).toContain('labels.txt lists 2 labels and the network has 10 outputs');
  });

  it('exports what can be dropped in again, with the choices in it', async () => {
    const { importer } = await startFakeImporter();
    const { network, card } = await importer.importNetwork('a', files(...pickDigits()));
    const classes = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    await importer.changeKept(network.id, { name: 'Numbers', classes, input: { ...card.input, mean: [3], std: [7] }, confirmed: true });
    const exported = await importer.exportKept(network.id);
    expect(exported.name).toMatch(/\.zip$/);
    await importer.deleteKept(network.id);
    expect(await code(importer.describeKept(network.id))).toBe('network-missing');
    const back = await importer.importNetwork('b', files({ path: exported.name, file: exported.file }));
    expect(back.card).toMatchObject({ name: 'Numbers', classes, input: { mean: [3], std: [7] }, origin: { labelled: true } });
    expect(back.questions).toEqual([]);
    expect(back.card.files).toEqual(card.files);
    const single = await importer.importNetwork('c', files(pick('net.onnx', readFileSync(vgg))));
    const file = await importer.exportKept(single.network.id);
    expect(file.name).toBe('net.onnx');
    expect(Buffer.from(await file.file.arrayBuffer()).equals(readFileSync(vgg))).toBe(true);
  });

  it('never reads outside what was picked, and names what is missing', async () => {
    const { importer } = await startFakeImporter();
    const manifest = (path: string): string => JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths: [path], weights: [{ name: 'w', shape: [1], dtype: 'float32' }] }] });
    for (const path of ['../secret.bin', '/etc/passwd', 'C:\\x.bin', 'https://elsewhere/x.bin']) {
      expect(await code(importer.importNetwork('a', files(pick('net/model.json', manifest(path)), pick('secret.bin', 'abcd')))), path).toBe('format-malformed');
    }
    const missing = await faultOf(importer.importNetwork('b', files(pick('model.json', manifest('shard.bin')))));
    expect([missing.code, missing.detail]).toEqual(['files-missing', 'model.json needs “shard.bin”, which was not opened with it']);
    expect(await importer.listKept()).toEqual([]);
  });

  it.each<readonly [string, readonly PickedFile[], string]>([
    ['nothing', [], 'format-unknown'],
    ['a list of labels', [pick('notes.txt', 'hello')], 'labels-alone'],
    ['two networks', [pick('a.onnx', 'x'), pick('b.h5', 'y')], 'files-several'],
    ['a broken zip', [pick('a.zip', new Uint8Array([0x50, 0x4b, 3, 4, ...new Uint8Array(40)]))], 'format-malformed'],
    ['a zip of zeros', [pick('a.zip', zipSync({ 'net.onnx': new Uint8Array(20e6) }, { level: 9 }))], 'format-too-large'],
    ['two gigabytes', [{ path: 'net.onnx', file: { size: 2 ** 31 } as Blob }], 'format-too-large'],
    ['a cut network', [pick('net.onnx', readFileSync(vgg).subarray(0, 20_000))], 'format-malformed'],
    ['weights of another framework', [pick('net.pt', 'x'), pick('readme.md', 'x'), pick('x.yaml', 'y')], 'format-foreign'],
    ['weights of another framework alone', [pick('net.safetensors', '{')], 'format-foreign'],
    ['a zip as PyTorch writes it', [pick('net.zip', zipSync({ 'net/data.pkl': new Uint8Array(30), 'net/data/0': new Uint8Array(30) }))], 'format-foreign'],
  ])('refuses %s', async (_, picked, expected) => {
    const { importer } = await startFakeImporter();
    expect(await code(importer.importNetwork('a', files(...picked)))).toBe(expected);
    expect(await importer.listKept()).toEqual([]);
  });

  it('changes no prototype, whatever a zip calls its files', async () => {
    const { importer } = await startFakeImporter();
    const hostile = zipSync({ ['__proto__/polluted']: new Uint8Array(1), 'constructor': new Uint8Array(1), '../../net.onnx': new Uint8Array(readFileSync(vgg)) });
    expect(await code(importer.importNetwork('a', files(pick('a.zip', hostile))))).toBe('format-unknown');
    expect('polluted' in {}).toBe(false);
  });
});

describe('changing what is kept', () => {
  it('refuses what does not fit', async () => {
    const { importer } = await startFakeImporter();
    const { network: { id }, card: { input }, sizeIsFree } = await importer.importNetwork('a', files(pick('net.onnx', readFileSync(vgg))));
    expect(sizeIsFree).toBe(false);
    expect(await code(importer.changeKept(id, { classes: ['a', 'b'] }))).toBe('labels-mismatch');
    expect(await code(importer.changeKept(id, { input: { ...input, height: 56, width: 56 } }))).toBe('input-mismatch');
    expect(await code(importer.changeKept(id, { input: { ...input, std: [1, 0, 1] } }))).toBe('input-mismatch');
    expect(await code(importer.changeKept(id, { input: { ...input, channels: 1, mean: [0], std: [1] } }))).toBe('input-mismatch');
    expect(await code(importer.changeKept('kept-none-000000', { name: 'x' }))).toBe('network-missing');
    expect((await importer.describeKept(id)).card.input).toEqual(input);
    await importer.changeKept(id, { input: { ...input, mean: [1, 2, 3], channelOrder: 'bgr' }, name: '  ' });
    expect((await importer.describeKept(id)).card).toMatchObject({ name: 'net', input: { mean: [1, 2, 3], channelOrder: 'bgr' } });
  });

  it('changes the size of a network that works at any, and counts its work anew', async () => {
    const { importer } = await startFakeImporter();
    const { network: { id }, card, sizeIsFree } = await importer.importNetwork('a', files(...pickDigits()));
    expect(sizeIsFree).toBe(true);
    // Grey pictures have no order of colours; one that is given all the same does no harm.
    await importer.changeKept(id, { input: { ...card.input, height: 64, width: 48, channelOrder: 'rgb' } });
    const changed = (await importer.describeKept(id)).card;
    expect(changed.input).toEqual({ ...card.input, height: 64, width: 48 });
    expect(changed.multiplyAdds / card.multiplyAdds).toBeGreaterThan(2);
    expect(await code(importer.changeKept(id, { input: { ...card.input, height: 0 } }))).toBe('input-mismatch');
  });

  it('drops drafts at the next start and keeps what was confirmed', async () => {
    const { importer } = await startFakeImporter();
    const draft = await importer.importNetwork('a', files(...pickDigits()));
    const kept = await importer.importNetwork('b', files(pick('net.onnx', readFileSync(vgg))));
    await importer.changeKept(kept.network.id, { confirmed: true });
    const both = [draft.network.id, kept.network.id].sort();
    const remade = await startFakeImporter({ dropDrafts: 'none' });
    expect((await remade.importer.listKept()).map(({ id }) => id).sort()).toEqual(both);
    const soon = await startFakeImporter({ dropDrafts: 'old', today: () => '2026-01-03T03:04:04.000Z' });
    expect((await soon.importer.listKept()).map(({ id }) => id).sort()).toEqual(both);
    const dayLater = await startFakeImporter({ dropDrafts: 'old', today: () => '2026-01-03T03:04:06.000Z' });
    expect((await dayLater.importer.listKept()).map(({ id }) => id)).toEqual([kept.network.id]);
    await dayLater.importer.importNetwork('c', files(...pickDigits()));
    const next = await startFakeImporter();
    expect((await next.importer.listKept()).map(({ id }) => id)).toEqual([kept.network.id]);
  });

  it('reads lists of labels for a number of outputs', async () => {
    const { importer } = await startFakeImporter();
    expect((await importer.readLabels('imagenet', 1001)).slice(0, 2)).toEqual(['background', 'thing 0']);
    expect(await importer.readLabels(pick('a.json', '{"0": "cat", "1": "dog"}'), 2)).toEqual(['cat', 'dog']);
    expect((await faultOf(importer.readLabels(pick('a.txt', 'cat\ndog'), 3))).detail).toBe('a.txt lists 2 labels, the network has 3 outputs');
    expect(await code(importer.readLabels('imagenet', 10))).toBe('labels-mismatch');
  });
});

describe('jobs', () => {
  it('says that it lives, and bytes no oftener than ten times a second', async () => {
    let finish: ((network: NetworkWithFacts) => void) | null = null;
    const { importer, progress, advance } = await startFakeImporter({ readNetwork: () => new Promise((resolve) => { finish = resolve; }) });
    const done = code(importer.importNetwork('a', files(pick('net.onnx', 'x'))));
    while (progress.length === 0) await new Promise((resolve) => { setTimeout(resolve, 0); });
    advance(1600);
    expect(progress.map(({ phase }) => phase)).toEqual(['read', 'read', 'read', 'read']);
    await importer.cancel('a');
    (finish as ((network: NetworkWithFacts) => void) | null)?.({} as NetworkWithFacts);
    expect(await done).toBe('cancelled');
    advance(5000);
    expect(progress).toHaveLength(4);
  });

  it('names memory that ran out and faults of a parser', async () => {
    for (const [thrown, expected] of [[new RangeError('Array buffer allocation failed'), 'out-of-memory'], [new TypeError('x is undefined'), 'internal']] as const) {
      const { importer } = await startFakeImporter({ readNetwork: () => Promise.reject(thrown) });
      expect(await code(importer.importNetwork('a', files(pick('net.onnx', 'x'))))).toBe(expected);
    }
  });
});

describe('addresses', () => {
  const serve = (served: Readonly<Record<string, Uint8Array | string>>): typeof fetch => async (input) => {
    const address = input instanceof Request ? input.url : String(input);
    const found = served[address];
    if (found === undefined) throw new TypeError('Failed to fetch');
    return new Response(found as Uint8Array<ArrayBuffer>);
  };

  it('fetches a model and the weights beside it', async () => {
    const folder = 'https://host.example/nets/digits/';
    const served = Object.fromEntries(readdirSync(digits).map((name) => [folder + name, new Uint8Array(readFileSync(digits + name))]));
    const { importer, progress } = await startFakeImporter({ fetch: serve(served) });
    const report = await importer.importNetwork('a', { kind: 'address', address: `${folder}model.json` });
    expect(report.card.origin).toMatchObject({ kind: 'address', source: `${folder}model.json` });
    expect(report.network.name).toBe('digits');
    expect(progress[0]?.phase).toBe('download');
  });

  it('fetches external data of an ONNX file from beside it only', async () => {
    const asked: string[] = [];
    const { importer } = await startFakeImporter({
      fetch: serve({ 'https://host.example/a/net.onnx': 'x', 'https://host.example/a/net.onnx.data': 'abcd' }),
      readNetwork: async (source) => {
        asked.push(new TextDecoder().decode(await source.readBeside('net.onnx.data')));
        await source.readBeside('../b.data');
        throw new Error('not reached');
      },
    });
    expect(await code(importer.importNetwork('a', { kind: 'address', address: 'https://host.example/a/net.onnx' }))).toBe('format-malformed');
    expect(asked).toEqual(['abcd']);
  });

  it.each(['file:///etc/passwd', 'data:application/json,{}', 'javascript:1', 'nonsense'])('does not fetch %s', async (address) => {
    const { importer } = await startFakeImporter();
    expect(await code(importer.importNetwork('a', { kind: 'address', address }))).toBe('address-blocked');
  });
});
