import { AppError, type ErrorCode } from '../src/contract/errors';

/** The AppError that an action throws; throws when it throws nothing, or something else. */
export function errorOf(action: () => unknown): AppError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

/** The code of the AppError that an action throws; null when it ends well. */
export function codeOf(action: () => unknown): ErrorCode | null {
  try {
    action();
    return null;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    throw thrown;
  }
}
