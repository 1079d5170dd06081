import { AppError } from '../contract/errors';
import type { ErrorReport } from '../contract/errors';

/** Failures after which the worker (its device, its heap) cannot be trusted any more. */
export function needsNewWorker(error: ErrorReport): boolean {
  return error.code === 'device-lost' || error.code === 'out-of-memory' || error.code === 'worker-crashed' || error.code === 'worker-hung';
}

/** A call that died with its worker needs no answer: the next generation attaches anew, and what is remembered is replayed. */
export function ignoreDeath(thrown: unknown): void {
  const error = asAppError(thrown);
  if (!needsNewWorker(error) && error.code !== 'superseded' && error.code !== 'cancelled') throw error;
}

/** Any thrown value as an AppError; what is not one becomes `internal`. */
export function asAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('internal', String(thrown), false, { cause: thrown });
}

/** An error as it stands in events and status. */
export function reportOf(error: AppError): ErrorReport {
  return { code: error.code, detail: error.detail, recoverable: error.recoverable };
}
