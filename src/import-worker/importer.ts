import type { CardFile } from '../contract/card';
import { AppError, toErrorReport } from '../contract/errors';
import type { ImporterApi, ImporterStart, ImportProgress, ImportReport, InputArray, PickedFile } from '../contract/importer';
import type { JobId, NetworkId } from '../contract/ids';
import type { NetworkSource, NetworkWithFacts } from '../formats/read-network';
import type { ReadOptions } from '../formats/network-facts';
import type { DownloadStore } from '../store/download-store';
import type { KeptEntry, NetworkStore } from '../store/network-store';
import { changeReport } from './change-report';
import { digestAll, makeNetworkId, toHex } from './digest';
import type { Digest } from './digest';
import { throwIfCancelled } from './download-file';
import { draftReport, refuseUnusable } from './draft-report';
import { readBytes, readText } from './file-set';
import { gather } from './gather';
import type { Gathered } from './gather';
import { fitLabels } from './guess-classes';
import { startProgress } from './job-progress';
import type { JobProgress, ProgressClock } from './job-progress';
import { recordSource } from './network-files';
import { zipNetwork } from './read-export';
import { readLabelText } from './read-label-file';

/** What the importer stands on; fakes in tests. */
export interface ImporterParts {
  readonly clock: ProgressClock;
  /** ISO date of now. */
  readonly today: () => string;
  readonly fetch: typeof fetch;
  readonly digest: Digest;
  readonly networks: () => Promise<NetworkStore>;
  readonly downloads: () => Promise<DownloadStore>;
  readonly readNetwork: (source: NetworkSource, options: ReadOptions) => Promise<NetworkWithFacts>;
  readonly readArrays: (name: string, bytes: Uint8Array) => Promise<readonly InputArray[]>;
  readonly estimate: () => Promise<{ readonly usedBytes: number; readonly quotaBytes: number; readonly persisted: boolean }>;
}

/** Where nobody can say whether another page has it open. */
const longestDraftMs = 24 * 3_600_000;

interface RunningJob {
  readonly abort: AbortController;
  readonly progress: JobProgress;
}

