import { centredSquare, createChangeListeners } from './frame-source';
import type { FrameSource } from './frame-source';

/**
 * One bitmap that does not change; what picture and still share.
 *
 * @param bitmap  owned from now on: closed by `dispose`
 */
export function createBitmapSource(kind: 'picture' | 'still', bitmap: ImageBitmap, label: string, initialMirror: boolean): FrameSource {
  const listeners = createChangeListeners();
  const { width, height } = bitmap;
  let mirror = initialMirror;
  let disposed = false;
  return {
    kind,
    label,
    display: { kind: 'picture', bitmap },
    widthPx: width,
    heightPx: height,
    crop: centredSquare(width, height),
    get mirror() { return mirror; },
    set mirror(next) {
      if (next === mirror) return;
      mirror = next;
      listeners.notify();
    },
    still: true,
    requestFrame: (callback) => {
      let cancelled = false;
      queueMicrotask(() => { if (!cancelled) callback(); });
      return () => { cancelled = true; };
    },
    // A copy: what is sent is transferred, and the page goes on showing this one.
    takeFrame: async () => (disposed ? null : createImageBitmap(bitmap)),
    onChange: listeners.add,
    dispose: () => {
      if (disposed) return;
      disposed = true;
      listeners.clear();
      bitmap.close();
    },
  };
}
