import type { Importer } from '../client/importer.interface';
import type { NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';
import type { CardChange, ImportProgress, ImportReport, ImportSource, InputArray, KeptNetwork } from '../contract/importer';
import type { JobId, NetworkId } from '../contract/ids';

/** A double of the import worker's owner that keeps its networks in a list and lets a test end each import. */
export interface FakeImporter extends Importer {
  readonly kept: Map<NetworkId, ImportReport>;
  readonly sources: ImportSource[];
  readonly changes: { readonly id: NetworkId; readonly change: CardChange }[];
  readonly deleted: NetworkId[];
  arrays: readonly InputArray[];
  /** What the next call fails with; null: nothing. */
  refuse: AppError | null;
  /** The import that runs; a test ends it. */
  running: { readonly job: JobId; say(progress: Partial<ImportProgress>): void; finish(report: ImportReport): void; fail(error: AppError): void } | null;
}

/** What a file with three open questions gives. */
export function fakeReport(id: NetworkId, change: Partial<ImportReport> & { readonly classes?: number } = {}): ImportReport {
  const { classes = 10, ...rest } = change;
  const card: NetworkCard = {
    id, name: id, task: 'classification', description: '', classes: Array.from({ length: classes }, (_, index) => `Class ${index}`),
    input: { height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [255, 255, 255] }, files: [], parameters: 1, multiplyAdds: 1, weightsDtype: 'float32', data: null,
    accuracy: [], date: '2026-01-01', seed: null, training: null, limits: [],
    origin: { kind: 'file', format: 'onnx', source: `${id}.onnx`, importedAt: '2026-01-01', notes: [], labelled: false },
  };
  return {
    network: { id, name: id, format: 'onnx', bytes: 1000, confirmed: false, importedAt: '2026-01-01' }, card,
    questions: ['range', 'channel-order', 'labels'], reasons: { range: 'Most networks of this format want 0 to 1.' }, sizeIsFree: false, notes: [], ...rest,
  };
}

/** An importer without networks. */
export function createFakeImporter(): FakeImporter {
  const refuseOnce = (): void => {
    const { refuse } = fake;
    fake.refuse = null;
    if (refuse !== null) throw refuse;
  };
  const find = (id: NetworkId): ImportReport => {
    const found = fake.kept.get(id);
    if (found === undefined) throw new AppError('network-missing', id);
    return found;
  };
  const fake: FakeImporter = {
    kept: new Map(), sources: [], changes: [], deleted: [], arrays: [], refuse: null, running: null,
    importNetwork: (job, source, onProgress) => {
      fake.sources.push(source);
      return new Promise<ImportReport>((resolve, reject) => {
        fake.running = {
          job,
          say: (progress) => onProgress({ job, phase: 'read', doneBytes: 0, totalBytes: 0, ...progress }),
          finish: (report) => { fake.kept.set(report.network.id, report); resolve(report); },
          fail: reject,
        };
      });
    },
    cancel: (job) => { if (fake.running?.job === job) fake.running.fail(new AppError('cancelled', job)); },
    listKept: async () => [...fake.kept.values()].map(({ network }) => network),
    describeKept: async (id) => find(id),
    changeKept: async (id, change): Promise<KeptNetwork> => {
      refuseOnce();
      fake.changes.push({ id, change });
      const { network, card, ...rest } = find(id);
      const { name = network.name, input = card.input, classes = card.classes, confirmed = network.confirmed } = change;
      const next = { ...rest, network: { ...network, name, confirmed }, card: { ...card, name, input, classes } };
      fake.kept.set(id, next);
      return next.network;
    },
    exportKept: async (id) => ({ name: `${find(id).network.name}.onnx`, file: new Blob(['x']) }),
    deleteKept: async (id) => { refuseOnce(); fake.deleted.push(id); fake.kept.delete(id); },
    storage: async () => ({ networksBytes: 1000 * fake.kept.size, usedBytes: 0, quotaBytes: 0, persisted: false }),
    readArrays: async () => { refuseOnce(); return fake.arrays; },
    readLabels: async (from, outputs) => {
      const names = from === 'imagenet' ? Array.from({ length: 1000 }, (_, index) => `imagenet ${index}`) : (await from.file.text()).trim().split('\n');
      if (names.length !== outputs) throw new AppError('labels-mismatch', `${names.length} names for ${outputs} outputs`);
      return names;
    },
    dispose: () => undefined,
  };
  return fake;
}
