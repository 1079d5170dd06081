import { reportFailure } from '../failure';
import { getRuntime } from '../runtime';
import { source, waitingSource } from '../source-state';
import { keepMoment } from './keep-moment';
import { putOnScreen } from './show-source';

let freezing = false;

/** Keeps the frame on screen; everything stays inspectable. Without a live source nothing happens. */
export async function freeze(): Promise<void> {
  const live = source.peek();
  if (freezing || live === null || live.still || waitingSource.peek() !== null) return;
  freezing = true;
  try {
    const still = await getRuntime().sources.stillSource(live);
    // The person may have opened something else while the frame was being taken.
    if (source.peek() === live) {
      putOnScreen(still, live);
      void keepMoment(still);
    }
    else still.dispose();
  } catch (thrown) {
    reportFailure(thrown);
  } finally {
    freezing = false;
  }
}

/** Goes on with what was live. */
export function resume(): void {
  const live = waitingSource.peek();
  if (live === null) return;
  const still = source.peek();
  putOnScreen(live, null);
  still?.dispose();
}

export async function toggleFreeze(): Promise<void> {
  if (waitingSource.peek() === null) await freeze();
  else resume();
}