/** Makes the import worker's side of the contract. One job at a time is the rule; several do no harm. */
export function createImporter(parts: ImporterParts): ImporterApi {
  let started: ImporterStart | null = null;
  let opened: Promise<NetworkStore> | null = null;
  let imagenet: Promise<readonly string[]> | null = null;
  const running = new Map<JobId, RunningJob>();

  const requireStart = (): ImporterStart => {
    if (started === null) throw new AppError('internal', 'start() was not called');
    return started;
  };
  const networks = (): Promise<NetworkStore> => {
    opened ??= parts.networks();
    // A refusal is not remembered: the person may allow it.
    opened.catch(() => { opened = null; });
    return opened;
  };
  const requireEntry = async (id: NetworkId): Promise<KeptEntry> => {
    const entry = await (await networks()).read(id);
    if (entry === null) throw new AppError('network-missing', `${id} is not kept on this device`);
    return entry;
  };
  const readImagenet = (): Promise<readonly string[]> => {
    imagenet ??= (async () => {
      const address = `${requireStart().baseUrl}labels/imagenet.json`;
      const response = await parts.fetch(address).catch((thrown: unknown) => { throw new AppError('network-offline', address, true, { cause: thrown }); });
      const labels = response.ok ? readLabelText(await response.text()) : null;
      if (labels?.length !== 1000) throw new AppError('network-missing', `${address}: ${response.status}`);
      return labels;
    })();
    imagenet.catch(() => { imagenet = null; });
    return imagenet;
  };
  /** Without the list a network still runs; its classes are numbers then. */
  const findImagenet = (): Promise<readonly string[] | null> => readImagenet().catch(() => null);

  const runJob = async (job: JobId, work: (running: RunningJob) => Promise<ImportReport>): Promise<ImportReport> => {
    const { eventPort } = requireStart();
    const post = (progress: ImportProgress): void => eventPort.postMessage(progress);
    const current = { abort: new AbortController(), progress: startProgress(job, post, parts.clock) };
    running.set(job, current);
    try {
      return await work(current);
    } catch (thrown) {
      if (current.abort.signal.aborted) throw new AppError('cancelled', job, true, { cause: thrown });
      throw nameFailure(thrown);
    } finally {
      current.progress.end();
      running.delete(job);
    }
  };

  const takeIn = async (gathered: Gathered, { abort, progress }: RunningJob): Promise<ImportReport> => {
    const { source } = gathered;
    const read = await parts.readNetwork(source, sizeOf(gathered.known?.input));
    throwIfCancelled(abort.signal);
    progress.phase('check', 0);
    refuseUnusable(read);
    const files: CardFile[] = [];
    for (const [path, bytes] of source.used) files.push({ path, bytes: bytes.byteLength, sha256: toHex(await parts.digest(bytes)) });
    const sha256 = await digestAll(parts.digest, files.map((file) => file.sha256));
    const store = await networks();
    const same = (await store.list()).find((entry) => entry.sha256 === sha256);
    if (same !== undefined && (gathered.known === null || gathered.origin.kind === 'shelf')) {
      // What the person chose for these bytes stands.
      await gathered.forget();
      return same.report;
    }
    const name = gathered.name ?? nameNetwork(source.name, read.graph.name, gathered.folder);
    const id = same?.id ?? makeNetworkId(name, sha256);
    const imagenetNames = [1000, 1001].includes(read.facts.outputs) ? await findImagenet() : null;
    const drafted = draftReport({
      id, name, names: [gathered.folder, source.name, read.graph.name].join(' '), read, files,
      labels: { beside: gathered.labels, imagenet: imagenetNames },
      origin: { ...gathered.origin, importedAt: parts.today() }, known: gathered.known,
    });
    const report = same?.report.network.confirmed === true ? { ...drafted, network: { ...drafted.network, confirmed: true } } : drafted;
    throwIfCancelled(abort.signal);
    progress.phase('store', report.network.bytes);
    await store.put({ id, report, mainPath: source.name, sha256 }, new Map([...source.used].map(([path, bytes]) => [path, new Blob([bytes])])));
    await gathered.forget();
    return report;
  };

  const openKept = async (entry: KeptEntry): Promise<NetworkSource> => {
    const store = await networks();
    const read = async (path: string): Promise<ArrayBuffer | null> => {
      const file = await store.readFile(entry.id, path);
      return file === null ? null : readBytes(file, path);
    };
    const main = await read(entry.mainPath);
    if (main === null) throw new AppError('network-missing', `${entry.id}: ${entry.mainPath} is gone`);
    return recordSource(entry.mainPath, main, read);
  };

  return {
    start: async (options) => {
      started = options;
      if (options.dropDrafts === 'none') return;
      try {
        const store = await networks();
        const youngest = options.dropDrafts === 'all' ? Number.POSITIVE_INFINITY : Date.parse(parts.today()) - longestDraftMs;
        for (const { id, report: { network } } of await store.list()) {
          if (!network.confirmed && Date.parse(network.importedAt) < youngest) await store.remove(id);
        }
      } catch (thrown) {
        // Without a store there are no drafts; whoever needs it is told then.
        if (toErrorReport(thrown).code !== 'storage-unavailable') throw thrown;
      }
    },
    importNetwork: (job, source) => runJob(job, async (current) => {
      const { baseUrl } = requireStart();
      const gathered = await gather(source, {
        baseUrl, fetch: parts.fetch, downloads: parts.downloads, imagenet: findImagenet, progress: current.progress, signal: current.abort.signal,
      });
      throwIfCancelled(current.abort.signal);
      return takeIn(gathered, current);
    }),
    cancel: async (job) => running.get(job)?.abort.abort(),
    listKept: async () => (await (await networks()).list()).map(({ report }) => report.network),
    describeKept: async (id) => (await requireEntry(id)).report,
    changeKept: async (id, change) => {
      const entry = await requireEntry(id);
      const report = await changeReport(entry.report, change, async (height, width) => parts.readNetwork(await openKept(entry), { height, width }))
        .catch((thrown: unknown) => { throw nameFailure(thrown); });
      await (await networks()).update({ ...entry, report });
      return report.network;
    },
    exportKept: async (id) => {
      const entry = await requireEntry(id);
      const store = await networks();
      const { card } = entry.report;
      const files = new Map<string, Uint8Array>();
      for (const { path } of card.files) {
        const file = await store.readFile(id, path);
        if (file === null) throw new AppError('network-missing', `${id}: ${path} is gone`);
        // One file goes as the browser keeps it, without a copy.
        if (card.files.length === 1) return { name: path, file };
        files.set(path, new Uint8Array(await readBytes(file, path)));
      }
      return { name: `${id.replace(/^kept-/, '')}.zip`, file: new Blob([zipNetwork(card, files)], { type: 'application/zip' }) };
    },
    deleteKept: async (id) => (await networks()).remove(id),
    storage: async () => {
      const kept = await (await networks()).list();
      return { networksBytes: kept.reduce((sum, { report }) => sum + report.network.bytes, 0), ...await parts.estimate() };
    },
    readArrays: async (picked) => {
      const bytes = await readPicked(picked);
      try {
        return await parts.readArrays(picked.path.split('/').at(-1) ?? picked.path, bytes);
      } catch (thrown) {
        throw nameFailure(thrown);
      }
    },
    readLabels: async (from, outputs) => {
      const labels = from === 'imagenet' ? await readImagenet() : readLabelText(await readText(from.file, from.path));
      const name = from === 'imagenet' ? 'ImageNet' : from.path;
      if (labels === null) throw new AppError('labels-mismatch', `${name} is no list of labels`);
      const fitted = fitLabels(labels, outputs);
      if (fitted === null) throw new AppError('labels-mismatch', `${name} lists ${labels.length} labels, the network has ${outputs} outputs`);
      return fitted;
    },
  };
}

