import type { InputSpec, NetworkCard } from './card';
import type { ErrorReport } from './errors';
import type { JobId, NetworkId } from './ids';
import type { ShelfId } from './shelf';

/** A file the person chose, dropped or pasted. */
export interface PickedFile {
  /** Path with `/`, from the dropped folder's own name on, else the file's name. Never absolute, never with `..`. */
  readonly path: string;
  readonly file: Blob;
}

/** Where a network comes from. `address` and `shelf` are the only requests to other hosts, and only because the person asked. */
export type ImportSource =
  | { readonly kind: 'files'; readonly files: readonly PickedFile[] }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'shelf'; readonly entry: ShelfId };

/** What a file may leave open; each is asked once, with a guess filled in. */
const importQuestions = ['size', 'range', 'channel-order', 'labels'] as const;
export type ImportQuestion = (typeof importQuestions)[number];

/** A network on this device, as the list shows it. */
export interface KeptNetwork {
  readonly id: NetworkId;
  readonly name: string;
  /** `tfjs-layers`, `tfjs-graph`, `keras`, `onnx`, `tflite`. */
  readonly format: string;
  /** What its files occupy on this device. */
  readonly bytes: number;
  /** False: a draft whose questions were not answered yet; dropped at a later start, see {@link DropDrafts}. */
  readonly confirmed: boolean;
  /** ISO date. */
  readonly importedAt: string;
}

export interface ImportReport {
  readonly network: KeptNetwork;
  /** The draft card: what the file says, and guesses for the rest. */
  readonly card: NetworkCard;
  readonly questions: readonly ImportQuestion[];
  /** Why each guess was made, one plain sentence each. */
  readonly reasons: Readonly<Partial<Record<ImportQuestion, string>>>;
  /** True: height and width can be chosen (the file leaves them open or the network is fully convolutional). */
  readonly sizeIsFree: boolean;
  /** Things worth saying: `dequantised to float`, classes without labels, ignored parts. One plain sentence each. */
  readonly notes: readonly string[];
}

export type ImportPhase = 'download' | 'read' | 'check' | 'store';

/** Sent on the importer's event port while a job runs. */
export interface ImportProgress {
  readonly job: JobId;
  readonly phase: ImportPhase;
  readonly doneBytes: number;
  /** 0: not known. */
  readonly totalBytes: number;
}

/** What a person may change of a kept network. */
export interface CardChange {
  readonly name?: string;
  /** height and width only where `sizeIsFree`. */
  readonly input?: InputSpec;
  readonly classes?: readonly string[];
  readonly confirmed?: true;
}

/** An array of a `.npy` or `.npz`: a picture with any number of channels, as the file has it. */
export interface InputArray {
  /** Name inside the archive, else the file's. */
  readonly name: string;
  /** `[h, w, c]`; a 2-D array has c = 1. Several pictures of one file are several arrays. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly values: Float32Array;
  readonly min: number;
  readonly max: number;
}

export interface StorageReport {
  readonly networksBytes: number;
  /** As the browser estimates; 0 where it does not say. */
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** True: the browser promised not to clear it by itself. */
  readonly persisted: boolean;
}

/**
 * Which drafts an import worker drops as it starts. `all`: no other page of this origin is open, so nobody answers them any more;
 * `old`: it cannot be told, and a day is enough for any answer; `none`: another page is open, or this page made them.
 */
export type DropDrafts = 'all' | 'old' | 'none';

export interface ImporterStart {
  /** Sends {@link ImportProgress}. Transferred. */
  readonly eventPort: MessagePort;
  /** Address under which `models/` lies; ends with a slash. */
  readonly baseUrl: string;
  readonly dropDrafts: DropDrafts;
}

/**
 * Control plane of the import worker: a worker of its own, so that a hostile file can neither stop nor fill the one that shows
 * frames; the window ends it when it does not answer in time. Every call rejects with an AppError.
 */
export interface ImporterApi {
  start(options: ImporterStart): Promise<void>;
  /** Reads, checks and stores a draft. @throws AppError 'format-…' | 'op-unsupported' | 'graph-unsupported' | 'network-…' | 'storage-full' | 'cancelled' */
  importNetwork(job: JobId, source: ImportSource): Promise<ImportReport>;
  cancel(job: JobId): Promise<void>;
  listKept(): Promise<readonly KeptNetwork[]>;
  /** The report of a kept network again, so that its questions can be answered anew. */
  describeKept(id: NetworkId): Promise<ImportReport>;
  changeKept(id: NetworkId, change: CardChange): Promise<KeptNetwork>;
  /** The original file, or a zip of all files and the card; either can be dropped in again. */
  exportKept(id: NetworkId): Promise<{ readonly name: string; readonly file: Blob }>;
  deleteKept(id: NetworkId): Promise<void>;
  storage(): Promise<StorageReport>;
  /** @throws AppError 'format-malformed' | 'format-too-large' | 'input-mismatch' | 'array-not-finite' */
  readArrays(file: PickedFile): Promise<readonly InputArray[]>;
  /**
   * Names for a network with this many outputs, in their order: from a text or JSON file, or ImageNet's.
   * @throws AppError 'labels-mismatch' when the file is no list of names, or has another number of them (the detail says both numbers)
   */
  readLabels(from: PickedFile | 'imagenet', outputs: number): Promise<readonly string[]>;
}

/** How an import ended, for whoever shows it. */
export type ImportOutcome = { readonly kind: 'imported'; readonly report: ImportReport } | { readonly kind: 'failed'; readonly error: ErrorReport };
