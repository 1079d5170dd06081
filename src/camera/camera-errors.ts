import { AppError } from '../contract/errors';

/**
 * What a browser threw at `getUserMedia` (or a track's failure), as a code with its own sentence.
 *
 * @param thrown  DOMException or anything else
 * @returns       `camera-denied` · `camera-missing` · `camera-busy` · `camera-insecure` · `camera-failed`
 */
export function classifyCameraError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const name = readName(thrown);
  const detail = thrown instanceof Error ? `${name}: ${thrown.message}` : String(thrown);
  const options = { cause: thrown };
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return new AppError('camera-denied', detail, false, options);
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return new AppError('camera-missing', detail, false, options);
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return new AppError('camera-busy', detail, true, options);
    case 'SecurityError':
      return new AppError('camera-insecure', detail, false, options);
    default:
      return new AppError('camera-failed', detail, true, options);
  }
}

function readName(thrown: unknown): string {
  // OverconstrainedError is not a DOMException everywhere, so only its name is looked at.
  if (typeof thrown === 'object' && thrown !== null && 'name' in thrown && typeof thrown.name === 'string') return thrown.name;
  return '';
}
