import { computed, signal } from '@preact/signals-core';
import type { ErrorReport } from '../contract/errors';
import type { ImportPhase, ImportReport, ImportSource } from '../contract/importer';
import type { JobId, NetworkId } from '../contract/ids';
import type { InputChoice } from '../contract/session-spec';

/** A network that is being read. */
export interface ImportRun {
  readonly job: JobId;
  /** File, address or shelf entry, in words. */
  readonly what: string;
  /** null: not begun. */
  readonly phase: ImportPhase | null;
  readonly doneBytes: number;
  /** 0: not known. */
  readonly totalBytes: number;
}

export interface FailedImport {
  readonly what: string;
  readonly source: ImportSource;
  readonly error: ErrorReport;
}

/** Where the labels of a draft come from. */
export type LabelSource = 'as-read' | 'file' | 'imagenet' | 'none';

/** What a person answers, guesses until then. */
export interface ImportAnswers extends InputChoice {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly labels: LabelSource;
  readonly classes: readonly string[];
}

/** A network whose questions are on screen. */
export interface ImportDraft {
  readonly report: ImportReport;
  /** On screen before; where `Discard` goes back to. */
  readonly before: NetworkId;
  /** True: a network that was kept already and whose answers are changed. */
  readonly again: boolean;
  readonly answers: ImportAnswers;
  /** A change is being stored. */
  readonly storing: boolean;
  /** Why the last answer could not be taken; the one before it stands. */
  readonly error: ErrorReport | null;
}

/** What became of an import that needed no questions, or of a change. */
export interface ImportNotice {
  readonly sentence: string;
  /** Offers to change the answers of this one. */
  readonly network: NetworkId | null;
}

export const importRun = signal<ImportRun | null>(null);
export const failedImport = signal<FailedImport | null>(null);
export const draft = signal<ImportDraft | null>(null);
export const importNotice = signal<ImportNotice | null>(null);

/** The draft's questions are on screen. */
export const asking = computed(() => draft.value !== null);

/** 0..1; null: not known. */
export const importShare = computed(() => {
  const run = importRun.value;
  return run === null || run.totalBytes <= 0 ? null : Math.min(1, run.doneBytes / run.totalBytes);
});

/** What replaces the card's preprocessing while this network is on screen; null: nothing does. */
export function inputBeingTried(network: NetworkId): InputChoice | null {
  const open = draft.peek();
  if (open === null || open.report.network.id !== network) return null;
  const { mean, std, channelOrder } = open.answers;
  return { mean, std, channelOrder };
}

/** A source in words, for progress and failures. */
export function nameSource(source: ImportSource): string {
  if (source.kind === 'address') return source.address;
  if (source.kind === 'shelf') return source.entry;
  const [first] = source.files;
  const heads = source.files.filter(({ path }) => /\.(onnx|h5|hdf5|keras|tflite|zip)$|(^|\/)model\.json$/i.test(path));
  return (heads[0] ?? first)?.path ?? 'no file';
}
