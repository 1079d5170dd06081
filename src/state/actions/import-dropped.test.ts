import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import type { InputArray } from '../../contract/importer';
import { clearFailure, failure } from '../failure';
import { draft, importNotice, importRun } from '../import-state';
import { fakeReport } from '../importer.fixture';
import { keptNetworks } from '../kept-networks';
import { currentPicture, filmstrip } from '../pictures';
import { source } from '../source-state';
import { useFakeRuntime, type FakeRuntime } from '../testing.fixture';
import { chooseNetwork } from './choose-network';
import { openDraft } from './import-network';
import { isNetworkAddress, openAddress, openDropped } from './import-dropped';
import { stepPicture } from './open-picture';
import { showSource } from './show-source';

let fake: FakeRuntime;
const file = (path: string, text = 'x') => ({ path, file: new File([text], path.split('/').at(-1) ?? path) });
const array = (name: string, channels: number): InputArray => ({ name, shape: [2, 2, channels], values: new Float32Array(4 * channels), min: 0, max: 1 });

beforeEach(() => {
  fake = useFakeRuntime();
  showSource(null);
  clearFailure();
  draft.value = null;
  importRun.value = null;
  importNotice.value = null;
  keptNetworks.value = null;
  filmstrip.value = [];
});

describe('what is dropped', () => {
  it('a folder of a network goes to the importer, its pictures to the stage', async () => {
    await openDropped([file('net/model.json'), file('net/group1-shard1of1.bin'), file('net/test.png')]);
    expect(fake.importer.sources).toMatchObject([{ kind: 'files', files: [{ path: 'net/model.json' }, { path: 'net/group1-shard1of1.bin' }] }]);
    expect(source.value?.label).toBe('test.png');
  });

  it('several arrays of one file are flipped through like pictures', async () => {
    fake.importer.arrays = [array('one', 5), array('two', 5)];
    await openDropped([file('field.npz'), file('a.png')]);
    expect(filmstrip.value.map(({ title }) => title)).toEqual(['a.png', 'field.npz: one', 'field.npz: two']);
    await stepPicture(1);
    expect(source.value?.label).toBe('one');
    expect(currentPicture.value?.array?.shape).toEqual([2, 2, 5]);
  });

  it('an array that cannot be read leaves what was there', async () => {
    await openDropped([file('a.png')]);
    fake.importer.refuse = new AppError('format-malformed', 'bad.npy');
    await openDropped([file('bad.npy')]);
    expect(failure.value?.code).toBe('format-malformed');
    expect(source.value?.label).toBe('a.png');
  });

  it('a list of labels answers the question that is open', async () => {
    draft.value = openDraft(fakeReport('mine', { classes: 2 }), 'everyday', false);
    fake.importer.kept.set('mine', fakeReport('mine', { classes: 2 }));
    await openDropped([file('labels.txt', 'cat\ndog')]);
    expect(draft.value?.answers.classes).toEqual(['cat', 'dog']);
    expect(fake.importer.sources).toEqual([]);
  });

  it('a list of labels opens the questions of the own network on screen, and is told where it belongs else', async () => {
    await openDropped([file('labels.txt', 'cat\ndog')]);
    expect(importNotice.value?.sentence).toContain('labels.txt looks like a list of names.');
    const report = fakeReport('mine', { classes: 2 });
    const kept = { ...report, network: { ...report.network, confirmed: true } };
    fake.importer.kept.set('mine', kept);
    keptNetworks.value = [kept.network];
    chooseNetwork('mine');
    await openDropped([file('readme.txt', 'about these pictures'), file('a.png')]);
    expect(draft.value).toBeNull();
    await openDropped([file('labels.txt', 'cat\ndog')]);
    expect(draft.value).toMatchObject({ again: true, error: null, answers: { labels: 'file', classes: ['cat', 'dog'] } });
    await openDropped([file('more.txt', 'cat\ndog\ncow')]);
    expect(draft.value).toMatchObject({ error: { code: 'labels-mismatch' }, answers: { classes: ['cat', 'dog'] } });
    expect(fake.importer.sources).toEqual([]);
  });

  it('addresses are opened only when they can be fetched', () => {
    expect(openAddress('not an address')).toBe(false);
    expect(openAddress('https://a.example/model.json')).toBe(true);
    expect(fake.importer.sources).toEqual([{ kind: 'address', address: 'https://a.example/model.json' }]);
    expect(isNetworkAddress('https://a.example/model.json')).toBe(true);
    expect(isNetworkAddress('https://a.example/news')).toBe(false);
    expect(isNetworkAddress('a.example/model.json')).toBe(false);
  });
});
