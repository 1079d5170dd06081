import type { ImporterApi, ImportProgress, ImportReport, ImportSource } from '../contract/importer';
import type { JobId } from '../contract/ids';

/**
 * Owns the import worker: made at the first call, ended when idle or when a call does not finish in time; the next call makes
 * a fresh one. Never touches the worker that shows frames.
 */
export interface Importer extends Omit<ImporterApi, 'start' | 'importNetwork' | 'cancel'> {
  /**
   * @param onProgress  told at most 10 times a second
   * @throws AppError 'import-timeout' when reading a file takes longer than its limit (downloads are not limited), else as in `ImporterApi`
   */
  importNetwork(job: JobId, source: ImportSource, onProgress: (progress: ImportProgress) => void): Promise<ImportReport>;
  /** The import rejects with `cancelled`; what was downloaded is kept for the next try. */
  cancel(job: JobId): void;
  /** Idempotent; pending calls reject with `cancelled`. */
  dispose(): void;
}
