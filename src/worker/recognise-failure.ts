import { AppError } from '../contract/errors';

/**
 * Whatever a tick, a backend or a browser threw, as an AppError: memory that ran out is told apart from other failures,
 * because a fresh worker cures it.
 */
export function recogniseFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const options = { cause: thrown };
  if (isOutOfMemory(text)) return new AppError('out-of-memory', text, true, options);
  return new AppError('internal', text, false, options);
}

/** V8, JavaScriptCore and SpiderMonkey name a failed allocation differently; an emscripten heap that cannot grow aborts. */
function isOutOfMemory(text: string): boolean {
  return /out of memory|allocation failed|array buffer allocation|invalid (typed )?array length|cannot enlarge memory|could not allocate|memory access out of bounds|Aborted\(OOM|RuntimeError: Aborted/i.test(text)
    || /^(RangeError: (WebAssembly\.Memory|Out of memory)|QuotaExceededError)/.test(text);
}
