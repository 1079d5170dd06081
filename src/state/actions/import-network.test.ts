import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import type { ImportSource } from '../../contract/importer';
import { defaultSpec } from '../../contract/session-spec';
import { spec } from '../choices';
import { draft, failedImport, importNotice, importRun, importShare } from '../import-state';
import { fakeReport, type FakeImporter } from '../importer.fixture';
import { deletions, keptNetworks } from '../kept-networks';
import { networkGroups } from '../networks';
import { useFakeRuntime } from '../testing.fixture';
import { discardDraft, keepDraft, nameDraft, showDraft, tryInput, tryLabels, trySize } from './import-answers';
import { chooseNetwork } from './choose-network';
import { cancelImport, importNetwork, retryImport } from './import-network';

const source: ImportSource = { kind: 'files', files: [{ path: 'net.onnx', file: new Blob(['x']) }] };
let importer: FakeImporter;

beforeEach(() => {
  importer = useFakeRuntime().importer;
  spec.value = defaultSpec;
  draft.value = null;
  importRun.value = null;
  failedImport.value = null;
  importNotice.value = null;
  keptNetworks.value = null;
  deletions.value = [];
});

const bring = async (id = 'mine', change: Parameters<typeof fakeReport>[1] = {}): Promise<void> => {
  const reading = importNetwork(source);
  importer.running?.finish(fakeReport(id, change));
  await reading;
};

describe('reading a network', () => {
  it('says how far it is, while the old one stays on screen', async () => {
    const reading = importNetwork(source);
    importer.running?.say({ phase: 'read', doneBytes: 5, totalBytes: 20 });
    expect(importRun.value).toMatchObject({ what: 'net.onnx', phase: 'read' });
    expect(importShare.value).toBe(0.25);
    expect(spec.value.network).toBe('everyday');
    importer.running?.finish(fakeReport('mine'));
    await reading;
    expect(importRun.value).toBeNull();
    expect(spec.value.network).toBe('mine');
  });

  it('that fails changes nothing and can be tried again', async () => {
    const reading = importNetwork(source);
    importer.running?.fail(new AppError('format-malformed', 'net.onnx: cut short'));
    await reading;
    expect(failedImport.value).toMatchObject({ what: 'net.onnx', error: { code: 'format-malformed' } });
    expect(spec.value).toEqual(defaultSpec);
    retryImport();
    expect(importer.sources).toHaveLength(2);
    expect(failedImport.value).toBeNull();
  });

  it('that is cancelled leaves no trace', async () => {
    const reading = importNetwork(source);
    cancelImport();
    await reading;
    expect([importRun.value, failedImport.value, draft.value, importNotice.value]).toEqual([null, null, null, null]);
    expect(spec.value).toEqual(defaultSpec);
  });

  it('gives way to a newer one, whose progress is what is shown', async () => {
    const first = importNetwork(source);
    const second = importNetwork({ kind: 'address', address: 'https://a.example/b.onnx' });
    await first;
    expect(importRun.value?.what).toBe('https://a.example/b.onnx');
    expect(failedImport.value).toBeNull();
    importer.running?.finish(fakeReport('b'));
    await second;
    expect(spec.value.network).toBe('b');
  });

  it('without questions is kept at once; the same file never asks again', async () => {
    await bring('known', { questions: [] });
    expect(importer.changes).toEqual([{ id: 'known', change: { confirmed: true } }]);
    expect(draft.value).toBeNull();
    const report = fakeReport('known');
    await bring('known', { network: { ...report.network, confirmed: true } });
    expect(draft.value).toBeNull();
    expect(importNotice.value?.sentence).toContain('already');
  });
});

describe('the questions', () => {
  beforeEach(async () => { await bring(); });

  it('are tried at once, without reading the network again', () => {
    tryInput({ mean: [1, 2, 3], std: [4, 5, 6], channelOrder: 'bgr' });
    expect(spec.value).toMatchObject({ network: 'mine', input: { mean: [1, 2, 3], channelOrder: 'bgr' }, networkRevision: 0 });
    expect(importer.changes).toEqual([]);
  });

  it('refuse what cannot be computed with, and say so', () => {
    const before = spec.value;
    tryInput({ mean: [0, 0, 0], std: [1, 0, 1], channelOrder: 'rgb' });
    expect(draft.value?.error?.code).toBe('input-mismatch');
    expect(spec.value).toBe(before);
  });

  it('size and labels go into the card, and the worker reads it again', async () => {
    await trySize(64, 48);
    expect(importer.kept.get('mine')?.card.input).toMatchObject({ height: 64, width: 48 });
    expect(spec.value.networkRevision).toBe(1);
    const names = Array.from({ length: 10 }, (_, index) => `name ${index}`);
    await tryLabels('file', new File([names.join('\n')], 'names.txt'));
    expect(importer.kept.get('mine')?.card.classes).toEqual(names);
    expect(spec.value.networkRevision).toBe(2);
  });

  it('a list that does not fit is refused; the answer before it stands', async () => {
    await tryLabels('file', new File(['a\nb'], 'names.txt'));
    expect(draft.value).toMatchObject({ error: { code: 'labels-mismatch' }, answers: { labels: 'none' } });
    expect(importer.changes).toEqual([]);
  });

  it('a refused change shows why', async () => {
    importer.refuse = new AppError('storage-full', 'quota');
    await trySize(64, 64);
    expect(draft.value).toMatchObject({ error: { code: 'storage-full' }, storing: false, answers: { height: 32 } });
  });

  it('keep: the answers become the card', async () => {
    tryInput({ mean: [1, 1, 1], std: [2, 2, 2], channelOrder: 'rgb' });
    nameDraft('My net ');
    expect(networkGroups.value.at(-1)?.options[0]?.name).toContain('not kept yet');
    await keepDraft();
    expect(importer.kept.get('mine')).toMatchObject({ network: { confirmed: true, name: 'My net' }, card: { input: { mean: [1, 1, 1] } } });
    expect(draft.value).toBeNull();
    expect(spec.value).toMatchObject({ network: 'mine', input: null, networkRevision: 1 });
    expect(networkGroups.value.at(-1)).toEqual({ label: 'On this device', options: [{ id: 'mine', name: 'My net' }] });
  });

  it('discard: the draft goes, the network before comes back', async () => {
    tryInput({ mean: [1, 1, 1], std: [2, 2, 2], channelOrder: 'rgb' });
    await discardDraft();
    expect(importer.deleted).toEqual(['mine']);
    expect(spec.value).toMatchObject({ network: 'everyday', input: null });
    expect(networkGroups.value).toHaveLength(1);
  });

  it('another network on screen is shown as it is; going back brings the tried answers along', () => {
    tryInput({ mean: [1, 1, 1], std: [2, 2, 2], channelOrder: 'rgb' });
    chooseNetwork('digits');
    expect(spec.value.input).toBeNull();
    tryInput({ mean: [3, 3, 3], std: [2, 2, 2], channelOrder: 'rgb' });
    expect(spec.value.input).toBeNull();
    showDraft();
    expect(spec.value).toMatchObject({ network: 'mine', input: { mean: [3, 3, 3] } });
  });

  it('another import takes the place of the draft and goes back to what was before both', async () => {
    await bring('other');
    expect(importer.deleted).toEqual(['mine']);
    await discardDraft();
    expect(spec.value.network).toBe('everyday');
  });
});