async function readPicked({ path, file }: PickedFile): Promise<Uint8Array> {
  // A file of arrays is held twice while it is read.
  if (file.size > 2 ** 29) throw new AppError('format-too-large', `${path} has ${file.size} bytes; at most 512 MB are read`);
  return new Uint8Array(await readBytes(file, path));
}

function sizeOf(input: { readonly height: number; readonly width: number } | undefined): ReadOptions {
  return input === undefined || input.height < 1 || input.width < 1 ? {} : { height: input.height, width: input.width };
}

/** A name for the person: the file's, without its ending; for `model.json` the folder's or the one inside the file. */
function nameNetwork(file: string, inside: string, folder: string): string {
  const bare = file.replace(/\.(onnx|h5|hdf5|keras|tflite|json)$/i, '');
  const plain = (text: string): string => text.replaceAll(/[_\s]+/g, ' ').trim().slice(0, 100);
  if (!/^(model|net|network|saved_?model|main)$/i.test(bare)) return plain(bare) || 'Network';
  const parent = folder.split('/').filter((part) => part !== '').at(-1) ?? '';
  return plain(parent) || (/^(model|main_?graph|functional|sequential|network|)(_\d+)?$/i.test(inside) ? '' : plain(inside)) || plain(bare);
}

/** Memory that ran out is not the file's fault alone; whatever else a parser threw is the file's. */
function nameFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  if (/out of memory|allocation failed|invalid (typed )?array length|cannot enlarge memory|could not allocate/i.test(text)) {
    return new AppError('out-of-memory', text, true, { cause: thrown });
  }
  return new AppError('internal', text, false, { cause: thrown });
}
