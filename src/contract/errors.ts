/**
 * The closed set of things that can go wrong. Each has ONE sentence and ONE next step for the person,
 * in `state/error-texts.ts`; `superseded` and `cancelled` are never shown.
 */
export const errorCodes = [
  'camera-denied', 'camera-missing', 'camera-busy', 'camera-ended', 'camera-insecure', 'camera-failed',
  'picture-unreadable', 'picture-unsupported', 'array-not-finite',
  'network-missing', 'network-altered', 'network-offline',
  'files-missing', 'files-several', 'labels-alone',
  'format-unknown', 'format-foreign', 'format-malformed', 'format-too-large', 'op-unsupported', 'graph-unsupported',
  'input-unsupported', 'input-mismatch', 'layer-unknown', 'labels-mismatch',
  'import-timeout', 'storage-full', 'storage-unavailable', 'address-blocked',
  'explain-unsupported',
  'inspection-unreadable', 'inspection-too-large',
  'backend-unavailable', 'device-lost', 'out-of-memory', 'worker-crashed', 'worker-hung',
  'superseded', 'cancelled', 'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An `AppError` as it crosses the thread (class identity does not survive structured clone). */
export interface ErrorReport {
  readonly code: ErrorCode;
  /** For engineers: names the file, node or device. Never shown alone. */
  readonly detail: string;
  /** True when the app can go on by itself (another try, a fresh worker) without losing choices. */
  readonly recoverable: boolean;
}

export class AppError extends Error implements ErrorReport {
  override readonly name = 'AppError';
  constructor(readonly code: ErrorCode, readonly detail: string, readonly recoverable = false, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
  }
}

/** Any thrown value as an {@link ErrorReport}; what is not an `AppError` becomes `internal`. */
export function toErrorReport(thrown: unknown): ErrorReport {
  if (thrown instanceof AppError) return { code: thrown.code, detail: thrown.detail, recoverable: thrown.recoverable };
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { code: 'internal', detail, recoverable: false };
}
