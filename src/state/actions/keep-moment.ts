import type { FrameSource } from '../../camera/frame-source';
import { reportFailure } from '../failure';
import { moments, mostMoments } from '../moments';
import { nameOfPicture, namePicture } from '../picture-identity';
import { getRuntime } from '../runtime';
import { source, waitingSource } from '../source-state';
import { putOnScreen } from './show-source';

let lastId = 0;
/** Counts what was asked for: of two quick taps the last one counts. */
let wanted = 0;

/** Keeps a frozen frame in the strip, so that one can step back to it. */
export async function keepMoment(still: FrameSource): Promise<void> {
  const { sources, page } = getRuntime();
  lastId += 1;
  const id = lastId;
  try {
    const { label, mirror } = still;
    const picture = await sources.encodeStill(still);
    const kept = [...moments.peek(), { id, name: nameOfPicture(still), label, mirror, picture, takenAtMs: page.nowMs(), address: URL.createObjectURL(picture) }];
    for (const old of kept.slice(0, Math.max(0, kept.length - mostMoments))) URL.revokeObjectURL(old.address);
    moments.value = kept.slice(-mostMoments);
  } catch (thrown) {
    // The frame on screen may be gone already (the person went on); a frame that cannot be kept is still frozen.
    if (source.peek() === still) reportFailure(thrown);
  }
}

/** Puts a kept frame on screen; what is live goes on waiting behind it. */
export async function showMoment(id: number): Promise<void> {
  const moment = moments.peek().find((entry) => entry.id === id);
  if (moment === undefined) return;
  const mine = (wanted += 1);
  try {
    const before = source.peek();
    const still = await getRuntime().sources.keptStill(moment.picture, moment.label, moment.mirror);
    if (mine !== wanted || source.peek() !== before) {
      still.dispose();
      return;
    }
    const live = waitingSource.peek() ?? (before !== null && !before.still ? before : null);
    namePicture(still, moment.name);
    putOnScreen(still, live);
    if (before !== live) before?.dispose();
  } catch (thrown) {
    reportFailure(thrown);
  }
}
