import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../contract/errors';
import { defaultSpec } from '../../contract/session-spec';
import { spec } from '../choices';
import { clearFailure, failure } from '../failure';
import { draft } from '../import-state';
import { fakeReport } from '../importer.fixture';
import { deletions, formatBytes, keptNetworks, shownKept, storageReport } from '../kept-networks';
import { useFakeRuntime, type FakeRuntime } from '../testing.fixture';
import { chooseNetwork } from './choose-network';
import { discardDraft, tryInput, trySize } from './import-answers';
import { refreshStorage } from './manage-list';
import { undoMs } from '../undo-time';
import { deleteKept, exportKept, renameKept, reopenQuestions, resumeDeletions, undoDeletion } from './manage-networks';

let fake: FakeRuntime;

beforeEach(async () => {
  vi.useFakeTimers();
  fake = useFakeRuntime();
  spec.value = defaultSpec;
  draft.value = null;
  deletions.value = [];
  clearFailure();
  for (const id of ['a', 'b']) {
    const report = fakeReport(id);
    fake.importer.kept.set(id, { ...report, network: { ...report.network, confirmed: true, importedAt: id === 'a' ? '2026-01-01' : '2026-02-01' } });
  }
  fake.importer.kept.set('draft', fakeReport('draft'));
  await refreshStorage();
});
afterEach(() => vi.useRealTimers());

const first = () => {
  const [network] = shownKept.value.filter(({ id }) => id === 'a');
  if (network === undefined) throw new Error('a is not listed');
  return network;
};

describe('networks on this device', () => {
  it('are those the person kept, newest first, with what they occupy', () => {
    expect(shownKept.value.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(storageReport.value?.networksBytes).toBe(3000);
  });

  it('a new name is shown everywhere, also on screen', async () => {
    chooseNetwork('a');
    await renameKept('a', ' Ada ');
    expect(first().name).toBe('Ada');
    expect(spec.value.networkRevision).toBe(1);
    await renameKept('a', '  ');
    expect(first().name).toBe('Ada');
  });

  it('export hands the file to the person', async () => {
    await exportKept('a');
    expect(fake.saved).toEqual(['a.onnx']);
  });

  it('nothing is deleted until the time to undo is over', async () => {
    chooseNetwork('a');
    deleteKept(first());
    expect(shownKept.value.map(({ id }) => id)).toEqual(['b']);
    expect(spec.value.network).toBe('everyday');
    await vi.advanceTimersByTimeAsync(undoMs - 1);
    expect(fake.importer.deleted).toEqual([]);
    undoDeletion('a');
    expect(spec.value.network).toBe('a');
    await vi.advanceTimersByTimeAsync(2 * undoMs);
    expect(fake.importer.deleted).toEqual([]);
    deleteKept(first());
    await vi.advanceTimersByTimeAsync(undoMs);
    expect(fake.importer.deleted).toEqual(['a']);
    expect(keptNetworks.value?.some(({ id }) => id === 'a')).toBe(false);
  });

  it('a deletion goes on when the page is opened again, with the time to undo that is left', async () => {
    vi.setSystemTime(1_000_000);
    fake.stored.set('deletions', JSON.stringify([{ id: 'a', atMs: 1_000_000 - undoMs + 500 }, { id: 'gone', atMs: 0 }, 'nonsense']));
    resumeDeletions();
    expect(shownKept.value.map(({ id }) => id)).toEqual(['b']);
    await vi.advanceTimersByTimeAsync(499);
    expect(fake.importer.deleted).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(fake.importer.deleted).toEqual(['a']);
    expect(fake.stored.get('deletions')).toBe('[]');
  });

  it('a deletion that another page undid is none', async () => {
    deleteKept(first());
    expect(JSON.parse(fake.stored.get('deletions') ?? '')).toMatchObject([{ id: 'a' }]);
    undoDeletion('a');
    expect(fake.stored.get('deletions')).toBe('[]');
    fake.stored.set('deletions', JSON.stringify([{ id: 'a', atMs: Date.now() }]));
    resumeDeletions();
    fake.stored.set('deletions', '[]');
    await vi.advanceTimersByTimeAsync(undoMs);
    expect([fake.importer.deleted, shownKept.value.map(({ id }) => id)]).toEqual([[], ['b', 'a']]);
  });

  it('a deletion that fails brings it back and says so', async () => {
    deleteKept(first());
    fake.importer.refuse = new AppError('storage-unavailable', 'closed');
    await vi.advanceTimersByTimeAsync(undoMs);
    expect(failure.value?.code).toBe('storage-unavailable');
    expect(shownKept.value.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('the answers can be changed, and left as they were', async () => {
    await reopenQuestions('a');
    expect(draft.value).toMatchObject({ again: true, report: { network: { id: 'a' } } });
    tryInput({ mean: [9, 9, 9], std: [1, 1, 1], channelOrder: 'rgb' });
    await trySize(99, 99);
    expect(fake.importer.kept.get('a')?.card.input.height).toBe(99);
    await discardDraft();
    expect(fake.importer.kept.get('a')?.card.input).toMatchObject({ height: 32, mean: [0, 0, 0] });
    expect(fake.importer.deleted).toEqual([]);
    expect(spec.value).toMatchObject({ network: 'a', input: null });
  });
});

it.each([[12, '12 bytes'], [14_200, '14 kB'], [3_456_000, '3.5 MB'], [14_200_000, '14 MB'], [2.1e9, '2.1 GB']])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
