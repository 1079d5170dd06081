import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError, toErrorReport } from '../contract/errors';
import type { KeptNetwork } from '../contract/importer';
import { applyMirror, emptyMirror, readShelf } from '../contract/shelf-mirror';
import { failedImport, importRun } from './import-state';
import { keptNetworks } from './kept-networks';
import { fetchedFromShelf, shelfHereOnly, shelfOffers, nameOfImport, shelfRows, shelfSearch, shelfSort, shippedCards } from './shelf';

const entries = readShelf(JSON.parse(readFileSync(new URL('../../public/models/shelf.json', import.meta.url), 'utf8'))) ?? [];
const baseUrl = 'https://app.example/in/a/folder/';
const kept = (id: string, name: string): KeptNetwork => ({ id, name, format: 'onnx', bytes: 1, confirmed: true, importedAt: '2026-01-01' });
const placeOf = (id: string) => shelfRows.value.find((row) => row.id === id)?.place;

beforeEach(() => {
  shelfOffers.value = applyMirror(entries, emptyMirror, baseUrl);
  shippedCards.value = [JSON.parse(readFileSync(new URL('../../public/models/digits/card.json', import.meta.url), 'utf8'))];
  keptNetworks.value = [];
  fetchedFromShelf.value = {};
  importRun.value = null;
  failedImport.value = null;
  shelfSort.value = 'size';
  shelfSearch.value = '';
  shelfHereOnly.value = false;
});

describe('the shelf', () => {
  it('names what is fetched as the shelf does', () => {
    expect([nameOfImport('squeezenet-1.1'), nameOfImport('net.onnx')]).toEqual(['SqueezeNet 1.1', 'net.onnx']);
  });

  it('puts what comes with the app first, then the smallest', () => {
    const [first, ...others] = shelfRows.value;
    expect(first).toMatchObject({ id: 'digits', place: { kind: 'shipped' } });
    expect(others).toHaveLength(entries.length);
    expect(others.every((row, index) => row.bytes >= (others[index - 1]?.bytes ?? 0))).toBe(true);
    // Shares of one on our cards, per cent everywhere else.
    expect(first?.accuracy?.top1).toBeGreaterThan(90);
  });

  it('does not rank handwritten digits above ImageNet by accuracy', () => {
    shelfSort.value = 'accuracy';
    expect(shelfRows.value[1]?.accuracy?.set).toContain('ImageNet');
    expect(shelfRows.value.at(-1)?.accuracy).toBeNull();
  });

  it('knows where each network is', () => {
    shelfOffers.value = applyMirror(entries, { networks: [{ id: 'squeezenet-1.1', files: [{ path: 'squeezenet1.1-7.onnx', bytes: 5, sha256: 'a'.repeat(64) }] }] }, baseUrl);
    expect(placeOf('squeezenet-1.1')).toEqual({ kind: 'server' });
    expect(shelfRows.value.find(({ id }) => id === 'squeezenet-1.1')?.hosts).toEqual([]);
    expect(shelfOffers.value.find(({ id }) => id === 'squeezenet-1.1')?.files[0]).toMatchObject({
      address: `${baseUrl}models/squeezenet-1.1/squeezenet1.1-7.onnx`, bytes: 4956208, sha256: '1eeff551a67ae8d565ca33b572fc4b66e3ef357b0eb2863bb9ff47a918cc4088',
    });
    keptNetworks.value = [kept('kept-1', 'Renamed'), kept('kept-2', 'Tiny VGG')];
    fetchedFromShelf.value = { 'resnet-18': 'kept-1', 'mnist-8': 'deleted since' };
    expect(placeOf('resnet-18')).toEqual({ kind: 'device', network: 'kept-1' });
    expect(placeOf('tiny-vgg')).toEqual({ kind: 'device', network: 'kept-2' });
    expect(placeOf('mnist-8')).toEqual({ kind: 'away' });
    importRun.value = { job: 'j', what: 'mnist-8', phase: 'download', doneBytes: 10, totalBytes: 40 };
    expect(placeOf('mnist-8')).toMatchObject({ kind: 'fetching', share: 0.25, words: 'Fetching' });
    importRun.value = { job: 'j', what: 'mnist-8', phase: 'check', doneBytes: 0, totalBytes: 0 };
    expect(placeOf('mnist-8')).toMatchObject({ kind: 'fetching', share: null });
  });

  it('searches in all words, and shows what is here only when asked', () => {
    shelfSearch.value = 'mobilenet 0.25';
    expect(shelfRows.value.map(({ id }) => id)).toEqual(['mobilenet-v1-0.25-128-quant', 'mobilenet-v1-0.25-224']);
    shelfSearch.value = '';
    shelfHereOnly.value = true;
    keptNetworks.value = [kept('kept-2', 'Tiny VGG')];
    expect(shelfRows.value.map(({ id }) => id)).toEqual(['digits', 'tiny-vgg']);
  });

  it('shows a failure at its own row', () => {
    failedImport.value = { what: 'mnist-8', source: { kind: 'shelf', entry: 'mnist-8' }, error: toErrorReport(new AppError('address-blocked', 'HTTP 403')) };
    expect(shelfRows.value.filter(({ error }) => error !== null).map(({ id }) => id)).toEqual(['mnist-8']);
  });
});
