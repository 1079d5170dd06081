import { spec } from '../choices';
import { reportFailure } from '../failure';
import { getRuntime } from '../runtime';
import { status } from '../worker-state';

/** Asks for the present choices once more; after a final failure with a fresh worker. */
export function reapply(): void {
  const { supervisor } = getRuntime();
  if (status.peek().phase === 'failed') supervisor.retry();
  supervisor.apply(spec.peek()).catch(reportFailure);
}
